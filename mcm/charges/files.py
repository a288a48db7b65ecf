"""Bills as files: CSV, gzipped CSV and Parquet, also in a ZIP of their own, read batch by batch, column by column.

CSV is read by the standard library on purpose: it knows on which line it is, and what comes after is slower than it.
"""

import csv
import gzip
import importlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import orjson

from mcm.charges.errors import ChargesExtraMissing
from mcm.charges.focus import plain
from mcm.charges.packed import aside, is_zip, member
from mcm.charges.reasons import Unreadable, too_large

__all__ = ["BATCH", "Batch", "Bill", "Unreadable", "arrow", "opened"]

BATCH = 5_000
_LONGEST_FIELD = 4 * 2**20
# A few bytes of gzip unpack to gigabytes: what is held at once has a limit of its own.
_LONGEST_ROW, _LARGEST_BATCH = 8 * 2**20, 64 * 2**20
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_OTHERS = {b"\x89PNG": "PNG", b"%PDF": "PDF", b"\xff\xfe": "UTF-16",
           b"\xfe\xff": "UTF-16", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "Zstandard"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """columns: raw values, in the order of the header; lines: where each row begins. wrong: lines of another width;
    headers: lines that repeat the header. Both are left out."""

    lines: Sequence[int]
    columns: Sequence[Sequence[Any]]
    wrong: Sequence[int] = ()
    headers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """format: csv, csv.gz or parquet, with .zip behind it if it came in one. typed: times and numbers come as such."""

    format: str
    header: Sequence[str]
    batches: Iterator[Batch]
    typed: bool = False


def opened(file: IO[bytes], most_bytes: int | None = None) -> Bill:
    """From the beginning of a file that can be sought. most_bytes: how much it may be, unpacked, in all its parts.
    Raises Unreadable, also while batches are read, and ChargesExtraMissing for Parquet where its reader is not
    installed."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if not is_zip(start):
        return _opened(file, start, most_bytes)
    packed = member(file, most_bytes)
    try:
        start = packed.peek(4)[:4]
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("broken_file", None, str(error)) from None
    if is_zip(start):
        raise Unreadable("zip_in_zip")
    inside = _opened(aside(packed, most_bytes) if start == _PARQUET else packed, start, most_bytes)
    return replace(inside, format=f"{inside.format}.zip")


def _opened(file: IO[bytes], start: bytes, most_bytes: int | None) -> Bill:
    if not start:
        raise Unreadable("empty_file")
    if start == _PARQUET:
        return _parquet(file, most_bytes)
    for magic, name in _OTHERS.items():
        if start.startswith(magic):
            raise Unreadable("wrong_encoding" if name == "UTF-16" else "not_a_table", 1, name)
    if start.startswith(_GZIP):
        return _csv(gzip.open(file, "rb"), "csv.gz", most_bytes)  # type: ignore[arg-type]
    return _csv(file, "csv", most_bytes)


def _csv(file: IO[bytes], format: str, most_bytes: int | None) -> Bill:
    text = _Text(file, most_bytes)
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(text, strict=True)
    first = next(_read(rows, text), None)
    if first is None:
        raise Unreadable("empty_file", 1)
    if len(first) == 1 and first[0].lstrip().startswith(("{", "[", "<")):
        raise Unreadable("not_a_table", 1, first[0])
    return Bill(format, first, _csv_batches(rows, text, first))


def _csv_batches(rows: Any, text: "_Text", header: list[str]) -> Iterator[Batch]:
    width, folded = len(header), [plain(name) for name in header]
    each = _read(rows, text)
    while True:
        before = rows.line_num
        taken = _some(each, text)
        if not taken:
            return
        # Only a field with a line break in it makes a row longer than a line.
        lines: Sequence[int] = range(before + 1, before + 1 + len(taken))
        if rows.line_num - before != len(taken):
            lines = _counted(taken, before)
        wrong, headers = [], []
        if any(len(row) != width for row in taken) or any(row[0] == header[0] for row in taken):
            kept = []
            for line, row in zip(lines, taken, strict=True):
                if len(row) != width:
                    # A blank line is none.
                    wrong += [line] if row else []
                elif row[0] == header[0] and [plain(name) for name in row] == folded:
                    headers.append(line)
                else:
                    kept.append((line, row))
            lines, taken = [line for line, _ in kept], [row for _, row in kept]
        yield Batch(lines, list(zip(*taken, strict=True)) if taken else [()] * width, wrong, headers)


def _some(each: Iterator[list[str]], text: "_Text") -> list[list[str]]:
    taken: list[list[str]] = []
    text.batch = 0
    for row in each:
        taken.append(row)
        if len(taken) == BATCH or text.batch > _LARGEST_BATCH:
            break
    return taken


def _counted(rows: list[list[str]], before: int) -> list[int]:
    lines, at = [], before + 1
    for row in rows:
        lines.append(at)
        at += 1 + sum(field.count("\n") for field in row)
    return lines


class _Text:
    """Lines of text of a binary file; names the line that is none. row, batch: bytes since somebody set them to 0;
    whole: of all of it."""

    def __init__(self, file: IO[bytes], most_bytes: int | None) -> None:
        self._file, self.line, self.row, self.batch = file, 0, 0, 0
        self._whole, self._most_bytes = 0, most_bytes

    def __iter__(self) -> "_Text":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(_LONGEST_ROW + 1)
        if not raw:
            raise StopIteration
        self.line += 1
        self.row += len(raw)
        self.batch += len(raw)
        self._whole += len(raw)
        if self._most_bytes is not None and self._whole > self._most_bytes:
            raise too_large(self.line, self._most_bytes)
        if self.row > _LONGEST_ROW:
            raise Unreadable("broken_file", self.line, f"a row of more than {_LONGEST_ROW} bytes")
        if b"\0" in raw:
            raise Unreadable("broken_file", self.line, "NUL")
        try:
            return raw.decode("utf-8-sig" if self.line == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Unreadable("wrong_encoding", self.line) from None


def _read(rows: Any, text: _Text) -> Iterator[list[str]]:
    try:
        for row in rows:
            text.row = 0
            yield row
    except EOFError:
        raise Unreadable("truncated_file", text.line + 1) from None
    except (OSError, zlib.error) as error:
        raise Unreadable("broken_file", text.line + 1, str(error)) from None
    except csv.Error as error:
        # The end inside of a quoted field is where a file was cut off.
        found = "truncated_file" if "end of data" in str(error) else "broken_file"
        raise Unreadable(found, rows.line_num, str(error)) from None


def arrow(module: str) -> Any:
    """A module of pyarrow. Raises ChargesExtraMissing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ChargesExtraMissing(
            "Parquet needs the Python package pyarrow, which is not installed here; CSV works without it",
            next_step="pip install 'mcm[charges]', or export the bill as CSV",
        ) from None


def _parquet(file: IO[bytes], most_bytes: int | None) -> Bill:
    parquet, lib = arrow("pyarrow.parquet"), arrow("pyarrow.lib")
    try:
        found = parquet.ParquetFile(file)
    except (lib.ArrowException, OSError) as error:
        raise Unreadable("truncated_file", None, str(error)) from None
    return Bill("parquet", list(found.schema_arrow.names), _parquet_batches(found, lib, most_bytes), typed=True)


def _parquet_batches(found: Any, lib: Any, most_bytes: int | None) -> Iterator[Batch]:
    line, whole = 1, 0
    try:
        for batch in found.iter_batches(batch_size=BATCH):
            if batch.nbytes > _LARGEST_BATCH * 4:
                raise Unreadable("broken_file", line, f"{BATCH} rows of more than {_LARGEST_BATCH * 4} bytes")
            whole += batch.nbytes
            if most_bytes is not None and whole > most_bytes:
                raise too_large(line, most_bytes)
            columns = [_plain_values(column.to_pylist()) for column in batch.columns]
            yield Batch(range(line, line + batch.num_rows), columns)
            line += batch.num_rows
    except UnicodeDecodeError:
        raise Unreadable("wrong_encoding", line) from None
    except (lib.ArrowException, OSError, ValueError, OverflowError) as error:
        # Such as a time that no calendar has.
        raise Unreadable("broken_file", line, str(error)) from None


def _plain_values(values: list[Any]) -> list[Any]:
    """Lists and objects become JSON text; a NUL character, which PostgreSQL cannot hold, becomes a mark."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, list | dict):
        return [None if value is None else orjson.dumps(value, default=str).decode() for value in values]
    if isinstance(first, str):
        return [value.replace("\0", "\ufffd") if value and "\0" in value else value for value in values]
    if isinstance(first, bytes):
        return [None if value is None else value.decode("utf-8", "replace") for value in values]
    return values
