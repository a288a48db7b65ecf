"""Times, JSON and key texts mean and sort the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from mcm.db.session import Database
from tests.unit.db.conftest import Scratch

_EASY = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What PostgreSQL takes as text: no NUL and no lone surrogate, which the edges of mcm replace.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9, allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)


def _through(database: Database, **values: Any) -> Scratch:
    with database.writing() as session:
        session.execute(text("DELETE FROM scratch"))
        session.add(Scratch(id=1, **values))
    with database.reading() as session:
        return session.scalars(select(Scratch)).one()


@pytest.mark.parametrize(
    "given_time",
    [
        datetime(2026, 1, 31, 12, 0, 0, 123456, UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 6, 1, 23, 59, 59, 999999, timezone(timedelta(hours=-11, minutes=-30))),
        datetime(9998, 12, 31, tzinfo=UTC),
    ],
)
def test_time_comes_back_as_the_same_instant_in_utc(scratch: Database, given_time: datetime) -> None:
    found = _through(scratch, at=given_time).at
    assert found == given_time
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_naive_time_is_refused_before_it_reaches_the_database(scratch: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        _through(scratch, at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_times_sort_and_compare_as_instants(scratch: Database) -> None:
    base = datetime(2026, 3, 1, tzinfo=UTC)
    # As text, the zones and the missing microseconds would sort wrongly.
    steps = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=9), timedelta(days=400)]
    zones = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), timezone(timedelta(hours=8)), UTC]
    with scratch.writing() as session:
        for number, (step, zone) in reversed(list(enumerate(zip(steps, zones, strict=True)))):
            session.add(Scratch(id=number, at=(base + step).astimezone(zone)))
    with scratch.reading() as session:
        assert list(session.scalars(select(Scratch.id).order_by(Scratch.at))) == [0, 1, 2, 3, 4]
        after = base + timedelta(seconds=1)
        assert set(session.scalars(select(Scratch.id).where(Scratch.at > after))) == {3, 4}


def test_sqlite_keeps_times_as_fixed_width_text(scratch: Database) -> None:
    _through(scratch, at=datetime(2026, 1, 1, tzinfo=UTC))
    with scratch.reading() as session:
        raw = session.execute(text("SELECT at FROM scratch")).scalar()
    assert isinstance(raw, datetime) or raw == "2026-01-01T00:00:00.000000Z"


def test_absent_values_stay_absent(scratch: Database) -> None:
    found = _through(scratch)
    assert (found.at, found.data, found.name) == (None, None, None)
    with scratch.reading() as session:
        assert session.execute(text("SELECT count(*) FROM scratch WHERE data IS NULL AND at IS NULL")).scalar() == 1


@pytest.mark.parametrize(
    "value",
    [{}, [], "", 0, False, "text", {"b": 1, "a": [None, 1.5, "\u5bc6"]}, ["\u202e", "\x1b"], {"": {"": []}}, 2**53],
)
def test_json_comes_back_as_it_was(scratch: Database, value: Any) -> None:
    found = _through(scratch, data=value).data
    assert found == value
    assert type(found) is type(value)


@_EASY
@given(value=_JSON.filter(lambda value: value is not None))
def test_any_json_comes_back_as_it_was(scratch: Database, value: Any) -> None:
    assert _through(scratch, data=value).data == value


@_EASY
@given(names=st.lists(_TEXT, min_size=2, max_size=6, unique=True))
def test_key_text_sorts_by_code_point_on_both_databases(scratch: Database, names: list[str]) -> None:
    """Cursors compare in Python what the database has sorted."""
    with scratch.writing() as session:
        session.execute(text("DELETE FROM scratch"))
        session.add_all([Scratch(id=number, name=name) for number, name in enumerate(names)])
    with scratch.reading() as session:
        found = list(session.scalars(select(Scratch.name).order_by(Scratch.name)))
        assert found == sorted(names, key=lambda name: name.encode())
        above = list(session.scalars(select(Scratch.name).where(Scratch.name > names[0]).order_by(Scratch.name)))
    assert above == [name for name in found if name is not None and name.encode() > names[0].encode()]


def test_key_text_knows_upper_case_from_lower(scratch: Database) -> None:
    with scratch.writing() as session:
        session.add_all([Scratch(id=1, name="Straße"), Scratch(id=2, name="straße"), Scratch(id=3, name="STRASSE")])
    with scratch.reading() as session:
        assert list(session.scalars(select(Scratch.id).where(Scratch.name == "straße"))) == [2]
