"""A comparison as a file: made of nothing but the comparison, so that the same one always gives the same file."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mcm.costs.schemas import ColumnItem, Comparison, CostLine, ExportFormat, Said
from mcm.costs.words import BASIS, ITEM, OPTION, STATE, Words
from mcm.edge.tongue import Language
from mcm.inventory.cells import cell

MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}
# Of both tables of lines, here and in the workbook.
LINE_COLUMNS = (
    *("key", "location", "option", "term", "item", "tier", "state", "amount", "cash", "billed", "currency", "quantity"),
    *("unit", "unit_price", "upfront", "sku", "basis", "source", "priced_on", "age_days", "list_id", "point_id"),
)


def export(comparison: Comparison, form: ExportFormat, language: Language, *, title: str = "") -> bytes:
    say = Words(language)
    if form == "csv":
        return as_csv(comparison, say)
    if form == "xlsx":
        # Here, as each is a large import that the other forms have no use for.
        from mcm.costs.workbook import as_xlsx

        return as_xlsx(comparison, say, title)
    from mcm.costs.htmlpage import as_html

    return as_html(comparison, say, title).encode()


def as_csv(comparison: Comparison, say: Words) -> bytes:
    """A row for each line, then one for the total of each column and one for each note."""
    buffer = io.StringIO(newline="")
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(say.all(LINE_COLUMNS))

    def row(values: Sequence[Any]) -> None:
        writer.writerow([_csv(value) for value in (*values, *[None] * (len(LINE_COLUMNS) - len(values)))])

    for column in comparison.columns:
        for line in column.lines:
            row(line_cells(column, line, say))
        place, total = [column.key, *of_column(column, say)], column.total
        state = say.of(STATE, "not_included" if total.at_least else "included")
        row([*place, say("rounding"), None, None, total.rounding, total.rounding_cash, None, comparison.currency])
        row([*place, say("total"), None, state, total.shown, total.shown_cash, None, comparison.currency])
        for name, notes in (("sensitivity", column.sensitivity), ("notes", column.notes)):
            for note in notes:
                row([*place, say(name), said(note, say)])
    return buffer.getvalue().encode("utf-8", "replace")


def line_cells(column: ColumnItem, line: CostLine, say: Words) -> list[Any]:
    """In the order of LINE_COLUMNS."""
    return [
        column.key, *of_column(column, say), say.of(ITEM, line.item), line.tier, say.of(STATE, line.state), line.amount,
        line.cash, line.billed, line.billed_currency, line.quantity, line.unit, line.unit_price, line.upfront, line.sku,
        say.of(BASIS, line.basis), line.source, line.priced_on, line.age_days, line.list_id, line.point_id,
    ]  # fmt: skip


def of_column(column: ColumnItem, say: Words) -> list[Any]:
    """Location, way of buying and its term."""
    if column.current:
        return [say("everything"), say.of(OPTION, column.option), None]
    return [column.place.key, say.of(OPTION, column.option), column.term_months]


def said(note: Said, say: Words) -> str:
    return note.message_zh if say.chinese else note.message


def _csv(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else cell(value)
