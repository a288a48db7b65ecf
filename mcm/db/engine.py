"""Builds the engine: SQLite in WAL mode with foreign keys, or PostgreSQL through psycopg 3."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool, QueuePool

from mcm.db.exact import SUM, TextSum
from mcm.errors import InvalidInput

# How long anybody waits for a lock that another process, or another thread of this one, holds.
BUSY_TIMEOUT_S = 30
_CONNECT_S = 10


def shown(url: str) -> str:
    """The URL for people and logs, without its password."""
    return make_url(url).render_as_string(hide_password=True)


def build_engine(url: str, *, pool_size: int = 8, null_pool: bool = False) -> Engine:
    """Raises InvalidInput for a URL of another database. Creates the folder of a SQLite file; opens no connection."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = parsed.database or ":memory:"
        engine = create_engine(
            parsed,
            poolclass=NullPool if null_pool else QueuePool,
            creator=lambda: _open_sqlite(file),
            **({} if null_pool else {"pool_size": pool_size, "max_overflow": 64}),
        )
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 64, "pool_pre_ping": True}
        if null_pool:
            pool = {"poolclass": NullPool}
        engine = create_engine(parsed, connect_args={"connect_timeout": _CONNECT_S}, **pool)
        event.listen(engine, "connect", _configure_postgresql)
        return engine
    raise InvalidInput(
        f"cannot use a {parsed.get_backend_name()} database",
        next_step="set MCM_DATABASE_URL to sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )


def _open_sqlite(file: str) -> sqlite3.Connection:
    options: dict[str, Any] = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    if file != ":memory:" and not Path(file).exists():
        # SQLite would ask the umask; the log and the index beside it get the rights of the file itself.
        with suppress(OSError):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection: sqlite3.Connection = sqlite3.connect(file, **options)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError:
        connection.close()
        # Without its log beside it, which cannot be made on a read-only disk, SQLite must be told that none is needed.
        if not Path(file).is_file() or Path(f"{file}-wal").exists() or os.access(Path(file).parent, os.W_OK):
            raise
        connection = sqlite3.connect(f"{Path(file).absolute().as_uri()}?immutable=1", uri=True, **options)
    return connection


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling starts too late for SELECT and too early for DDL: `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.create_aggregate(SUM, 1, TextSum)  # type: ignore[arg-type]
    for pragma in (
        # For a new file only. A resource takes a kilobyte: few of them fill a page of the usual 4 KiB well.
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        "temp_store=FILE",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _record: Any) -> None:
    # Times before the year 1 UTC cannot be read; west of Greenwich the first one that clouds send would be.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'")
    connection.commit()


def _begin_sqlite(connection: Any) -> None:
    # A writer says so at once: upgrading a read transaction fails with "database is locked" without waiting.
    options = connection.get_execution_options()
    sync = options.get("sqlite_sync", "NORMAL")
    if connection.info.get("sqlite_sync") != sync:
        connection.exec_driver_sql(f"PRAGMA synchronous={sync}")
        connection.info["sqlite_sync"] = sync
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")
