"""Exact decimals in both databases: what goes in comes out, and sums are sums."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select

from mcm.db.engine import build_engine
from mcm.db.exact import exact_sum
from mcm.db.types import Exact

AMOUNTS = st.decimals(Decimal("-1e15"), Decimal("1e15"), allow_nan=False, allow_infinity=False, places=18)
_ROWS = Table(
    "exact_rows", MetaData(), Column("id", Integer, primary_key=True), Column("run", Integer), Column("amount", Exact())
)
_RUNS = count()
_LENIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = build_engine(database_url)
    _ROWS.create(made)
    yield made
    _ROWS.drop(made)
    made.dispose()


@_LENIENT
@given(amounts=st.lists(st.one_of(AMOUNTS, st.none()), max_size=30))
def test_a_sum_is_that_of_python(engine: Engine, amounts: list[Decimal | None]) -> None:
    run = next(_RUNS)
    with engine.begin() as connection:
        if amounts:
            connection.execute(insert(_ROWS), [{"run": run, "amount": one} for one in amounts])
        kept = [row.amount for row in connection.execute(select(_ROWS).where(_ROWS.c.run == run).order_by(_ROWS.c.id))]
        total = connection.scalar(select(exact_sum(_ROWS.c.amount)).where(_ROWS.c.run == run))
    assert kept == amounts
    # In fractions: Python's own sum of decimals rounds to 28 digits.
    known = [Fraction(one) for one in amounts if one is not None]
    # Of nothing there is no sum: unknown is never 0.
    assert (None if total is None else Fraction(total)) == (sum(known) if known else None)


def test_ten_times_a_tenth_is_one(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(_ROWS), [{"run": -1, "amount": Decimal("0.1")}] * 10)
        assert connection.scalar(select(exact_sum(_ROWS.c.amount)).where(_ROWS.c.run == -1)) == 1


def test_groups_have_their_own_sums(engine: Engine) -> None:
    rows = [{"run": -2 - number % 3, "amount": Decimal(number) / 8} for number in range(30)]
    with engine.begin() as connection:
        connection.execute(insert(_ROWS), rows)
        grouped = connection.execute(select(_ROWS.c.run, exact_sum(_ROWS.c.amount)).group_by(_ROWS.c.run))
        found = {run: total for run, total in grouped}  # noqa: C416
    for run in {-2, -3, -4}:
        assert found[run] == sum(Decimal(number) / 8 for number in range(30) if -2 - number % 3 == run)


def test_the_largest_and_smallest_come_out_as_they_went_in(engine: Engine) -> None:
    edges = [Decimal("99999999999999999999.999999999999999999"), Decimal("-0.000000000000000001"), Decimal(0)]
    with engine.begin() as connection:
        connection.execute(insert(_ROWS), [{"run": -9, "amount": one} for one in edges])
        query = select(_ROWS.c.amount).where(_ROWS.c.run == -9).order_by(_ROWS.c.id)
        assert list(connection.scalars(query)) == edges


def test_a_float_is_not_stored(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection, pytest.raises(Exception, match="decimals, not float"):
            connection.execute(insert(_ROWS), [{"run": 0, "amount": 0.1}])
