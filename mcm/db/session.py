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

from mcm.errors import Unavailable


class Database:
    """Gives units of work on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has one writer, and its own way of waiting for it is unfair: threads of this process queue here.
        self._writer: AbstractContextManager[object] = Lock() if self.dialect == "sqlite" else nullcontext()

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that is rolled back at the end."""
        with translated(), Session(self.engine, expire_on_commit=False) as session:
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
                yield session
                session.flush()
        finally:
            if connection is not None:
                # A connection keeps its options, unlike an engine.
                connection.execution_options(sqlite_begin="DEFERRED", sqlite_sync="NORMAL")
        for effect in session.info.pop("after_commit", ()):
            effect()

    def dispose(self) -> None:
        self.engine.dispose()


def after_commit(session: Session, effect: Callable[[], None]) -> None:
    """Run `effect` once the transaction has committed; a rollback drops it."""
    session.info.setdefault("after_commit", []).append(effect)


@contextmanager
def translated() -> Iterator[None]:
    """Turns the database's own failures into sentences; the driver's text stays as the cause, for the log."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_sentence(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the connection to the database was lost", next_step="try again") from error
        raise


def _sentence(error: DBAPIError) -> str:
    text = str(error.orig).lower()
    name = getattr(error.orig, "sqlite_errorname", "")
    if "locked" in text or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "the database is busy: another process holds it; nothing was changed, try again"
    if "disk is full" in text or "no space" in text or name == "SQLITE_FULL":
        return "the disk that holds the database is full; nothing was changed: free some space and try again"
    if "readonly" in text or "read-only" in text or name.startswith("SQLITE_READONLY"):
        return "the database is read-only; nothing was changed: check the file's owner, permissions and mount"
    if "no such table" in text or "does not exist" in text:
        return "the database has no tables of mcm, or older ones: run `mcm db upgrade`"
    if isinstance(error.orig, sqlite3.Error) and ("malformed" in text or "not a database" in text):
        return "the database file is damaged or is not an mcm database: restore a backup"
    return "the database does not answer; nothing was changed: see the server's log for its own words"
