"""A report as a table with notes, the same for every file it is written to. Pure.

`Sheet` knows nothing of reports: whatever else is to be exported can be one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mcm.allocations.schemas import CostReport, ReportLine
from mcm.allocations.texts import Language, word
from mcm.kit import clock
from mcm.kit.money import presented, written

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart. shown: its amount as people read it."""

    label: str
    amount: Decimal
    shown: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """facts: what the table is of, by name. notes: sentences by heading. rows, sums: as wide as heads; an amount is a
    Decimal, already rounded where it is for people."""

    language: Language
    title: str
    facts: Sequence[tuple[str, str]]
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sums: Sequence[Sequence[Cell]]
    notes: Sequence[tuple[str, Sequence[str]]]
    chart: str = ""
    bars: Sequence[tuple[str, Sequence[Bar]]] = field(default_factory=tuple)


_MOST_BARS = 20


def sheet(report: CostReport, language: Language) -> Sheet:
    nested = report.by == ["tenant"]
    compared = report.against is not None
    heads = [_dimension(name, language) for name in report.by]
    heads += [word(name, language) for name in ("currency", "amount")]
    heads += [word("with_below", language)] if nested else []
    heads += [word(name, language) for name in ("by_rules", "idle", "charges")]
    heads += [word("before", language, month=report.against), word("difference", language)] if compared else []
    heads.append(word("exact", language))
    rows = [_row(line, report, language) for line in report.lines]
    return Sheet(
        language, f"{word('title', language)} {report.month}", _facts(report, language), heads, rows,
        _sums(report, heads, language), _notes(report, language), word("chart", language), _bars(report, language),
    )  # fmt: skip


def _facts(report: CostReport, language: Language) -> list[tuple[str, str]]:
    found = [
        (word("month", language), report.month),
        (word("cost", language), word(report.cost, language)),
        (word("made_at", language), clock.to_text(report.made_at)[:19] + "Z"),
        (word("rules", language), report.rules),
    ]
    return found if report.whole else [*found, ("", word("part", language))]


def _row(line: ReportLine, report: CostReport, language: Language) -> list[Cell]:
    cells: list[Cell] = [key.name or key.id or word("none", language) for key in line.keys]
    cells += [line.currency, Decimal(line.presented)]
    cells += [_shown(line.total, line.currency)] if report.by == ["tenant"] else []
    cells += [_shown(line.by_rules, line.currency), _shown(line.idle, line.currency), line.charges]
    if report.against is not None:
        cells += [_shown(line.before, line.currency), _shown(line.difference, line.currency)]
    # As text: a program that calculates with doubles would round it.
    return [*cells, written(line.amount)]


def _sums(report: CostReport, heads: Sequence[str], language: Language) -> list[list[Cell]]:
    found = []
    names = len(report.by)
    for total in report.totals:
        for name, amount, exact in (
            ("rounding", _rounded(total.rounding, total.currency), ""),
            ("total", Decimal(total.presented), written(total.amount)),
        ):
            cells: list[Cell] = [None] * len(heads)
            cells[0], cells[names], cells[names + 1], cells[-1] = word(name, language), total.currency, amount, exact
            if name == "total" and report.against is not None:
                cells[-3:-1] = [_shown(total.before, total.currency), _shown(total.difference, total.currency)]
            found.append(cells)
    return found


def _notes(report: CostReport, language: Language) -> list[tuple[str, list[str]]]:
    covered = [
        f"{total.currency}: {_dimension(one.of, language)} {_percent(one.share)}"
        for total in report.totals
        for one in total.coverage
    ] + [
        f"{total.currency}: {word('unallocated', language)} {written(_rounded(total.unallocated, total.currency))}"
        for total in report.totals
    ]
    why = [
        f"{total.currency}: {word(part.reason, language)} {written(_rounded(part.amount, total.currency))}"
        for total in report.totals
        for part in total.change
    ]
    rates = []
    for rate in report.rates:
        source = f"{rate.source} ({word('seed', language)})" if rate.seed else rate.source
        told = {"currency": rate.currency, "to": rate.to, "rate": written(rate.rate), "on": rate.on, "source": source}
        rates.append(word("rate", language, **told))
    gaps = [word(gap.about, language, **gap.params) for gap in report.gaps]
    found = [("coverage", covered), ("why", why), ("rates", rates), ("gaps", gaps)]
    return [(word(name, language), lines) for name, lines in found if lines]


def _bars(report: CostReport, language: Language) -> list[tuple[str, list[Bar]]]:
    """The largest of each currency; what is below 0 has no length."""
    found = []
    for total in report.totals:
        lines = [line for line in report.lines if line.currency == total.currency and line.amount > 0]
        largest = sorted(lines, key=lambda line: -line.amount)[:_MOST_BARS]
        bars = [
            Bar(
                " · ".join(key.name or key.id or word("none", language) for key in line.keys), line.amount,
                line.presented,
            )
            for line in largest
        ]  # fmt: skip
        found += [(total.currency, bars)] if bars else []
    return found


def _dimension(name: str, language: Language) -> str:
    return word("tag", language, key=name[4:]) if name.startswith("tag:") else word(name, language)


def _shown(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else _rounded(amount, currency)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return presented(amount, currency)


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else f"{(share * 100).quantize(Decimal('0.1'))} %"
