"""What a month will cost, by the one of three simple methods that would have been nearest in the months before. Pure.

last_month: as the last whole month. trend: a straight line (least squares) through the last six whole months. profile:
what the month has cost so far, divided by the share that months have usually cost by that day. Each is tried on past
months with what was known then; the range is what those tries were off by, and nothing finer is claimed.
"""

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from mcm.allocations.pieces import ZERO, added
from mcm.kit.money import EXACT, quotient, rounded

LEAST_MONTHS, MOST_AHEAD = 4, 3
_TRIES, _FITTED = 6, 6
Days = Mapping[date, Decimal]
_ONE = Decimal(1)


class TooShort(ValueError):
    """There are too few whole months to tell from and to try on; `months` is how many there are."""

    def __init__(self, months: int) -> None:
        super().__init__(f"{months} whole months")
        self.months = months


@dataclass(frozen=True, slots=True)
class Try:
    """What the method would have said of a past month at the same day, and what it was."""

    month: str
    predicted: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """so_far: of the month, until the day `known_until` (None: nothing yet). mape: the mean of |predicted - actual| /
    actual over the tries, as a share of 1. low, high: the amount times what the tries were off by at most."""

    month: str
    amount: Decimal
    low: Decimal
    high: Decimal
    method: str
    mape: Decimal
    tries: tuple[Try, ...]
    so_far: Decimal
    known_until: date | None
    whole_months: int


@dataclass(frozen=True, slots=True)
class _Month:
    name: str
    days: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return added(self.days)

    def until(self, share: Decimal) -> Decimal:
        """What it had cost when this share of its days was over."""
        return added(self.days[: int((share * len(self.days)).to_integral_value())])


def forecast(days: Days, this_month: str, ahead: int = 0) -> Forecast:
    """Of the month `ahead` months after this one. days: cost by day. Raises TooShort.

    Whole months are those before this one, from the first that has cost."""
    names = sorted({f"{day:%Y-%m}" for day in days if f"{day:%Y-%m}" < this_month})
    whole = [_month(name, days) for name in _every(names[0], this_month)] if names else []
    if len(whole) < LEAST_MONTHS + ahead:
        raise TooShort(len(whole))
    here = [day for day in days if f"{day:%Y-%m}" == this_month]
    known_until = max(here, default=None)
    passed = quotient(Decimal(known_until.day), Decimal(_length(this_month))) if known_until else ZERO
    so_far = added(days[day] for day in here) if ahead == 0 else ZERO
    tried = {
        name: tries for name, method in METHODS.items() if (tries := _tries(method, whole, passed, ahead)) is not None
    }
    if not tried:
        raise TooShort(len(whole))
    best = min(tried, key=lambda name: (_mape(tried[name]), list(METHODS).index(name)))
    amount = METHODS[best](_Known(whole, so_far, passed, ahead))
    if amount is None:
        raise TooShort(len(whole))
    amount = max(amount, so_far)
    ratios = [quotient(one.actual, one.predicted) for one in tried[best] if one.predicted > ZERO] or [_ONE]
    return Forecast(
        _after(this_month, ahead), rounded(amount),
        rounded(max(EXACT.multiply(amount, min(*ratios, _ONE)), so_far)),
        rounded(EXACT.multiply(amount, max(*ratios, _ONE))),
        best, _mape(tried[best]), tuple(tried[best]), so_far, known_until if ahead == 0 else None, len(whole),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known when the month is foretold: whole months, what it has cost when a share of its days has passed."""

    whole: Sequence[_Month]
    so_far: Decimal
    passed: Decimal
    ahead: int


Method = Callable[[_Known], Decimal | None]


def _last_month(known: _Known) -> Decimal | None:
    return known.whole[-1].total


def _trend(known: _Known) -> Decimal | None:
    totals = [month.total for month in known.whole[-_FITTED:]]
    number = len(totals)
    if number < 2:
        return None
    with localcontext(EXACT):
        middle = Decimal(number - 1) / 2
        mean = added(totals) / number
        above = sum(((index - middle) * (total - mean) for index, total in enumerate(totals)), ZERO)
        below = sum(((index - middle) ** 2 for index in range(number)), ZERO)
        return rounded(max(mean + above / below * (number + known.ahead - middle), ZERO))


def _profile(known: _Known) -> Decimal | None:
    """None: too little of the month is known, or months have no usual course."""
    if known.ahead or not known.passed or known.so_far <= ZERO:
        return None
    months = [month for month in known.whole[-_FITTED:] if month.total > ZERO]
    seen = [quotient(month.until(known.passed), month.total) for month in months]
    usual = quotient(added(seen), Decimal(len(seen))) if seen else ZERO
    return quotient(known.so_far, usual) if usual > ZERO else None


METHODS: dict[str, Method] = {"last_month": _last_month, "trend": _trend, "profile": _profile}


def _tries(method: Method, whole: Sequence[_Month], passed: Decimal, ahead: int) -> list[Try] | None:
    """On the last months, each with the months that were whole then. None: it cannot be tried on two of them."""
    found = []
    for index in range(max(2 + ahead, len(whole) - _TRIES), len(whole)):
        tried = whole[index]
        if tried.total <= ZERO:
            continue
        so_far = tried.until(passed) if ahead == 0 else ZERO
        predicted = method(_Known(whole[: index - ahead], so_far, passed, ahead))
        if predicted is None:
            return None
        found.append(Try(tried.name, rounded(max(predicted, so_far)), tried.total))
    return found if len(found) >= 2 else None


def _mape(tries: Sequence[Try]) -> Decimal:
    off = [quotient(abs(EXACT.subtract(one.predicted, one.actual)), one.actual) for one in tries]
    return quotient(added(off), Decimal(len(off)))


def _month(name: str, days: Days) -> _Month:
    year, month = int(name[:4]), int(name[5:])
    return _Month(name, tuple(days.get(date(year, month, day), ZERO) for day in range(1, _length(name) + 1)))


def _every(first: str, before: str) -> list[str]:
    found = []
    while first < before:
        found.append(first)
        first = _after(first, 1)
    return found


def _after(name: str, months: int) -> str:
    number = int(name[:4]) * 12 + int(name[5:]) - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _length(name: str) -> int:
    return calendar.monthrange(int(name[:4]), int(name[5:]))[1]
