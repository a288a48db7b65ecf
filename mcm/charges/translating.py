"""Bills in a cloud's own form, told from FOCUS by their columns and read as if they were FOCUS.

Which there are stands with the adapters (entry point group `mcm.bills`): mcm itself names none. Everything that is
judged, stored and compared afterwards is FOCUS.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from importlib.metadata import entry_points

from mcm.charges.files import Batch, Bill
from mcm.charges.findings import Findings
from mcm.charges.focus import plain
from mcm.contract.bills import Dialect, folded
from mcm.kit.money import EXACT
from mcm.kit.money import plain as written

GROUP = "mcm.bills"
# What every FOCUS file has and no other bill does.
_FOCUS = {plain("BilledCost"), plain("ChargePeriodStart")}


@cache
def dialects() -> dict[str, Dialect]:
    """Those installed, by name."""
    found: list[Dialect] = [point.load() for point in entry_points(group=GROUP)]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def dialect_of(header: Sequence[str]) -> Dialect | None:
    """None: it is FOCUS, or nothing that is known."""
    names = {folded(name) for name in header}
    if names & _FOCUS:
        return None
    return next((one for one in dialects().values() if one.recognises(names)), None)


def translated(bill: Bill, dialect: Dialect, findings: Findings) -> Bill:
    """The bill as FOCUS. What no FOCUS column takes whole is kept as a column of the issuer's own."""
    sample, found = dialect.read(bill.header, [()] * len(bill.header), 0)
    made = list(found.columns)
    own = [place for place in range(len(bill.header)) if place not in sample.taken]
    places = {name: sample.place(*names) for name, names in {**dialect.renamed, **dialect.made_of}.items()}
    findings.sources = {name: bill.header[place] for name, place in places.items() if place is not None}
    header = [*made, *(f"x_{bill.header[place]}" for place in own)]
    return Bill(bill.format, header, _batches(bill, dialect, findings, made, own), typed=bill.typed)


def _batches(bill: Bill, dialect: Dialect, findings: Findings, made: list[str], own: list[int]) -> Iterator[Batch]:
    offset = Decimal(0)
    for batch in bill.batches:
        columns, found = dialect.read(bill.header, batch.columns, len(batch.lines))
        offset = EXACT.add(offset, found.offset)
        whole = [*(found.columns[name] for name in made), *(batch.columns[place] for place in own)]
        lines = batch.lines
        for (code, example), rows in found.remarks.items():
            if said := [line for line, one in zip(lines, rows, strict=True) if one]:
                findings.add_many(code, "", said, len(said), example)
        if found.keep is not None and not all(found.keep):
            kept = [at for at in range(columns.number) if found.keep[at]]
            whole = [[column[at] for at in kept] for column in whole]
            lines = [lines[at] for at in kept]
        yield Batch(lines, whole, batch.wrong, batch.headers)
    if offset:
        findings.add("offset_remains", "", None, written(offset))
