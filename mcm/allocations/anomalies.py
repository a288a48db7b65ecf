"""Days that cost far more than the weeks before, by the median of each service and account and its deviation. Pure.

Only what is above is told: a day that costs less than usual is most often one whose bill is not complete yet. A day
that was odd is no part of what later days are held against, so that an odd week stays odd.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mcm.allocations.pieces import ZERO, added
from mcm.kit.money import EXACT, plain, quotient

BASELINE_DAYS, LEAST_DAYS = 28, 14
SENSITIVITY = Decimal(5)
# Makes the median absolute deviation of normally spread values their standard deviation.
_SCALE = Decimal("1.4826")
# What costs the same every day has no deviation: a twentieth of it counts as one.
_LEAST_SPREAD = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Series:
    """days: cost by day; a day between the first and the last that is not there cost nothing."""

    account_id: str | None
    service: str | None
    currency: str
    days: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """amount: of the day `on`, the last odd one; since: the first of the odd days in a row; excess: what all of them
    cost beyond what was expected; limit: what a day may cost without being odd."""

    account_id: str | None
    service: str | None
    currency: str
    on: date
    since: date
    amount: Decimal
    expected: Decimal
    limit: Decimal
    excess: Decimal


def odd(
    series: Series, first: date, last: date, *, sensitivity: Decimal = SENSITIVITY, least: Decimal = ZERO
) -> list[Anomaly]:
    """Runs of odd days that end within first … last, oldest first. least: the smallest excess of a day that counts."""
    if not series.days:
        return []
    found: list[Anomaly] = []
    usual: dict[date, Decimal] = {}
    run: list[tuple[date, Decimal, Decimal, Decimal]] = []
    day, end = min(series.days), min(max(series.days), last)
    while day <= end:
        amount = series.days.get(day, ZERO)
        verdict = _verdict(usual, day, amount, sensitivity, least)
        if verdict is None:
            usual[day] = amount
            found += _ended(series, run, first)
            run = []
        else:
            run.append((day, amount, *verdict))
        day += timedelta(days=1)
    return found + _ended(series, run, first)


def _verdict(
    usual: Mapping[date, Decimal], day: date, amount: Decimal, sensitivity: Decimal, least: Decimal
) -> tuple[Decimal, Decimal] | None:
    """(expected, limit) of an odd day."""
    before = [value for at, value in usual.items() if at >= day - timedelta(days=BASELINE_DAYS)]
    if len(before) < LEAST_DAYS:
        return None
    expected = median(before)
    deviation = median([abs(EXACT.subtract(value, expected)) for value in before])
    spread = max(EXACT.multiply(_SCALE, deviation), EXACT.multiply(_LEAST_SPREAD, abs(expected)))
    limit = plain(EXACT.add(expected, EXACT.multiply(sensitivity, spread)))
    excess = EXACT.subtract(amount, expected)
    return (expected, limit) if amount > limit and excess >= least else None


def _ended(series: Series, run: Sequence[tuple[date, Decimal, Decimal, Decimal]], first: date) -> list[Anomaly]:
    if not run or run[-1][0] < first:
        return []
    on, amount, expected, limit = run[-1]
    excess = added(EXACT.subtract(cost, usual) for _, cost, usual, _ in run)
    return [Anomaly(series.account_id, series.service, series.currency, on, run[0][0], amount, expected, limit, excess)]


def median(values: Sequence[Decimal]) -> Decimal:
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else quotient(EXACT.add(ranked[half - 1], ranked[half]), Decimal(2))
