"""Exports of exactly what is filtered, in memory that does not grow with it: CSV, JSON and XLSX.

CSV begins with a UTF-8 byte order mark, without which Excel reads Chinese names in the computer's old code page; pass
bom=false for programs that would take it for part of the first column's name. CSV and JSON leave as they are read, from
one snapshot; a workbook is written to a temporary file first, because its directory stands at the end.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Literal

import orjson

from mcm.inventory.cells import cell
from mcm.inventory.presentation import Column, Item, columns_named, picked

Format = Literal["csv", "json", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DEFAULT_COLUMNS = (
    *("name", "kind", "state", "presence", "account", "provider", "ownership", "region", "zone", "project_name"),
    *("vcpus", "memory_mib", "size_gib", "private_ips", "public_ips", "flavor", "image", "host", "native_state"),
    *("native_id", "id", "created_at", "as_of", "stale_reason", "tags", "labels", "owner", "data_class", "managed"),
)
MAX_SHEET_ROWS = 1_048_576
_MAX_CELL = 32_000
_CHUNK = 65_536
_BATCH = 200

Items = Callable[[], Iterator[Item]]


def table_columns(columns: list[Column] | None) -> list[Column]:
    return columns_named(DEFAULT_COLUMNS) if columns is None else columns


def as_csv(items: Items, columns: Sequence[Column], *, bom: bool) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff" if bom else "")
    writer.writerow([cell(name) for name, _ in columns])
    for number, made in enumerate(items(), 1):
        writer.writerow([_csv_cell(read(made)) for _, read in columns])
        if number % _BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def as_json(items: Items, columns: Sequence[Column] | None) -> Iterator[bytes]:
    """One array of the same objects a list gives."""
    parts: list[bytes] = []
    start = b"["
    for made in items():
        parts.append(start + orjson.dumps(picked(made, columns), option=orjson.OPT_UTC_Z))
        start = b",\n"
        if len(parts) == _BATCH:
            yield b"".join(parts)
            parts = []
    yield b"".join(parts) + (b"[]\n" if start == b"[" else b"]\n")


def as_xlsx(items: Items, columns: Sequence[Column]) -> Iterator[bytes]:
    """The whole workbook is written before the first byte comes; further sheets take what one cannot hold."""
    with tempfile.TemporaryFile(prefix="mcm-export-") as file:
        _write_workbook(file, items, columns)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _write_workbook(file: IO[bytes], items: Items, columns: Sequence[Column]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(file, options)
    try:
        bold = workbook.add_format({"bold": True})
        sheet: Any = None
        line = MAX_SHEET_ROWS
        for made in items():
            if line >= MAX_SHEET_ROWS:
                sheet, line = _new_sheet(workbook, columns, bold), 1
            for place, (_, read) in enumerate(columns):
                _write_cell(sheet, line, place, cell(read(made)))
            line += 1
        if sheet is None:
            _new_sheet(workbook, columns, bold)
    finally:
        workbook.close()


def _new_sheet(workbook: Any, columns: Sequence[Column], bold: Any) -> Any:
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, (name, _) in enumerate(columns):
        sheet.write_string(0, place, str(cell(name)), bold)
    return sheet


def _write_cell(sheet: Any, line: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, value if len(value) <= _MAX_CELL else value[:_MAX_CELL] + "…")


def _csv_cell(value: Any) -> Any:
    made = cell(value)
    return str(made).lower() if isinstance(made, bool) else made


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
