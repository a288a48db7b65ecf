"""A comparison as one page that needs nothing else: no script, no address to fetch, bars as SVG; prints well.

Everything that is not made here is escaped: names come from clouds."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from mcm.costs.exporting import of_column, said
from mcm.costs.priced import ITEMS
from mcm.costs.schemas import ColumnItem, Comparison, CostLine, ItemSum, Said
from mcm.costs.words import BASIS, EVEN, ITEM, STATE, Words
from mcm.inventory.cells import safe_text
from mcm.kit import money

_COLOURS = (
    "#0b6fcb",
    "#4aa3df",
    "#8c6bb1",
    "#e08214",
    "#fdb863",
    "#35978f",
    "#80cdc1",
    "#b2182b",
    "#8c8c8c",
    "#444444",
)
_STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;color:#16191f;background:#fff;margin:2rem auto;
max-width:75rem;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:1.5rem 0 .3rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}
th,td{border-bottom:1px solid #d5dbdb;padding:.3rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.best td{background:#eaf6ea}.muted{color:#545b64}.red{color:#b2182b}.amber{color:#8a5a00}.scroll{overflow-x:auto}
.least::before{content:"\\2265\\00a0"}ul{padding-left:1.2rem}figure{margin:1rem 0}
@media print{body{margin:0;max-width:none;font-size:10pt}.scroll{overflow:visible}tr,figure,h3{break-inside:avoid}
thead{display:table-header-group}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
@page{size:A4 landscape;margin:12mm}}
"""
_BAR, _GAP, _WIDE, _LEFT = 22, 10, 1100, 330
Row = Iterable[tuple[str, str]]


def as_html(comparison: Comparison, say: Words, title: str) -> str:
    shown = _text(title or comparison.subject.title or comparison.subject.name or say("title"))
    monthly = _text(say("monthly", currency=comparison.currency))
    parts = [
        f'<!doctype html>\n<html lang="{say.language}"><head><meta charset="utf-8"><title>{shown}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body>",
        f'<h1>{shown}</h1><p class="muted">{_text(say("title"))} · {monthly} · {comparison.on.isoformat()}</p>',
        _about(comparison, say), _bars(comparison, say), _summary(comparison, say), _even(comparison, say),
        _said("sensitivity", [(column, one) for column in comparison.columns for one in column.sensitivity], say),
        _said("notes", [*((None, one) for one in comparison.notes), *_of_columns(comparison)], say),
        _rates(comparison, say),
        *(_detail(column, comparison.currency, say) for column in comparison.columns), "</body></html>\n",
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _about(comparison: Comparison, say: Words) -> str:
    subject = comparison.subject
    tax = None if comparison.tax is None else money.written(comparison.tax)
    told = [
        ("name", subject.name), ("version", subject.version), ("filter", subject.filter),
        ("instances", subject.instances),
        ("hours", money.written(comparison.hours)), ("tax_rate", tax or say.of(STATE, "not_included")),
        ("made", comparison.made_at.isoformat(timespec="seconds")),
    ]  # fmt: skip
    rows = "".join(f"<tr><th>{_text(say(name))}</th><td>{_text(value)}</td></tr>" for name, value in told if value)
    return f"<table>{rows}</table>"


def _bars(comparison: Comparison, say: Words) -> str:
    """A bar for each column that has a total, in parts by item."""
    drawn = [column for column in comparison.columns if column.total.shown is not None]
    most = max((column.total.shown or Decimal(0) for column in drawn), default=Decimal(0))
    if most <= 0:
        return ""
    used = [item for item in ITEMS if any(_of(column, item) for column in drawn)]
    height = len(drawn) * (_BAR + _GAP) + 30
    shapes = []
    for place, column in enumerate(drawn):
        top, left = place * (_BAR + _GAP), Decimal(_LEFT)
        shapes.append(f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end">{_text(_label(column, say))}</text>')
        for item in used:
            amount = _of(column, item)
            wide = (amount / most * (_WIDE - _LEFT - 130)).quantize(Decimal("0.01")) if amount > 0 else Decimal(0)
            if wide:
                told = _text(f"{say.of(ITEM, item)}: {_amount(amount, comparison.currency)}")
                shapes.append(
                    f'<rect x="{left}" y="{top}" width="{wide}" height="{_BAR}" fill="{_colour(item)}">'
                    f"<title>{told}</title></rect>"
                )
                left += wide
        least = "≥ " if column.total.at_least else ""
        total = _text(least + _amount(column.total.shown, comparison.currency))
        shapes.append(f'<text x="{left + 6}" y="{top + 15}">{total}</text>')
    x = 0
    for item in used:
        name = say.of(ITEM, item)
        shapes.append(f'<rect x="{x}" y="{height - 16}" width="12" height="12" fill="{_colour(item)}"/>')
        shapes.append(f'<text x="{x + 16}" y="{height - 6}">{_text(name)}</text>')
        x += 40 + sum(14 if ord(char) > 255 else 8 for char in name)
    label = _text(say("title"))
    return (
        f'<figure><svg viewBox="0 0 {_WIDE} {height}" width="100%" role="img" aria-label="{label}" '
        f'font-size="13" font-family="system-ui, sans-serif">{"".join(shapes)}</svg></figure>'
    )


def _summary(comparison: Comparison, say: Words) -> str:
    head = [("", say("rank")), ("", say("location")), ("", say("option")), ("n", say("term"))]
    head += [("n", say.of(ITEM, item)) for item in ITEMS] + [("n", say("rounding")), ("n", say("total"))]
    head += [("n", say("cash")), ("", say("basis")), ("", say("oldest"))]
    rows = []
    for column in comparison.columns:
        total, currency = column.total, comparison.currency
        cells = [("", str(column.rank or "")), *(("", str(value or "")) for value in of_column(column, say))]
        cells += [_sum_cell(item, currency, say) for item in column.items]
        least = "n least" if total.at_least and total.shown is not None else "n"
        cells += [("n", _amount(total.rounding, currency)), (least, _amount(total.shown, currency))]
        cells += [("n", _amount(total.shown_cash, currency)), ("", say.of(BASIS, total.basis))]
        cells.append((column.age or "", column.oldest_price.isoformat() if column.oldest_price else ""))
        rows.append((column.rank == 1, cells))
    return f'<div class="scroll">{_table(head, rows)}</div><p class="muted">{_text(say("amortised"))}</p>'


def _even(comparison: Comparison, say: Words) -> str:
    parts = []
    for column in comparison.columns:
        head = [("n", f"{at.utilisation:.0%}") for at in column.utilisations]
        cells = [("n", _amount(at.shown, comparison.currency)) for at in column.utilisations]
        if head:
            marginal = _amount(column.marginal_shown, comparison.currency)
            table = _table([*head, ("n", say("marginal"))], [(False, [*cells, ("n", marginal)])])
            parts.append(f"<h3>{_text(_label(column, say))}</h3>{table}")
        rows = []
        for even in column.break_even:
            told = "" if even.utilisation is None else f"{even.utilisation:.1%}"
            over = ", ".join(say.of(ITEM, item) for item in even.over)
            sentence = say.of(EVEN, even.code, utilisation=told)
            rows.append((False, [("", even.column), ("", sentence), ("", over)]))
        if rows:
            parts.append(_table([("", say("against")), ("", say("break_even")), ("", say("over"))], rows))
    return f"<h2>{_text(say('utilisation'))}</h2>{''.join(parts)}" if parts else ""


def _of_columns(comparison: Comparison) -> list[tuple[ColumnItem | None, Said]]:
    return [(column, one) for column in comparison.columns for one in column.notes]


def _said(name: str, found: Iterable[tuple[ColumnItem | None, Said]], say: Words) -> str:
    told = [said(one, say) if column is None else f"{_label(column, say)}: {said(one, say)}" for column, one in found]
    listed = "".join(f"<li>{_text(one)}</li>" for one in told)
    return f"<h2>{_text(say(name))}</h2><ul>{listed}</ul>" if told else ""


def _rates(comparison: Comparison, say: Words) -> str:
    head = [("", say("from")), ("", say("to")), ("n", say("rate")), ("", say("source")), ("", say("on"))]
    rows = [
        (False, [("", one.currency), ("", one.to), ("n", money.written(one.rate)), ("", one.source), ("", str(one.on))])
        for one in comparison.rates
    ]
    return f"<h2>{_text(say('rates'))}</h2>{_table(head, rows)}" if rows else ""


def _detail(column: ColumnItem, currency: str, say: Words) -> str:
    names = ("item", "tier", "state", "amount", "cash", "quantity", "unit", "unit_price", "currency", "sku", "basis")
    right = {"amount", "cash", "quantity", "unit_price"}
    head = [("n" if name in right else "", say(name)) for name in (*names, "source", "priced_on", "point_id")]
    rows = [(False, list(_line(line, say))) for line in column.lines]
    sizes = "".join(
        f"<li>{_text(f'{one.tier}: {one.count} × {one.sku} ({_plain(one.vcpus)} vCPU, {_plain(one.memory_gib)} GiB)')} "
        f"<span class='muted'>{_text(say('over_need'))}: {_text(_plain(one.over_vcpus))} vCPU, "
        f"{_text(_plain(one.over_memory_gib))} GiB</span></li>"
        for one in column.sizes
    )
    total = f"{_label(column, say)} · {_amount(column.total.shown, currency) or say('none')}"
    table = f'<div class="scroll">{_table(head, rows)}</div>'
    return f"<h3>{_text(total)}</h3>{f'<ul>{sizes}</ul>' if sizes else ''}{table}"


def _line(line: CostLine, say: Words) -> Row:
    amounts = (line.amount, line.cash)
    yield "", say.of(ITEM, line.item)
    yield "", line.tier or ""
    yield ("red" if line.state == "not_included" else ""), say.of(STATE, line.state)
    for value in (*amounts, line.quantity):
        yield "n", _plain(value)
    yield "", line.unit or ""
    yield "n", _plain(line.unit_price)
    yield "", line.billed_currency or ""
    yield "", line.sku or ""
    yield "", say.of(BASIS, line.basis)
    yield "", line.source or ""
    yield (line.age or ""), line.priced_on.isoformat() if line.priced_on else ""
    yield "", line.point_id or ""


def _sum_cell(item: ItemSum, currency: str, say: Words) -> tuple[str, str]:
    if item.shown is None:
        return "n muted", say.of(STATE, item.state)
    return ("n least" if item.state == "not_included" else "n"), _amount(item.shown, currency)


def _table(head: Sequence[tuple[str, str]], rows: Iterable[tuple[bool, Sequence[tuple[str, str]]]]) -> str:
    def cells(tag: str, values: Iterable[tuple[str, str]]) -> str:
        return "".join(
            f'<{tag} class="{kind}">{_text(text)}</{tag}>' if kind else f"<{tag}>{_text(text)}</{tag}>"
            for kind, text in values
        )

    body = "".join(f"<tr{' class=best' if best else ''}>{cells('td', values)}</tr>" for best, values in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def _label(column: ColumnItem, say: Words) -> str:
    place, option, term = of_column(column, say)
    return f"{place} · {option}" + (f" {term}" if term else "")


def _of(column: ColumnItem, item: str) -> Decimal:
    return next((one.shown for one in column.items if one.item == item and one.shown is not None), Decimal(0))


def _colour(item: str) -> str:
    return _COLOURS[ITEMS.index(item)]


def _amount(value: Decimal | None, currency: str) -> str:
    return "" if value is None else f"{value:,f} {currency}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else money.written(value)


def _text(value: object) -> str:
    """Controls and hidden characters as their escapes; a spreadsheet's apostrophe is not for here."""
    told = str(value)
    return escape(safe_text(f" {told}")[1:])
