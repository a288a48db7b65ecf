"""How far a total hangs on exchange rates, on the use of a commitment, and on how full a private cloud is, and how far
estimates were from bills. Pure, inside `localcontext(money.EXACT)`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mcm.costs.columns import Column
from mcm.costs.notes import Note, note
from mcm.costs.priced import State
from mcm.kit import money
from mcm.prices.offers import Option

RATE_CHANGE = Decimal("0.1")
# What a commitment is paid for instead of.
_BY_TIME = ("compute", "licence")


def of(column: Column, every: Sequence[Column], currency: str) -> Iterator[Note]:
    """Nothing of a column without a total."""
    if column.amount is None:
        return
    yield from _rates(column, column.amount, currency)
    yield from _commitment(column, every)
    yield from _utilisation(column, currency)
    yield from _bills(column, column.amount, currency)


def _bills(column: Column, total: Decimal, currency: str) -> Iterator[Note]:
    before, tried = column.before, column.tried
    if before is not None and before.count:
        share = money.quotient(before.estimated, before.billed) * 100
        yield note(
            "billed_before", month=before.month, count=before.count, of=before.of, percent=f"{share:.1f}",
            billed=_shown(before.billed, currency), estimated=_shown(before.estimated, currency), currency=currency,
        )  # fmt: skip
    elif before is not None:
        yield note("never_billed_these")
    if tried is not None:
        by_time = _part(column, _BY_TIME)
        low, high = (total + by_time * (ratio - 1) for ratio in (tried.low, tried.high))
        yield note(
            "billed_against", month=tried.month, count=tried.count, left=tried.left, low=f"{tried.low:.2f}",
            high=f"{tried.high:.2f}", middle=f"{tried.middle:.2f}", least=_shown(low, currency),
            most=_shown(high, currency), currency=currency,
        )  # fmt: skip
    elif column.card is None and not column.current and column.way.option is Option.ON_DEMAND:
        yield note("never_billed")


def _part(column: Column, items: Sequence[str]) -> Decimal:
    """What is known of these items, with the tax on it."""
    rate = next((one.line.unit_price for one in column.amounts if one.line.item == "tax"), None) or Decimal(0)
    known = (one.amount for one in column.amounts if one.line.item in items and one.amount is not None)
    return sum(known, Decimal(0)) * (1 + rate)


def _rates(column: Column, total: Decimal, currency: str) -> Iterator[Note]:
    parts: dict[str, Decimal] = defaultdict(Decimal)
    tax = Decimal(0)
    for one in column.amounts:
        if one.line.item == "tax":
            tax = one.line.unit_price or tax
        elif one.amount is not None and one.line.currency not in (None, currency):
            parts[str(one.line.currency)] += one.amount
    for foreign, part in sorted(parts.items()):
        change = part * (1 + tax) * RATE_CHANGE
        yield note(
            "rate_change", percent=f"{RATE_CHANGE * 100:.0f}", foreign=foreign, currency=currency,
            part=_shown(change, currency), low=_shown(total - change, currency), high=_shown(total + change, currency),
        )  # fmt: skip


def _commitment(column: Column, every: Sequence[Column]) -> Iterator[Note]:
    """Over the tiers that are bought in this way: it is paid whether they run or not, on demand only while they do."""
    way, key = column.way, column.where.key
    if way.term_months is None or column.current:
        return
    tiers = {name for name, offer in column.found.offers.items() if offer.option is way.option}
    other = next((one for one in every if one.where.key == key and one.way.option is Option.ON_DEMAND), None)
    mine, theirs = _of_tiers(column, tiers), _of_tiers(other, tiers) if other is not None else None
    if other is None or mine is None or not theirs:
        return
    share = mine / theirs
    if share >= 1:
        yield note("commitment_never_pays", against=other.key)
    else:
        yield note("commitment_pays_from", percent=f"{share * 100:.1f}", against=other.key)


def _of_tiers(column: Column, tiers: set[str]) -> Decimal | None:
    """None: something of it has no amount, or nothing of it is there."""
    mine = [one for one in column.amounts if one.line.tier in tiers and one.line.item in _BY_TIME]
    if not mine or any(one.amount is None and one.line.state is not State.WITHIN for one in mine):
        return None
    return sum((one.amount or Decimal(0) for one in mine), Decimal(0))


def _utilisation(column: Column, currency: str) -> Iterator[Note]:
    known = sorted((amount, at) for at, amount in column.totals.items() if amount is not None)
    if len(known) > 1:
        (low, most), (high, least) = known[0], known[-1]
        yield note(
            "utilisation_range", low=_shown(low, currency), high=_shown(high, currency), currency=currency,
            least=f"{least * 100:.0f}", most=f"{most * 100:.0f}",
        )  # fmt: skip


def _shown(amount: Decimal, currency: str) -> str:
    return format(money.presented(amount, currency), "f")
