"""Why cost changed, what a month will cost, and which days are odd: on numbers made for it."""

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.allocations.anomalies import Series, odd
from mcm.allocations.changes import REASONS, explained
from mcm.allocations.forecasting import TooShort, forecast
from mcm.allocations.pieces import Piece

AMOUNT = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=12)
PIECE = st.builds(
    Piece,
    month=st.just("2026-11"),
    currency=st.just("EUR"),
    amount=AMOUNT,
    service=st.sampled_from(("compute", "network")),
    sku=st.sampled_from(("s1", "s2", None)),
    unit=st.sampled_from(("Hours", None)),
    quantity=st.one_of(st.none(), st.decimals(0, 10**7, allow_nan=False, places=6)),
    trail=st.sampled_from(((), ("rule",))),
    kind=st.sampled_from(("charge", "idle")),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PIECE, max_size=8), st.lists(PIECE, max_size=8))
def test_the_parts_of_a_change_add_up_to_it(before: list[Piece], after: list[Piece]) -> None:
    found = explained(before, after)
    assert set(found.parts) == set(REASONS)
    parts = sum(map(Fraction, found.parts.values()))
    exact = sum(Fraction(one.amount) for one in after) - sum(Fraction(one.amount) for one in before)
    assert parts == exact == Fraction(found.difference)


def test_a_change_by_hand() -> None:
    def one(amount: str, quantity: str | None, sku: str) -> Piece:
        return Piece(
            "2026-11",
            "EUR",
            Decimal(amount),
            sku=sku,
            unit="h",
            quantity=None if quantity is None else Decimal(quantity),
        )

    was = [one("100", "50", "dearer"), one("30", "3", "more"), one("7", "1", "gone"), one("5", None, "unsaid")]
    now = [one("120", "40", "dearer"), one("40", "4", "more"), one("2", "1", "new"), one("6", None, "unsaid")]
    found = explained(was, now)
    # dearer: 40 at the old price of 2 are 80 (20 less), and cost 40 more than that.
    assert {name: part for name, part in found.parts.items() if part} == {
        "usage": Decimal(-20 + 10), "price": Decimal(40), "gone": Decimal(-7), "new": Decimal(2), "other": Decimal(1),
    }  # fmt: skip


def _days(first: str, months: int, cost: "dict[str, int] | int") -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    year, month = int(first[:4]), int(first[5:])
    for _ in range(months):
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            daily = cost if isinstance(cost, int) else cost[f"{year}-{month:02d}"]
            found[date(year, month, day)] = Decimal(daily)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def test_what_goes_on_as_it_did_is_foretold_exactly() -> None:
    days = _days("2026-01", 6, 10) | {date(2026, 7, day): Decimal(10) for day in range(1, 11)}
    found = forecast(days, "2026-07")
    assert (found.method, found.so_far, found.known_until, found.whole_months) == (
        "profile",
        Decimal(100),
        date(2026, 7, 10),
        6,
    )
    # The tenth of 31 days is the ninth of 28: months of different length are not quite alike.
    assert Decimal(300) < found.amount < Decimal(320)
    assert found.low <= found.amount <= found.high
    assert found.mape < Decimal("0.05")


def test_a_line_is_gone_on_with() -> None:
    growing = {f"2026-{month:02d}": month * 30 for month in range(1, 7)}
    days = {date(int(name[:4]), int(name[5:]), 1): Decimal(amount) for name, amount in growing.items()}
    found = forecast(days, "2026-07")
    assert (found.method, found.amount, found.mape, found.low, found.high) == (
        "trend",
        *map(Decimal, (210, 0, 210, 210)),
    )
    assert forecast(days, "2026-07", 1).amount == 240
    assert forecast(days, "2026-07", 1).month == "2026-08"


def test_the_range_and_the_error_are_those_of_the_tries() -> None:
    wild = {"2026-01": 10, "2026-02": 40, "2026-03": 10, "2026-04": 40, "2026-05": 10}
    found = forecast(_days("2026-01", 5, wild), "2026-06")
    off = [abs(one.predicted - one.actual) / one.actual for one in found.tries]
    assert abs(found.mape - sum(off, Decimal(0)) / len(off)) < Decimal("1e-15")
    ratios = [one.actual / one.predicted for one in found.tries]
    assert abs(found.high / found.amount - max(*ratios, Decimal(1))) < Decimal("1e-15")
    assert abs(found.low / found.amount - min(*ratios, Decimal(1))) < Decimal("1e-15")
    assert found.low < found.high


@pytest.mark.parametrize(("months", "ahead"), [(0, 0), (3, 0), (4, 1), (6, 3)])
def test_too_short_a_past_is_no_ground(months: int, ahead: int) -> None:
    with pytest.raises(TooShort) as short:
        forecast(_days("2026-01", months, 5), "2026-07" if months == 6 else f"2026-{months + 1:02d}", ahead)
    assert short.value.months == months


def _series(*costs: int) -> Series:
    start = date(2026, 11, 1)
    return Series("acc", "compute", "EUR", {start + timedelta(days=n): Decimal(cost) for n, cost in enumerate(costs)})


FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def test_a_jump_is_odd_until_it_ends() -> None:
    usual = [100, 102, 98, 101, 99] * 4
    (found,) = odd(_series(*usual, 100, 200, 210, 205, 100), FIRST, LAST)
    assert (found.since, found.on) == (date(2026, 11, 22), date(2026, 11, 24))
    assert (found.expected, found.amount, found.excess) == (Decimal(100), Decimal(205), Decimal(100 + 110 + 105))
    assert found.amount > found.limit > found.expected


def test_noise_and_less_and_too_short_a_past_are_not_odd() -> None:
    noisy = [100, 140, 60, 120, 80, 150, 50] * 4
    assert not odd(_series(*noisy, 155), FIRST, LAST)
    assert not odd(_series(*[100] * 20, 10, 0, 100), FIRST, LAST)
    assert not odd(_series(*[100] * 10, 900), FIRST, LAST)
    assert not odd(_series(*[100] * 20, 103), FIRST, LAST)
    assert not odd(_series(*[100] * 20, 130), FIRST, LAST, least=Decimal(31))
    assert odd(_series(*[100] * 20, 130), FIRST, LAST, least=Decimal(30))
    # Over before what is asked for.
    assert not odd(_series(*[100] * 20, 900, 100, 100), date(2026, 11, 22), LAST)
