"""Exchange rates: the youngest that is not younger than the day, told how it was come by."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mcm.db.session import Database
from mcm.models import ExchangeRate
from mcm.prices import exchange, service
from mcm.prices.errors import InvalidExchangeRate, NoExchangeRate
from tests.days import days_ago, today

RATES = st.decimals(Decimal("0.0001"), Decimal(20000), allow_nan=False, allow_infinity=False, places=6)
AMOUNTS = st.decimals(Decimal("-1e12"), Decimal("1e12"), allow_nan=False, allow_infinity=False, places=9)


def _put(
    session: Session, pair: str, rate: str, day: date | None = None, source: str = "bank", *, seed: bool = False
) -> None:
    exchange.put(session, pair[:3], pair[3:], Decimal(rate), source, day or today(), seed=seed)


def _asked(
    session: Session, currency: str, to: str, day: date | None = None, amount: str = "100"
) -> tuple[str, str, date]:
    found = service.converted(session, Decimal(amount), currency, to, day or today())
    return (format(found.amount, "f"), found.how, found.on)


def test_direct_inverse_and_through_a_third(database: Database) -> None:
    with database.writing() as session:
        _put(session, "EURUSD", "1.25", days_ago(3))
        _put(session, "EURCNY", "8", days_ago(5))
        assert _asked(session, "EUR", "USD") == ("125", "direct", days_ago(3))
        assert _asked(session, "USD", "EUR") == ("80", "inverse", days_ago(3))
        assert _asked(session, "USD", "CNY") == ("640", "through", days_ago(5))
        assert _asked(session, "CNY", "USD", amount="8") == ("1.25", "through", days_ago(5))
        assert _asked(session, "JPY", "JPY") == ("100", "same", today())
        through = service.converted(session, Decimal(1), "USD", "CNY", today())
        assert (through.through, through.rate, through.source) == ("EUR", Decimal("6.4"), "bank")
        _put(session, "USDCNY", "7", days_ago(9))
        assert _asked(session, "USD", "CNY") == ("700", "direct", days_ago(9))


def test_the_youngest_that_is_not_younger_than_the_day(database: Database) -> None:
    with database.writing() as session:
        for back, rate in ((30, "1"), (10, "2"), (1, "3")):
            _put(session, "EURUSD", rate, days_ago(back))
        assert [_asked(session, "EUR", "USD", days_ago(back))[0] for back in (30, 11, 10, 2, 0)] == [
            "100", "100", "200", "200", "300"
        ]  # fmt: skip
        with pytest.raises(NoExchangeRate):
            _asked(session, "EUR", "USD", days_ago(31))
        _put(session, "USDEUR", "0.25", days_ago(0))
        assert _asked(session, "EUR", "USD") == ("400", "inverse", days_ago(0))


def test_what_came_with_mcm_gives_way(database: Database) -> None:
    with database.writing() as session:
        _put(session, "USDCNY", "9", days_ago(0), seed=True)
        assert service.converted(session, Decimal(1), "USD", "CNY", today()).seed
        _put(session, "EURUSD", "1", days_ago(300))
        _put(session, "EURCNY", "7", days_ago(300))
        assert _asked(session, "USD", "CNY") == ("700", "through", days_ago(300))
        _put(session, "USDCNY", "8", days_ago(400))
        assert _asked(session, "USD", "CNY") == ("800", "direct", days_ago(400))


def test_a_corrected_rate_stays_known(database: Database) -> None:
    with database.writing() as session:
        _put(session, "EURUSD", "1.1")
        _put(session, "EURUSD", "1.1")
        _put(session, "EURUSD", "1.2")
        assert _asked(session, "EUR", "USD")[0] == "120"
        rows = session.scalars(select(ExchangeRate).order_by(ExchangeRate.recorded_at)).all()
        assert [(row.rate, row.superseded_at is None) for row in rows] == [
            (Decimal("1.1"), False),
            (Decimal("1.2"), True),
        ]


@pytest.mark.parametrize(
    ("base", "quote", "rate", "source", "back"),
    [
        ("EUR", "EUR", "1", "bank", 0),
        ("EUR", "XXX", "1", "bank", 0),
        ("EUR", "USD", "0", "bank", 0),
        ("EUR", "USD", "-1", "bank", 0),
        ("EUR", "USD", "1", " ", 0),
        ("EUR", "USD", "1", "a\x1b", 0),
        ("EUR", "USD", "1", "bank", -2),
        ("EUR", "USD", "1", "bank", (today() - date(1998, 12, 31)).days),
    ],
)
def test_what_is_no_rate(database: Database, base: str, quote: str, rate: str, source: str, back: int) -> None:
    with database.writing() as session, pytest.raises(InvalidExchangeRate):
        exchange.put(session, base, quote, Decimal(rate), source, days_ago(back))


def test_unknown_currencies_and_ways(database: Database) -> None:
    with database.writing() as session:
        _put(session, "EURUSD", "1")
        _put(session, "CNYJPY", "20")
        for currency, to in (("EUR", "CNY"), ("USD", "JPY"), ("EUR", "BTC"), ("eur", "USD")):
            with pytest.raises(NoExchangeRate):
                _asked(session, currency, to)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=RATES, second=RATES, amount=AMOUNTS)
def test_every_way_is_right_to_the_last_digit(
    database: Database, first: Decimal, second: Decimal, amount: Decimal
) -> None:
    with database.writing() as session:
        session.execute(delete(ExchangeRate))
        _put(session, "EURUSD", str(first))
        _put(session, "EURCNY", str(second))
        ways = {("EUR", "USD"): Fraction(first), ("USD", "EUR"): 1 / Fraction(first)}
        ways |= {("USD", "CNY"): Fraction(second) / Fraction(first), ("CNY", "USD"): Fraction(first) / Fraction(second)}
        for (currency, to), rate in ways.items():
            found = service.converted(session, amount, currency, to, today())
            assert abs(Fraction(found.amount) - Fraction(amount) * rate) <= Fraction(1, 2 * 10**18)
            assert abs(Fraction(found.rate) - rate) <= Fraction(1, 2 * 10**18)
