"""Tables as one HTML file that needs nothing else: a style and a drawing inside, no script, everything escaped."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from mcm.allocations.sheets import Bar, Cell, Sheet

_STYLE = """
body{font:14px/1.45 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.05rem;margin:1.5rem 0 .4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0 0 1rem}dt{color:#57606a}dd{margin:0}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #d0d7de;padding:.25rem .5rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot td{font-weight:600}svg{max-width:100%;height:auto}svg text{font-size:12px;fill:#1b1f24}svg rect{fill:#2f6f9f}
@media print{body{margin:0;font-size:10pt}@page{size:A4 landscape;margin:12mm}thead{display:table-header-group}
tr{break-inside:avoid}svg rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
# Even opened from a disk, the file asks nobody for anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_ROW, _LEFT, _WIDE, _RIGHT = 22, 260, 460, 140
_MOST_LABEL = 36


def as_html(sheet: Sheet) -> bytes:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in sheet.facts)
    numbers = _number_columns(sheet)
    heads = "".join(
        f'<th scope="col"{_class(place in numbers)}>{escape(name)}</th>' for place, name in enumerate(sheet.heads)
    )
    rows = "\n".join(_row(row, numbers) for row in sheet.rows)
    sums = "\n".join(_row(row, numbers) for row in sheet.sums)
    charts = "\n".join(_chart(f"{sheet.chart}, {name}", list(bars)) for name, bars in sheet.bars)
    notes = "\n".join(
        f"<h2>{escape(heading)}</h2>\n<ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>"
        for heading, sentences in sheet.notes
    )
    page = f"""<!doctype html>
<html lang="{sheet.language}">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(sheet.title)}</title><style>{_STYLE}</style></head>
<body>
<h1>{escape(sheet.title)}</h1>
<dl>{facts}</dl>
{charts}
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot>
{sums}
</tfoot>
</table>
{notes}
</body>
</html>
"""
    return page.encode("utf-8", "replace")


def _row(row: Sequence[Cell], numbers: set[int]) -> str:
    cells = "".join(f"<td{_class(place in numbers)}>{escape(_text(cell))}</td>" for place, cell in enumerate(row))
    return f"<tr>{cells}</tr>"


def _number_columns(sheet: Sheet) -> set[int]:
    """The last one holds amounts as text, with every digit."""
    found = {place for row in sheet.rows for place, cell in enumerate(row) if isinstance(cell, int | Decimal)}
    return found | {len(sheet.heads) - 1}


def _class(number: bool) -> str:
    return ' class="n"' if number else ""


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return format(cell, ",f") if isinstance(cell, Decimal) else str(cell)


def _chart(title: str, bars: list[Bar]) -> str:
    most = max(bar.amount for bar in bars)
    parts = []
    for number, bar in enumerate(bars):
        top = number * _ROW
        # Of a drawing, not of money: half a pixel is near enough.
        length = max(1, round(float(bar.amount / most) * _WIDE))
        label = bar.label if len(bar.label) <= _MOST_LABEL else bar.label[: _MOST_LABEL - 1] + "…"
        parts.append(
            f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{_LEFT}" y="{top + 3}" width="{length}" height="{_ROW - 6}"/>'
            f'<text x="{_LEFT + length + 6}" y="{top + 15}">{escape(bar.shown)}</text>'
        )
    wide, high = _LEFT + _WIDE + _RIGHT, len(bars) * _ROW
    return (
        f"<h2>{escape(title)}</h2>\n"
        f'<svg viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
