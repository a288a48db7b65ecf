"""Listings on stdout: table, wide, json, yaml, csv or name. NAME first, AGE last; no cell can move the cursor."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import Any, TextIO

import typer

from mcm.cli.escaping import escaped, json_text, yaml_text
from mcm.cli.failures import USAGE, Failure


class Format(StrEnum):
    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    NAME = "name"


Output = typer.Option(Format.TABLE, "-o", "--output", help="How to print.")
Columns = typer.Option(None, "-c", "--columns", help="Columns to print, comma separated.")
_WIDEST = 60
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """title as printed; key: where the value is (dots go down); wide: only in the wide table; whole: never cut."""

    title: str
    key: str
    wide: bool = False
    show: Callable[[Any], str] | None = None
    whole: bool = False


def age(value: Any) -> str:
    if not value:
        return "never"
    from mcm.kit.clock import age_text

    return age_text(max((datetime.now(UTC) - datetime.fromisoformat(str(value))).total_seconds(), 0.0))


def find(row: Any, key: str) -> Any:
    if isinstance(row, dict) and key in row:
        return row[key]
    for part in key.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(part)
    return row


def cell(row: Any, column: Column) -> str:
    value = find(row, column.key)
    if column.show is not None:
        return escaped(column.show(value))
    return escaped(plain(value))


def plain(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(plain(item) for item in value) or "-"
    if isinstance(value, dict):
        return ",".join(f"{key}={plain(item)}" for key, item in value.items()) or "-"
    return str(value)


def picked(columns: Sequence[Column], names: str) -> list[Column]:
    """The columns of `-c`: by title or key; what is not known is taken for a field of the rows."""
    known = {column.title.lower(): column for column in columns} | {column.key: column for column in columns}
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if not chosen:
        raise Failure("-c names no column", next_step=f"columns: {_titles(columns)}", exit_code=USAGE)
    return [known.get(name.lower(), Column(name.upper(), name)) for name in chosen]


def print_rows(
    rows: Iterable[dict[str, Any]],
    columns: Sequence[Column],
    output: Format,
    chosen: str | None = None,
    *,
    name_key: str = "id",
    stream: TextIO | None = None,
) -> int:
    """Returns the number of rows. JSON is one array, also when it is empty."""
    out = stream or sys.stdout
    if output is Format.NAME:
        return sum(_line(out, escaped(plain(find(row, name_key)))) for row in rows)
    if chosen:
        wanted = picked(columns, chosen)
        rows = _checked(rows, wanted, columns)
        if output in (Format.JSON, Format.YAML):
            rows = ({column.key: find(row, column.key) for column in wanted} for row in rows)
        columns = wanted
    elif output not in (Format.WIDE, Format.CSV):
        columns = [column for column in columns if not column.wide]
    if output is Format.JSON:
        return _json(rows, out)
    if output is Format.YAML:
        listed = list(rows)
        out.write(yaml_text(listed))
        return len(listed)
    if output is Format.CSV:
        return _csv(rows, columns, out)
    return _table(rows, columns, out, cut=output is Format.TABLE)


def print_one(row: dict[str, Any], output: Format, *, name_key: str = "id") -> None:
    """One object: json, yaml, its name, a csv line below its header, or key and value lines."""
    if output is Format.JSON:
        sys.stdout.write(json_text(row, indent=2) + "\n")
    elif output is Format.YAML:
        sys.stdout.write(yaml_text(row))
    elif output is Format.NAME:
        _line(sys.stdout, escaped(plain(find(row, name_key))))
    elif output is Format.CSV:
        _csv([row], [Column(key, key) for key in row], sys.stdout)
    else:
        width = max((len(key) for key in row), default=0)
        for key, value in row.items():
            if isinstance(value, list | dict) and value and len(plain(value)) > 100:
                text = json_text(value, indent=2).replace("\n", "\n" + " " * (width + 2))
                sys.stdout.write(f"{key:<{width}}  {text}\n")
            else:
                sys.stdout.write(f"{key:<{width}}  {escaped(plain(value))}\n")


def note(text: str) -> None:
    """For people, never part of the data."""
    print(escaped(text), file=sys.stderr)


def _checked(
    rows: Iterable[dict[str, Any]], wanted: Sequence[Column], known: Sequence[Column]
) -> Iterator[dict[str, Any]]:
    """A misspelt column is an error, not an empty column."""
    every = iter(rows)
    for first in every:
        for column in wanted:
            if column not in known and column.key not in first and column.key.split(".")[0] not in first:
                raise Failure(
                    f"there is no column '{column.key}'", next_step=f"columns: {_titles(known)}", exit_code=USAGE
                )
        yield from chain([first], every)


def _titles(columns: Sequence[Column]) -> str:
    return ", ".join(column.title.lower() for column in columns)


def _json(rows: Iterable[dict[str, Any]], out: TextIO) -> int:
    number = 0
    out.write("[")
    for number, row in enumerate(rows, 1):
        out.write((",\n " if number > 1 else "\n ") + json_text(row))
    out.write("\n]\n" if number else "]\n")
    return number


def _csv(rows: Iterable[dict[str, Any]], columns: Sequence[Column], out: TextIO) -> int:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    number = 0
    for row in rows:
        writer.writerow([_harmless(plain(find(row, column.key))) for column in columns])
        number += 1
    return number


def _harmless(text: str) -> str:
    """A leading =, +, - or @ would be a formula to a spreadsheet; "-" alone is our own sign for nothing."""
    shown = escaped(text)
    return "" if shown == "-" else f"'{shown}" if shown.startswith(_FORMULA) else shown


def _table(rows: Iterable[dict[str, Any]], columns: Sequence[Column], out: TextIO, *, cut: bool) -> int:
    from rich.cells import cell_len

    lines = [[column.title for column in columns]]
    lines += [[cell(row, column) for column in columns] for row in rows]
    widths = [max(cell_len(line[n]) for line in lines) for n in range(len(columns))]
    if cut:
        widths = [width if column.whole else min(width, _WIDEST) for width, column in zip(widths, columns, strict=True)]
    for line in lines:
        shown = [_fit(text, width, cell_len) for text, width in zip(line, widths, strict=True)]
        out.write("  ".join(shown).rstrip() + "\n")
    return len(lines) - 1


def _fit(text: str, width: int, cell_len: Callable[[str], int]) -> str:
    if cell_len(text) > width:
        text = text[:width]
        while cell_len(text) >= width:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))


def _line(out: TextIO, text: str) -> int:
    out.write(text + "\n")
    return 1
