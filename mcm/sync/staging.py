"""The staging tables of one read: temporary tables of one connection, so a killed process leaves nothing behind.

Pages are translated and spooled in bounded batches; memory does not grow with the cloud. Everything here is raw SQL
through the driver: rows pass by the ten thousand.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from mcm.contract import Resource
from mcm.db.bulk import insert_rows, placeholders
from mcm.sync.normalise import Content, Normaliser, Row, tag_rows

BATCH = 500
_EMPTIED = 2000
_MADE = "sync_stage"
_STAGE = ", ".join(f"{name} TEXT" for name in Row._fields)
_TABLES = {
    "sync_stage": f"{_STAGE}, owned INTEGER",
    "sync_stage_relation": "source_id TEXT, type TEXT, target_id TEXT, target_kind TEXT, target_native_id TEXT",
    "sync_stage_tag": "resource_id TEXT, key TEXT, value TEXT",
    "sync_seen": "resource_id TEXT PRIMARY KEY",
}


class Stage:
    """What one read listed. `add` in batches, then hand it to `merge`. Not thread-safe."""

    def __init__(self, connection: Connection, scope_id: int, normaliser: Normaliser, *, first_read: bool) -> None:
        self.connection, self.scope_id, self.normaliser = connection, scope_id, normaliser
        self.listed = 0
        self.repeated = 0
        self.staged = 0
        self._most = 0
        self._first_read = first_read
        with connection.begin():
            # `info` goes with the driver's connection, as the tables do.
            if not connection.info.get(_MADE):
                for name, columns in _TABLES.items():
                    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns})")
            for name in _TABLES:
                connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
        connection.info[_MADE] = True

    def clear(self) -> None:
        with self.connection.begin():
            for name in _TABLES:
                self.connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
        self.listed = self.repeated = self.staged = 0

    def close(self) -> None:
        """After many rows the connection goes with its tables: emptying them takes long, and their file would stay.
        Few are left to who uses the connection next, and empties them first."""
        if self._most > _EMPTIED:
            self.connection.invalidate()

    def add(self, batch: Sequence[Resource]) -> None:
        """At most BATCH resources. Counts a resource that was listed before as repeated; its later form counts."""
        normaliser = self.normaliser
        found: dict[str, tuple[Resource, Content, str]] = {}
        for resource in batch:
            ident = normaliser.identify(resource)
            content = normaliser.content(resource)
            self.repeated += ident in found
            found[ident] = (resource, content, content.fingerprint())
        self.listed += len(found)
        with self.connection.begin():
            known = self._known(list(found))
            self._see(list(found))
            changed = [(ident, *rest) for ident, rest in found.items() if known.get(ident) != rest[2]]
            self._stage(changed)

    def _known(self, idents: list[str]) -> dict[str, str]:
        if self._first_read or not idents:
            return {}
        marks = placeholders(self.connection, len(idents))
        one = placeholders(self.connection, 1)
        rows = self.connection.exec_driver_sql(
            f"SELECT resource_id, fingerprint FROM sighting WHERE scope_id = {one} AND resource_id IN ({marks})",  # noqa: S608
            (self.scope_id, *idents),
        )
        return {row[0]: row[1] for row in rows}

    def _see(self, idents: list[str]) -> None:
        if not idents:
            return
        marks = placeholders(self.connection, len(idents))
        again = [
            row[0]
            for row in self.connection.exec_driver_sql(
                f"SELECT resource_id FROM sync_seen WHERE resource_id IN ({marks})",  # noqa: S608
                tuple(idents),
            )
        ]
        if again:
            self.repeated += len(again)
            self.listed -= len(again)
            marks = placeholders(self.connection, len(again))
            for table, column in (("sync_stage", "id"), ("sync_stage_relation", "source_id"),
                                  ("sync_stage_tag", "resource_id"), ("sync_seen", "resource_id")):  # fmt: skip
                self.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} IN ({marks})", tuple(again))  # noqa: S608
        insert_rows(self.connection, "sync_seen", ("resource_id",), [(ident,) for ident in idents])

    def _stage(self, changed: Iterable[tuple[str, Resource, Content, str]]) -> None:
        rows: list[tuple[Any, ...]] = []
        relations: list[tuple[str, ...]] = []
        tags: list[tuple[str, ...]] = []
        for ident, resource, content, fingerprint in changed:
            rows.append((*self.normaliser.row(ident, resource, content, fingerprint), 1))
            relations += self.normaliser.relation_rows(ident, resource)
            tags += tag_rows(ident, resource)
        self.staged += len(rows)
        self._most = max(self._most, self.staged)
        insert_rows(self.connection, "sync_stage", (*Row._fields, "owned"), rows)
        insert_rows(
            self.connection,
            "sync_stage_relation",
            ("source_id", "type", "target_id", "target_kind", "target_native_id"),
            relations,
        )
        insert_rows(self.connection, "sync_stage_tag", ("resource_id", "key", "value"), tags)
