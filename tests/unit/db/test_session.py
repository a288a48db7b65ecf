"""The unit of work: everything or nothing, and effects only after the commit."""

import sqlite3
import threading

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError as SqlDatabaseError
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from mcm.db.session import Database, after_commit, translated
from mcm.errors import Unavailable
from tests.unit.db.conftest import Scratch


class Boom(Exception):
    pass


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Scratch)) or 0


def test_writing_commits_at_the_end_and_not_before(scratch: Database) -> None:
    with scratch.writing() as session:
        session.add(Scratch(id=1))
        session.flush()
        assert _count(scratch) == 0
    assert _count(scratch) == 1


def test_failure_rolls_everything_back_and_passes_through(scratch: Database) -> None:
    def fail() -> None:
        with scratch.writing() as session:
            session.add(Scratch(id=1))
            session.flush()
            raise Boom

    with pytest.raises(Boom):
        fail()
    assert _count(scratch) == 0


def test_effects_run_after_the_commit_in_order(scratch: Database) -> None:
    seen: list[object] = []
    with scratch.writing() as session:
        session.add(Scratch(id=1))
        after_commit(session, lambda: seen.append(_count(scratch)))
        after_commit(session, lambda: seen.append("second"))
        assert seen == []
    assert seen == [1, "second"]


def test_rollback_drops_the_effects(scratch: Database) -> None:
    seen: list[str] = []

    def fail() -> None:
        with scratch.writing() as session:
            after_commit(session, lambda: seen.append("never"))
            raise Boom

    with pytest.raises(Boom):
        fail()
    assert seen == []


def test_refused_commit_drops_the_effects(scratch: Database) -> None:
    seen: list[str] = []
    with scratch.writing() as session:
        session.add(Scratch(id=1, name="taken"))

    def collide() -> None:
        with scratch.writing() as session:
            after_commit(session, lambda: seen.append("never"))
            session.add(Scratch(id=2, name="taken"))

    with pytest.raises(IntegrityError):
        collide()
    assert seen == []
    assert _count(scratch) == 1


def test_effect_may_open_a_unit_of_work_of_its_own(scratch: Database) -> None:
    def again() -> None:
        with scratch.writing() as inner:
            inner.add(Scratch(id=2))

    with scratch.writing() as session:
        session.add(Scratch(id=1))
        after_commit(session, again)
    assert _count(scratch) == 2


def test_reading_leaves_nothing_behind(scratch: Database) -> None:
    with scratch.reading() as session:
        session.add(Scratch(id=1))
        session.flush()
    assert _count(scratch) == 0


def test_rows_can_be_used_after_their_unit_of_work(scratch: Database) -> None:
    with scratch.writing() as session:
        row = Scratch(id=1, name="kept", data={"a": 1})
        session.add(row)
    assert (row.name, row.data) == ("kept", {"a": 1})


def test_two_writers_take_turns_and_lose_no_update(scratch: Database) -> None:
    with scratch.writing() as session:
        session.add(Scratch(id=1, data=0))

    def add_ten() -> None:
        for _ in range(10):
            with scratch.writing() as session:
                row = session.get_one(Scratch, 1, with_for_update=True)
                row.data += 1

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scratch.reading() as session:
        assert session.get_one(Scratch, 1).data == 40


def test_reader_is_not_kept_waiting_by_a_writer(scratch: Database) -> None:
    """On SQLite it sees one instant throughout; at PostgreSQL's default level each statement sees what is committed."""
    with scratch.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(Scratch)) == 0
        with scratch.writing() as writer:
            writer.add(Scratch(id=1))
            writer.flush()
            assert reader.scalar(select(func.count()).select_from(Scratch)) == 0
        seen = 0 if scratch.dialect == "sqlite" else 1
        assert reader.scalar(select(func.count()).select_from(Scratch)) == seen


def _sqlite(kind: type[sqlite3.Error], text: str, name: str = "") -> sqlite3.Error:
    error = kind(text)
    if name:
        error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("wrapper", "cause", "said"),
    [
        (OperationalError, _sqlite(sqlite3.OperationalError, "database is locked", "SQLITE_BUSY"), "busy"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "database table is locked"), "busy"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "database or disk is full", "SQLITE_FULL"), "full"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "attempt to write a readonly database"), "read-only"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "no such table: account"), "mcm db upgrade"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "unable to open database file", "SQLITE_CANTOPEN"),
         "cannot be opened"),
        (OperationalError, _sqlite(sqlite3.OperationalError, "disk I/O error", "SQLITE_IOERR_WRITE"), "disk"),
        (SqlDatabaseError, _sqlite(sqlite3.DatabaseError, "file is not a database", "SQLITE_NOTADB"), "damaged"),
        (SqlDatabaseError, _sqlite(sqlite3.DatabaseError, "database disk image is malformed"), "damaged"),
        (OperationalError, psycopg.errors.DiskFull("could not extend file: No space left on device"), "full"),
        (InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"),
         "read-only"),
        (OperationalError, psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), "busy"),
        (OperationalError, psycopg.errors.DeadlockDetected("deadlock detected"), "busy"),
        (OperationalError, psycopg.errors.SerializationFailure("could not serialize access"), "busy"),
        (OperationalError, psycopg.OperationalError("connection refused"), "does not answer"),
        (OperationalError, psycopg.OperationalError('FATAL:  database "mcm" does not exist'), "create it"),
        (ProgrammingError, psycopg.errors.UndefinedTable('relation "account" does not exist'), "mcm db upgrade"),
        (OperationalError, psycopg.errors.TooManyConnections("sorry, too many clients already"), "does not answer"),
    ],
)  # fmt: skip
def test_database_s_own_trouble_is_a_sentence_without_its_words(
    wrapper: type[SqlDatabaseError], cause: Exception, said: str
) -> None:
    with pytest.raises(Unavailable, match=said) as refused, translated():
        raise wrapper("INSERT INTO secret (sealed) VALUES (?)", {"sealed": b"canary"}, cause)
    assert refused.value.status == 503
    shown = f"{refused.value.message} {refused.value.next_step}"
    assert "INSERT" not in shown
    assert "canary" not in shown
    assert refused.value.__cause__ is not None


def test_broken_rule_of_the_schema_is_not_taken_for_trouble(scratch: Database) -> None:
    with scratch.writing() as session:
        session.add(Scratch(id=1, name="one"))
    with pytest.raises(IntegrityError), scratch.writing() as session:
        session.add(Scratch(id=2, name="one"))
