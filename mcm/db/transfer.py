"""Copies a whole database into an empty one, between SQLite and PostgreSQL either way; a backup is such a copy.

The source is read in one snapshot, so writers may go on; the target is written in one transaction, so a copy that
breaks off leaves it as empty as it was. Secrets travel sealed: without the master key's file they stay closed.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, Integer, Table, func, insert, select, text

from mcm.db import migrate
from mcm.db.engine import build_engine, shown
from mcm.db.session import translated
from mcm.errors import Conflict, InvalidInput
from mcm.models import Base

_BATCH = 1000
# A fresh schema has these rows of its own.
_SEEDED = ("tenant", "principal")


def copy(source: Engine, target_url: str) -> dict[str, int]:
    """Rows copied by table. Raises Conflict when the target holds data, Unavailable for another schema."""
    migrate.require_current(source)
    target = build_engine(target_url, null_pool=True)
    try:
        migrate.upgrade(target)
        with translated():
            return _copy(source, target, shown(target_url))
    finally:
        target.dispose()


def backup(source: Engine, file: Path) -> dict[str, int]:
    """A copy as one SQLite file, readable by its owner only; written aside and renamed, so never half there."""
    if file.exists():
        raise InvalidInput(f"{file} exists already", next_step="choose another name, or remove it")
    if not file.parent.is_dir():
        raise InvalidInput(f"there is no folder {file.parent}")
    aside = file.with_name(f".{file.name}.part")
    try:
        _discard(aside)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        counts = copy(source, f"sqlite:///{aside}")
        _as_one_file(aside)
        aside.replace(file)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error}") from error
    finally:
        _discard(aside)
    return counts


def restore(file: Path, target_url: str) -> dict[str, int]:
    """A backup into an empty database. An older backup is brought to this version's schema in a copy first."""
    if not file.is_file():
        raise InvalidInput(f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix="mcm-restore-") as directory:
        own = Path(directory) / "backup.db"
        shutil.copyfile(file, own)
        source = build_engine(f"sqlite:///{own}", null_pool=True)
        try:
            migrate.upgrade(source)
            return copy(source, target_url)
        finally:
            source.dispose()


def _copy(source: Engine, target: Engine, name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    snapshot = {} if source.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with source.connect().execution_options(**snapshot) as reading, target.begin() as writing:
        for table in Base.metadata.sorted_tables:
            if table.name not in _SEEDED and writing.scalar(select(func.count()).select_from(table)):
                raise Conflict(f"{name} already holds data (table {table.name})", next_step="name an empty database")
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in _SEEDED:
                writing.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            counts[table.name] = 0
            rows = reading.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
            for part in rows.partitions(_BATCH):
                writing.execute(insert(table), [dict(row) for row in part])
                counts[table.name] += len(part)
            if target.dialect.name == "postgresql":
                for column in _counters(table):
                    writing.execute(
                        text(
                            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column}'), "  # noqa: S608
                            f"(SELECT coalesce(max({column}), 0) + 1 FROM {table.name}), false)"
                        )
                    )
    return counts


def _counters(table: Table) -> list[str]:
    """Columns that count by themselves: a copied maximum must not be given out again."""
    column = table.autoincrement_column
    return [column.name] if column is not None and isinstance(column.type, Integer) else []


def _as_one_file(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def _discard(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
