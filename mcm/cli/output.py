"""Listings on stdout: table, wide, json, yaml, csv or name. NAME first, AGE last; no cell can move the cursor."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

import typer


class Format(StrEnum):
    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    NAME = "name"


Output = typer.Option(Format.TABLE, "-o", "--output", help="How to print.")
Columns = typer.Option(None, "-c", "--columns", help="Columns to print, comma separated.")


@dataclass(frozen=True)
class Column:
    """title as printed; key: where the value is (dots go down); wide: only in the wide table."""

    title: str
    key: str
    wide: bool = False
    show: Callable[[Any], str] | None = None


def escaped(text: str) -> str:
    """Control and bidirectional characters made visible, so that a name cannot rewrite the terminal."""
    return "".join(c if c.isprintable() and not "\u202a" <= c <= "\u2069" else repr(c)[1:-1] for c in text)


def age(value: Any) -> str:
    if not value:
        return "never"
    from mcm.kit.clock import age_text

    return age_text(max((datetime.now(UTC) - datetime.fromisoformat(str(value))).total_seconds(), 0.0))


def find(row: Any, key: str) -> Any:
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
    if chosen:
        columns = [_chosen(columns, name.strip()) for name in chosen.split(",") if name.strip()]
    elif output not in (Format.WIDE, Format.CSV):
        columns = [column for column in columns if not column.wide]
    if output is Format.JSON:
        return _json(rows, out)
    if output is Format.NAME:
        return sum(_line(out, escaped(plain(find(row, name_key)))) for row in rows)
    if output is Format.YAML:
        import yaml

        listed = list(rows)
        out.write(yaml.safe_dump(listed, allow_unicode=True, sort_keys=False))
        return len(listed)
    if output is Format.CSV:
        return _csv(rows, columns, out)
    return _table(rows, columns, out)


def print_one(row: dict[str, Any], output: Format) -> None:
    """One object: json, yaml, or key and value lines."""
    if output is Format.JSON:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, indent=2) + "\n")
    elif output is Format.YAML:
        import yaml

        sys.stdout.write(yaml.safe_dump(row, allow_unicode=True, sort_keys=False))
    else:
        width = max((len(key) for key in row), default=0)
        for key, value in row.items():
            if isinstance(value, list | dict) and value and len(plain(value)) > 100:
                text = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * (width + 2))
                sys.stdout.write(f"{key:<{width}}  {text}\n")
            else:
                sys.stdout.write(f"{key:<{width}}  {escaped(plain(value))}\n")


def note(text: str) -> None:
    """For people, never part of the data."""
    print(escaped(text), file=sys.stderr)


def _json(rows: Iterable[dict[str, Any]], out: TextIO) -> int:
    number = 0
    out.write("[")
    for number, row in enumerate(rows, 1):
        out.write((",\n " if number > 1 else "\n ") + json.dumps(row, ensure_ascii=False))
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
    return "" if shown == "-" else f"'{shown}" if shown[:1] in "=+-@" else shown


def _table(rows: Iterable[dict[str, Any]], columns: Sequence[Column], out: TextIO) -> int:
    from rich.cells import cell_len

    lines = [[column.title for column in columns]]
    lines += [[cell(row, column) for column in columns] for row in rows]
    widths = [max(cell_len(line[n]) for line in lines) for n in range(len(columns))]
    widths = [min(width, 60) for width in widths]
    for line in lines:
        shown = [_fit(text, width, cell_len) for text, width in zip(line, widths, strict=True)]
        out.write("  ".join(shown).rstrip() + "\n")
    return len(lines) - 1


def _fit(text: str, width: int, cell_len: Callable[[str], int]) -> str:
    while cell_len(text) > width:
        text = text[:-2] + "…"
    return text + " " * (width - cell_len(text))


def _chosen(columns: Sequence[Column], name: str) -> Column:
    known = {column.title.lower(): column for column in columns} | {column.key: column for column in columns}
    return known.get(name.lower(), Column(name.upper(), name))


def _line(out: TextIO, text: str) -> int:
    out.write(text + "\n")
    return 1
