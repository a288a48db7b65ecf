"""Tables as files: CSV and XLSX. Whatever a name begins with, no program takes it for a formula."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mcm.allocations.sheets import Cell, Sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# More digits than these a workbook's numbers do not keep.
_DIGITS = 15
_MAX_CELL = 32_000


def as_csv(sheet: Sheet) -> bytes:
    """With a byte order mark, without which Excel reads Chinese in the computer's old code page. Only the table: what
    it is of and what it lacks stands in the other formats."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in (sheet.heads, *sheet.rows, *sheet.sums):
        writer.writerow([_text(cell) for cell in row])
    return ("\ufeff" + buffer.getvalue()).encode("utf-8", "replace")


def as_xlsx(sheet: Sheet) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    bold, plain = workbook.add_format({"bold": True}), workbook.add_format({})
    wrapped = workbook.add_format({"text_wrap": True})
    page = workbook.add_worksheet(_name(sheet.title))
    page.write_string(0, 0, sheet.title, workbook.add_format({"bold": True, "font_size": 14}))
    line = 1
    for name, value in sheet.facts:
        page.write_string(line, 0, name)
        page.write_string(line, 1, value)
        line += 1
    line += 1
    page.freeze_panes(line + 1, 0)
    page.repeat_rows(line)
    _rows(workbook, page, line, [list(sheet.heads)], bold)
    _rows(workbook, page, line + 1, sheet.rows, plain)
    _rows(workbook, page, line + 1 + len(sheet.rows), sheet.sums, bold)
    page.set_column(0, len(sheet.heads) - 1, 18)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    if sheet.notes:
        notes = workbook.add_worksheet("Notes" if sheet.language == "en" else "说明")
        notes.set_column(0, 0, 110, wrapped)
        at = 0
        for heading, sentences in sheet.notes:
            notes.write_string(at, 0, heading, bold)
            for number, sentence in enumerate(sentences, 1):
                notes.write_string(at + number, 0, sentence[:_MAX_CELL])
            at += len(sentences) + 2
    workbook.close()
    return buffer.getvalue()


def _rows(workbook: Any, page: Any, start: int, rows: Sequence[Sequence[Cell]], style: Any) -> None:
    formats: dict[str, Any] = {}
    for number, row in enumerate(rows, start):
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, int):
                page.write_number(number, place, cell, style)
            elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= _DIGITS:
                pattern = _pattern(cell)
                if pattern not in formats:
                    formats[pattern] = workbook.add_format({"num_format": pattern, "bold": style.bold})
                page.write_number(number, place, float(cell), formats[pattern])
            else:
                page.write_string(number, place, _plain(cell)[:_MAX_CELL], style)


def _pattern(amount: Decimal) -> str:
    exponent = amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0" + ("." + "0" * places if places else "")


def _plain(cell: Cell) -> str:
    return "" if cell is None else format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _text(cell: Cell) -> str:
    text = _plain(cell)
    number = isinstance(cell, int | Decimal) or text.removeprefix("-").replace(".", "", 1).isdigit()
    return text if number or not text.startswith(_FORMULA) else f"'{text}"


def _name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31]
