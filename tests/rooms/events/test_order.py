"""Events are numbered in the order of their commits, and there only when what they tell of has been committed."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mcm.db.session import Database, at_the_very_end, before_commit
from mcm.events import kinds, repository
from mcm.events.service import bell_of, emit, install
from mcm.kit import clock
from mcm.models import Event, Setting

PATIENCE_S = 30.0


def _emit(session: Session, name: str) -> None:
    emit(session, kinds.PLAN_CHANGED, tenant_id="ten_default", subject_kind="test", subject_id=name)


def _told(database: Database, after: int = 0) -> list[tuple[int, str]]:
    with database.reading() as session:
        return [(row.id, row.subject_id) for row in repository.after(session, after)]


def _write(database: Database, name: str, then: Callable[[Session], None]) -> None:
    with database.writing() as session:
        _emit(session, name)
        then(session)


def _fail(_: Session | None = None) -> None:
    raise ZeroDivisionError


def test_what_is_rolled_back_is_never_told(database: Database) -> None:
    rung: list[int] = []
    install(database).listen(lambda: rung.append(1))
    with pytest.raises(ZeroDivisionError):
        _write(database, "lost", _fail)
    with pytest.raises(ZeroDivisionError):
        _write(database, "lost too", lambda session: before_commit(session, lambda: _fail(session)))
    assert (_told(database), rung) == ([], [])
    with database.writing() as session:
        _emit(session, "kept")
        _emit(session, "with it")
    assert [name for _, name in _told(database)] == ["kept", "with it"]
    assert rung == [1]


def test_what_is_emitted_by_the_last_steps_is_told_too(database: Database) -> None:
    with database.writing() as session:
        before_commit(session, lambda: _emit(session, "late"))
    assert [name for _, name in _told(database)] == ["late"]


def test_a_listener_that_fails_harms_nobody(database: Database) -> None:
    heard: list[int] = []
    bell = bell_of(database)
    bell.listen(_fail)
    bell.listen(lambda: heard.append(1))
    with database.writing() as session:
        _emit(session, "one")
    assert heard == [1]


def test_only_known_kinds_outside_of_savepoints(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(ValueError, match="no kind of event"):
            emit(session, "something.else", tenant_id="", subject_kind="test", subject_id="x")
        with session.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
            _emit(session, "x")
    assert _told(database) == []


def test_long_texts_are_cut(database: Database) -> None:
    with database.writing() as session:
        emit(
            session, kinds.PLAN_CHANGED, tenant_id="", subject_kind="test", subject_id="x",
            data={"name": "n" * 10_000, "nothing": None},
        )  # fmt: skip
    with database.reading() as session:
        (row,) = session.scalars(select(Event))
    assert row.data == {"name": "n" * 200}


@pytest.mark.only_on("postgresql", why="SQLite has one writer")
def test_who_began_first_and_commits_last_has_the_higher_number(database: Database) -> None:
    begun, other_done = threading.Event(), threading.Event()

    def first() -> None:
        with database.writing() as session:
            session.add(Setting(key="first", value={}, changed_at=clock.now()))
            session.flush()
            _emit(session, "began first")
            begun.set()
            assert other_done.wait(PATIENCE_S)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(first)
        assert begun.wait(PATIENCE_S)
        with database.writing() as session:
            _emit(session, "began second")
        ((seen, name),) = _told(database)
        assert name == "began second"
        other_done.set()
        done.result(PATIENCE_S)
    # Whoever went on from what they had seen misses nothing.
    assert [name for _, name in _told(database, seen)] == ["began first"]


@pytest.mark.only_on("postgresql", why="SQLite has one writer")
def test_nobody_commits_a_higher_number_before_a_lower_one(database: Database) -> None:
    """The first has its number and is not committed yet: the second waits, and no reader can skip the first."""
    numbered, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        numbered.set()
        assert go_on.wait(PATIENCE_S)

    def slow() -> None:
        with database.writing() as session:
            _emit(session, "slow")
            at_the_very_end(session, hold)

    def quick() -> None:
        with database.writing() as session:
            _emit(session, "quick")

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(slow)
        try:
            assert numbered.wait(PATIENCE_S)
            two = pool.submit(quick)
            _until_one_waits_for_the_lock(database)
            assert _told(database) == []
        finally:
            go_on.set()
        one.result(PATIENCE_S)
        two.result(PATIENCE_S)
    assert [name for _, name in _told(database)] == ["slow", "quick"]


def _until_one_waits_for_the_lock(database: Database) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    until = time.monotonic() + PATIENCE_S
    with database.reading() as session:
        while not session.scalar(waiting):
            assert time.monotonic() < until, "nobody waits: numbers may become visible out of order"
            time.sleep(0.01)


def test_a_reader_among_many_writers_misses_none_and_sees_none_twice(database: Database) -> None:
    writers, each = 6, 15
    ended = threading.Event()
    dice = random.Random(7)
    pauses = [[dice.random() / 100 for _ in range(each)] for _ in range(writers)]

    def write(number: int) -> None:
        for turn, pause in enumerate(pauses[number]):
            with database.writing() as session:
                _emit(session, f"{number}/{turn}/a")
                if database.dialect == "postgresql":
                    time.sleep(pause)
                _emit(session, f"{number}/{turn}/b")

    def read() -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        last = False
        while True:
            rows = _told(database, found[-1][0] if found else 0)
            found += rows
            if last and not rows:
                return found
            last = ended.is_set()

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(read)
        for done in [pool.submit(write, number) for number in range(writers)]:
            done.result(PATIENCE_S)
        ended.set()
        found = reader.result(PATIENCE_S)
    expected = {f"{number}/{turn}/{part}" for number in range(writers) for turn in range(each) for part in "ab"}
    names = [name for _, name in found]
    assert len(names) == len(expected)
    assert set(names) == expected
    for number in range(writers):
        own = [name for name in names if name.startswith(f"{number}/")]
        assert own == [f"{number}/{turn}/{part}" for turn in range(each) for part in "ab"]


def test_the_newest_number_is_never_given_again(database: Database) -> None:
    for name in ("a", "b", "c"):
        with database.writing() as session:
            _emit(session, name)
    with database.writing() as session:
        repository.prune(session, clock.now() + timedelta(days=1))
    assert [name for _, name in _told(database)] == ["c"]
    ((last, _),) = _told(database)
    with database.writing() as session:
        _emit(session, "d")
    assert _told(database, last)[0][0] > last
