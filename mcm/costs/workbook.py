"""A comparison as a workbook: what is a sum is a formula, with the value it had when it was made.

Spreadsheets reckon in floats: the amounts that count to the last digit are the texts beside the numbers.
"""

import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mcm.costs.exporting import LINE_COLUMNS, line_cells, of_column, said
from mcm.costs.priced import ITEMS
from mcm.costs.schemas import ColumnItem, Comparison, CostLine, ItemSum, Said
from mcm.costs.words import AGE, BASIS, EVEN, ITEM, STATE, Words
from mcm.inventory.cells import cell
from mcm.kit import money
from mcm.kit.currencies import DIGITS

_SUM_COLUMNS = ("rank", "key", "location", "option", "term")
_AFTER = ("rounding", "total", "exact", "cash", "at_least", "basis", "oldest", "age", "marginal")
_MAX_CELL = 32_000
_FIRST_ITEM = len(_SUM_COLUMNS)


def as_xlsx(comparison: Comparison, say: Words, title: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # Without it the time of writing is inside, and no two files are alike.
    workbook.set_properties({"title": title[:200] or say("title"), "created": comparison.made_at.replace(tzinfo=None)})
    sheets = _Sheets(workbook, comparison, say)
    sheets.comparison_sheet()
    sheets.lines_sheet()
    sheets.utilisation_sheet()
    sheets.said_sheet("sensitivity", [(column.key, one) for column in comparison.columns for one in column.sensitivity])
    notes = [("", one) for one in comparison.notes]
    sheets.said_sheet("notes", [*notes, *((column.key, one) for column in comparison.columns for one in column.notes)])
    sheets.rates_sheet()
    sheets.subject_sheet(title)
    workbook.close()
    return file.getvalue()


class _Sheets:
    def __init__(self, workbook: Any, comparison: Comparison, say: Words) -> None:
        self.workbook, self.comparison, self.say = workbook, comparison, say
        digits = DIGITS.get(comparison.currency, 2)
        self.format = "#,##0" + (f".{'0' * digits}" if digits else "")
        self.digits = digits
        self.bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.amount = workbook.add_format({"num_format": self.format})
        self.least = workbook.add_format({"num_format": f'"≥ "{self.format}'})
        self.sum = workbook.add_format({"num_format": self.format, "bold": True})
        self.least_sum = workbook.add_format({"num_format": f'"≥ "{self.format}', "bold": True})
        self.number = workbook.add_format({"num_format": "#,##0.##################"})
        self.percent = workbook.add_format({"num_format": "0.00%"})
        self.wrap = workbook.add_format({"text_wrap": True, "valign": "top"})

    def comparison_sheet(self) -> None:
        names = [*self.say.all(_SUM_COLUMNS), *(self.say.of(ITEM, item) for item in ITEMS), *self.say.all(_AFTER)]
        sheet = self._sheet("comparison", names)
        sheet.set_column(1, 2, 34)
        sheet.set_column(3, len(names), 14)
        for line, column in enumerate(self.comparison.columns, 1):
            self._summary(sheet, line, column)

    def lines_sheet(self) -> None:
        sheet = self._sheet("lines", self.say.all(LINE_COLUMNS))
        sheet.set_column(0, 1, 34)
        sheet.set_column(2, len(LINE_COLUMNS), 14)
        row = 0
        for column in self.comparison.columns:
            for line in column.lines:
                row += 1
                for place, value in enumerate(line_cells(column, line, self.say)):
                    self._cell(sheet, row, place, value)
                self._followed(sheet, row, line)

    def utilisation_sheet(self) -> None:
        names = self.say.all(("key", "utilisation", "total", "against", "break_even", "over"))
        sheet = self._sheet("utilisation", names)
        sheet.set_column(0, 5, 30)
        row = 0
        for column in self.comparison.columns:
            for at in column.utilisations:
                row += 1
                self._cell(sheet, row, 0, column.key)
                sheet.write_number(row, 1, at.utilisation, self.percent)
                self._money(sheet, row, 2, at.shown)
            for even in column.break_even:
                row += 1
                self._cell(sheet, row, 0, column.key)
                if even.utilisation is not None:
                    sheet.write_number(row, 1, even.utilisation, self.percent)
                self._cell(sheet, row, 3, even.column)
                told = "" if even.utilisation is None else f"{even.utilisation:.2%}"
                self._cell(sheet, row, 4, self.say.of(EVEN, even.code, utilisation=told))
                self._cell(sheet, row, 5, ", ".join(self.say.of(ITEM, item) for item in even.over))

    def said_sheet(self, name: str, found: Sequence[tuple[str, Said]]) -> None:
        """A sentence in each row, with the column that it is of."""
        sheet = self._sheet(name, self.say.all(("key", name)))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 110)
        for row, (key, note) in enumerate(found, 1):
            self._cell(sheet, row, 0, key)
            self._cell(sheet, row, 1, said(note, self.say), self.wrap)

    def rates_sheet(self) -> None:
        sheet = self._sheet("rates", self.say.all(("from", "to", "rate", "source", "on")))
        sheet.set_column(0, 4, 18)
        for row, rate in enumerate(self.comparison.rates, 1):
            for place, value in enumerate((rate.currency, rate.to, rate.rate, rate.source, rate.on)):
                self._cell(sheet, row, place, value)

    def subject_sheet(self, title: str) -> None:
        sheet = self.workbook.add_worksheet(self.say("subject")[:31])
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 110)
        subject = self.comparison.subject
        document = json.dumps(subject.document, ensure_ascii=False, indent=1) if subject.document else None
        for row, (name, value) in enumerate(
            (
                ("name", title or subject.title or subject.name), ("version", subject.version),
                ("filter", subject.filter),
                ("instances", subject.instances), ("hours", self.comparison.hours), ("tax_rate", self.comparison.tax),
                ("currency", self.comparison.currency), ("on", self.comparison.on), ("made", self.comparison.made_at),
                ("document", document),
            )
        ):  # fmt: skip
            sheet.write_string(row, 0, self.say(name), self.bold)
            self._cell(sheet, row, 1, value, self.wrap)

    def _summary(self, sheet: Any, row: int, column: ColumnItem) -> None:
        for place, value in enumerate((column.rank, column.key, *of_column(column, self.say))):
            self._cell(sheet, row, place, value)
        for place, item in enumerate(column.items, _FIRST_ITEM):
            self._item(sheet, row, place, item)
        after = _FIRST_ITEM + len(ITEMS)
        total = column.total
        self._money(sheet, row, after, total.rounding)
        if total.shown is not None:
            first, last = _name(row, _FIRST_ITEM), _name(row, after)
            style = self.least_sum if total.at_least else self.sum
            sheet.write_formula(row, after + 1, f"=SUM({first}:{last})", style, float(total.shown))
        rest = (
            total.amount if total.amount is None else money.written(total.amount), total.shown_cash,
            self.say("yes" if total.at_least else "no"), self.say.of(BASIS, total.basis), column.oldest_price,
            self.say.of(AGE, column.age), column.marginal_shown,
        )  # fmt: skip
        for place, value in enumerate(rest, after + 2):
            if isinstance(value, Decimal):
                self._money(sheet, row, place, value)
            else:
                self._cell(sheet, row, place, value)

    def _item(self, sheet: Any, row: int, place: int, item: ItemSum) -> None:
        """What is wholly or partly known is the sum of its lines; the rest says why there is no number."""
        if item.shown is None:
            sheet.write_string(row, place, self.say.of(STATE, item.state))
            return
        lines = f"'{self.say('lines')}'"
        key, name = LINE_COLUMNS.index("key"), LINE_COLUMNS.index("item")
        ranges = [f"{lines}!${_letter(at)}:${_letter(at)}" for at in (LINE_COLUMNS.index("amount"), key, name)]
        title = self.say.of(ITEM, item.item)
        formula = f'=ROUND(SUMIFS({ranges[0]},{ranges[1]},{_name(row, 1)},{ranges[2]},"{title}"),{self.digits})'
        style = self.least if item.state == "not_included" else self.amount
        sheet.write_formula(row, place, formula, style, float(item.shown))

    def _followed(self, sheet: Any, row: int, line: CostLine) -> None:
        """Products as formulas, where they are: quantity × unit price, and that × the exchange rate."""
        at = {name: _name(row, LINE_COLUMNS.index(name)) for name in ("amount", "billed", "quantity", "unit_price")}
        if line.billed is None or line.amount is None:
            return
        if (
            line.quantity is not None
            and line.unit_price is not None
            and money.EXACT.multiply(line.quantity, line.unit_price) == line.billed
        ):
            formula = f"={at['quantity']}*{at['unit_price']}"
            sheet.write_formula(row, LINE_COLUMNS.index("billed"), formula, self.number, float(line.billed))
        rates = [rate.currency for rate in self.comparison.rates if rate.to == self.comparison.currency]
        if line.billed_currency in rates and line.billed_currency != self.comparison.currency:
            number = next(
                n for n, rate in enumerate(self.comparison.rates, 1)
                if (rate.currency, rate.to) == (line.billed_currency, self.comparison.currency)
            )  # fmt: skip
            formula = f"={at['billed']}*'{self.say('rates')}'!$C${number + 1}"
            sheet.write_formula(row, LINE_COLUMNS.index("amount"), formula, self.number, float(line.amount))

    def _sheet(self, name: str, columns: list[str]) -> Any:
        sheet = self.workbook.add_worksheet(self.say(name)[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for place, title in enumerate(columns):
            sheet.write_string(0, place, title, self.bold)
        return sheet

    def _money(self, sheet: Any, row: int, place: int, value: Decimal | None) -> None:
        if value is not None:
            sheet.write_number(row, place, value, self.amount)

    def _cell(self, sheet: Any, row: int, place: int, value: Any, style: Any = None) -> None:
        if value is None or value == "":
            return
        if isinstance(value, Decimal):
            sheet.write_number(row, place, value, self.number)
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(row, place, value)
        else:
            text = value.isoformat() if hasattr(value, "isoformat") else str(cell(value))
            sheet.write_string(row, place, text[:_MAX_CELL], style)


def _name(row: int, place: int) -> str:
    return f"{_letter(place)}{row + 1}"


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"A{chr(ord('A') + place - 26)}"
