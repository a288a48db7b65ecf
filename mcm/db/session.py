"""The unit of work: one request or one job step is one transaction, committed here and nowhere else.

Work that reaches a cloud has three parts: prepare (a transaction), call (none open), record (a transaction).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from mcm.db import engine
from mcm.errors import Unavailable

_CURRENCY = "USD"
# PostgreSQL: lock timeout, deadlock, serialization failure. https://www.postgresql.org/docs/15/errcodes-appendix.html
_BUSY_STATES = ("55P03", "40P01", "40001")


class Database:
    """Gives units of work on one engine."""

    def __init__(self, opened: Engine, *, currency: str = _CURRENCY) -> None:
        """currency: ISO 4217; what amounts come in where nobody asks for another, see `home_currency`."""
        self.engine = opened
        self._told = {"currency": currency}
        # SQLite has one writer, and its own way of waiting for it is unfair: threads of this process queue here.
        self._writer: AbstractContextManager[object] = _Turn() if self.dialect == "sqlite" else nullcontext()
        # What every writing session carries in its `info`, such as the chain of the audit trail.
        self.carried: dict[str, object] = {}

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that is rolled back at the end."""
        with translated(), Session(self.engine, expire_on_commit=False, info=self._told) as session:
            yield session

    @contextmanager
    def writing(self, *, durable: bool = True, connection: Connection | None = None) -> Iterator[Session]:
        """A transaction that commits when the block ends normally and rolls back otherwise.

        durable: survives a power cut too; what a read found does not need to, as it is read again. Nothing that is
        committed is lost when the process is killed, either way. connection: use this one instead of one of the pool.
        """
        options = {"sqlite_begin": "IMMEDIATE", "sqlite_sync": "FULL" if durable else "NORMAL"}
        bind = (connection or self.engine).execution_options(**options)
        try:
            with translated(), self._writer, Session(bind, expire_on_commit=False) as session, session.begin():
                session.info.update(self._told | self.carried)
                yield session
                session.flush()
                for last_step in session.info.pop("before_commit", ()):
                    last_step()
                for last_step in session.info.pop("at_the_very_end", ()):
                    last_step()
        finally:
            if connection is not None:
                # A connection keeps its options, unlike an engine.
                connection.execution_options(sqlite_begin="DEFERRED", sqlite_sync="NORMAL")
        for effect in session.info.pop("after_commit", ()):
            effect()

    def dispose(self) -> None:
        self.engine.dispose()


class _Turn:
    """One at a time; nobody waits longer for it than for the lock of another process."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=engine.BUSY_TIMEOUT_S):
            raise Unavailable("the database is busy: another change takes long; nothing was changed, try again")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def home_currency(session: Session) -> str:
    """Of amounts that nobody asked for in another: the setting MCM_CURRENCY."""
    return str(session.info.get("currency", _CURRENCY))


def before_commit(session: Session, last_step: Callable[[], None]) -> None:
    """Run `last_step` as the last of the transaction, when all else is flushed; if it fails, so does the transaction.

    Only sessions of `Database.writing` do: others never get there.
    """
    session.info.setdefault("before_commit", []).append(last_step)


def at_the_very_end(session: Session, last_step: Callable[[], None]) -> None:
    """As `before_commit`, after all of those, so that locks are taken in the same order in every transaction."""
    session.info.setdefault("at_the_very_end", []).append(last_step)


def after_commit(session: Session, effect: Callable[[], None]) -> None:
    """Run `effect` once the transaction has committed; a rollback drops it."""
    session.info.setdefault("after_commit", []).append(effect)


@contextmanager
def translated() -> Iterator[None]:
    """Turns the database's own failures into sentences; the driver's text stays as the cause, for the log."""
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error


def _sentence(error: DBAPIError) -> str | None:
    """None for a rule of the schema that the statement broke, which is nobody's trouble but the caller's."""
    text = str(error.orig).lower()
    name = getattr(error.orig, "sqlite_errorname", "")
    state = getattr(error.orig, "sqlstate", None) or ""
    if "locked" in text or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in _BUSY_STATES:
        return "the database is busy: something else holds it; nothing was changed, try again"
    if "disk is full" in text or "no space" in text or name == "SQLITE_FULL" or state == "53100":
        return "the disk that holds the database is full; nothing was changed: free some space and try again"
    if "readonly" in text or "read-only" in text or name.startswith("SQLITE_READONLY") or state == "25006":
        return "the database is read-only; nothing was changed: check the file's owner, permissions and mount"
    if "no such table" in text or state == "42P01":
        return "the database has no tables of mcm, or older ones: run `mcm db upgrade`"
    if isinstance(error.orig, sqlite3.Error):
        if "malformed" in text or "not a database" in text:
            return "the database file is damaged or is not an mcm database: restore a backup"
        if name.startswith("SQLITE_CANTOPEN") or "unable to open" in text:
            return "the database file cannot be opened: check that its folder exists and belongs to mcm"
        if name.startswith("SQLITE_IOERR") or "disk i/o" in text:
            return "the disk that holds the database fails or is full; nothing was changed: see the system's log"
    if error.connection_invalidated:
        return "the connection to the database was lost; try again"
    if isinstance(error, OperationalError) and "does not exist" in text:
        return "the database, or the role, that MCM_DATABASE_URL names does not exist: create it"
    if isinstance(error, OperationalError):
        return "the database does not answer; nothing was changed: see the server's log for its own words"
    return None
