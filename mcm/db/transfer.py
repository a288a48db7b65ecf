"""Copies a whole database into an empty one, between SQLite and PostgreSQL either way.

The source is read in one snapshot, so writers may go on; the target is written in one transaction, so a copy that
breaks off leaves it as empty as it was. A copy starts read-only. Secrets travel sealed: without the master key, which
is not in the database, they stay closed. What opens a door for a while, such as a session, does not travel.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select, text

from mcm.db import migrate, standing
from mcm.db.digest import Digest
from mcm.db.engine import build_engine, shown
from mcm.db.session import translated
from mcm.errors import Conflict, Unavailable
from mcm.models import DeviceRequest, Installation, LoginSession, LoginThrottle, SetupLink, VaultKey
from mcm.models.every import Base

_BATCH = 1000
# A session that was ended since would be alive again; and the row of `Installation` says of this very database whether
# it may act.
_STAYING = frozenset(
    model.__tablename__ for model in (Installation, LoginSession, DeviceRequest, SetupLink, LoginThrottle)
)
# A fresh schema has these rows of its own.
_SEEDED = ("tenant", "principal")


@dataclass
class Copied:
    """What a copy holds. rows and checksums by table; keys: ids of the master keys its secrets need."""

    rows: dict[str, int] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def copy(source: Engine, target_url: str, note: str = "a copy of another database") -> Copied:
    """Raises Conflict when the target holds data, Unavailable for another schema. note: what the target is from now."""
    migrate.require_current(source)
    target = build_engine(target_url, null_pool=True)
    try:
        migrate.upgrade(target)
        with translated(), target.begin() as writing:
            copied = _copy(source, writing, shown(target_url))
            standing.mark_read_only(writing, note)
        return copied
    finally:
        target.dispose()


def check(target_url: str, copied: Copied) -> None:
    """Reads the copy again and compares. Raises Unavailable naming what differs or is damaged."""
    target = build_engine(target_url, null_pool=True)
    try:
        found = contents(target)
        wrong = migrate.damage(target)
    finally:
        target.dispose()
    wrong += differing(copied, found)
    if wrong:
        raise Unavailable(
            f"the copy is not what was copied: {'; '.join(wrong[:5])}",
            next_step="check the disk, and make it again; do not rely on this one",
        )


def differing(expected: Copied, found: Copied) -> list[str]:
    """Sentences about tables whose rows or checksums differ."""
    wrong = []
    for name, number in expected.rows.items():
        if found.rows.get(name) != number:
            wrong.append(f"{name} has {found.rows.get(name, 0)} rows instead of {number}")
        elif found.checksums[name] != expected.checksums[name]:
            wrong.append(f"{name} has other contents")
    return wrong


def contents(engine: Engine) -> Copied:
    """As `copy` counts, of a database as it is; in one snapshot."""
    copied = Copied()
    with translated(), _snapshot(engine) as reading:
        for table in _tables():
            for _ in _parts(reading, table, copied):
                pass
        copied.keys = _keys(reading)
    return copied


def _copy(source: Engine, writing: Connection, name: str) -> Copied:
    copied = Copied()
    with _snapshot(source) as reading:
        _require_empty(writing, name)
        for table in _tables():
            for part in _parts(reading, table, copied):
                writing.execute(insert(table), part)
            if writing.dialect.name == "postgresql":
                for column in _counters(table):
                    writing.execute(
                        text(
                            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column}'), "  # noqa: S608
                            f"(SELECT coalesce(max({column}), 0) + 1 FROM {table.name}), false)"
                        )
                    )
        copied.keys = _keys(reading)
    return copied


def _require_empty(writing: Connection, name: str) -> None:
    for table in Base.metadata.sorted_tables:
        if table.name not in _SEEDED and writing.scalar(select(func.count()).select_from(table)):
            raise Conflict(f"{name} already holds data (table {table.name})", next_step="name an empty database")
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in _SEEDED:
            writing.execute(table.delete())


def _tables() -> list[Table]:
    """Those that travel."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _STAYING]


def _parts(reading: Connection, table: Table, copied: Copied) -> Iterator[list[dict[str, Any]]]:
    digest = Digest()
    rows = reading.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
    for part in rows.partitions(_BATCH):
        found = [dict(row) for row in part]
        for row in found:
            digest.add(row)
        yield found
    name = str(table.name)
    copied.rows[name], copied.checksums[name] = digest.rows, digest.hex


def _snapshot(engine: Engine) -> Connection:
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    return engine.connect().execution_options(**level)


def _keys(reading: Connection) -> list[str]:
    return sorted(reading.scalars(select(VaultKey.id).where(VaultKey.retired_at.is_(None))))


def _counters(table: Table) -> list[str]:
    """Columns that count by themselves: a copied maximum must not be given out again."""
    column = table.autoincrement_column
    return [column.name] if column is not None and isinstance(column.type, Integer) else []
