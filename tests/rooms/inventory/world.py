"""A small inventory made by hand: accounts, scopes and resources in exactly the condition a test needs."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from mcm.auth.service import DEFAULT_TENANT
from mcm.db.session import Database
from mcm.kit.ids import resource_id
from mcm.models import (
    MAX_TAG_KEY,
    MAX_TAG_VALUE,
    Account,
    RelationRow,
    ResourceNative,
    ResourceRow,
    ResourceTag,
    ResourceVersion,
    Scope,
    Sighting,
    SyncRun,
)

_now = datetime.now(UTC).replace(microsecond=0)


_SHARED = [column.name for column in ResourceVersion.__table__.columns]
_SHARED = [name for name in _SHARED if name not in ("resource_id", "valid_to", "native")]


# No row before what it points at.
_ORDER = [Account, Scope, ResourceRow, ResourceTag, Sighting, ResourceNative, ResourceVersion, RelationRow, SyncRun]


def begin() -> None:
    """At the start of a test: `ago` counts from here, not from when this module was imported, minutes before."""
    global _now
    _now = datetime.now(UTC).replace(microsecond=0)


def ago(**parts: float) -> datetime:
    return _now - timedelta(**parts)


@dataclass
class World:
    """Rows are committed as they are made, or inside `together` all at once."""

    database: Database
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    scopes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _waiting: dict[tuple[Any, frozenset[str]], list[dict[str, Any]]] | None = None

    def account(self, name: str = "east", **values: Any) -> str:
        ident = f"acc_{name}"
        defaults: dict[str, Any] = {
            "id": ident,
            "tenant_id": DEFAULT_TENANT,
            "name": name,
            "provider": "simulated",
            "ownership": "private",
            "labels": [],
            "config": {},
            "realm": f"realm-{name}",
            "status": "ok",
            "version": 1,
            "created_at": ago(days=100),
        }
        self._insert(Account, defaults | values)
        return ident

    def scope(self, account: str = "acc_east", kind: str = "instance", region: str = "r1", **values: Any) -> int:
        ident = next(self._numbers)
        defaults: dict[str, Any] = {
            "id": ident,
            "account_id": account,
            "region": region,
            "kind": kind,
            "status": "ok",
            "interval_s": 300,
            "as_of": ago(minutes=1),
            "failures": 0,
            "resources": 0,
            "generation": 1,
        }
        self._insert(Scope, defaults | values)
        self.scopes[account, region, kind] = ident
        return ident

    def resource(
        self,
        name: str = "",
        *,
        kind: str = "instance",
        account: str = "acc_east",
        region: str = "r1",
        seen_by: tuple[str, ...] | None = None,
        native: Any = None,
        **values: Any,
    ) -> str:
        """Makes the scope and the sightings too. `seen_by`: accounts with a sighting; default the source."""
        number = next(self._numbers)
        native_id = values.get("native_id", f"native-{number}")
        ident = resource_id("realm", kind, region, native_id)
        with self.together():
            row = self._row(name or f"resource-{number}", kind, account, region, native_id) | values
            own: dict[str, Any] = {"labels": {}, "managed": "observed", "version": 1}
            self._insert(ResourceRow, own | row | {"id": ident})
            for key, value in (row["tags"] or {}).items():
                if len(key) <= MAX_TAG_KEY:
                    self._insert(ResourceTag, {"resource_id": ident, "key": key, "value": value[:MAX_TAG_VALUE]})
            for seer in (account,) if seen_by is None else seen_by:
                scope = self._scope_of(seer, region, kind)
                self._insert(
                    Sighting,
                    {
                        "scope_id": scope,
                        "resource_id": ident,
                        "account_id": seer,
                        "fingerprint": "",
                        "missing_since": row["missing_since"],
                    },
                )
            if native is not None:
                self._insert(ResourceNative, {"resource_id": ident, "at": row["valid_from"], "document": native})
        return ident

    def version(self, resource: str, valid_from: datetime, valid_to: datetime, **values: Any) -> None:
        """A superseded row; what is not given is as in the current row."""
        with self.database.reading() as session:
            current = session.get_one(ResourceRow, resource)
            shared = {name: getattr(current, name) for name in _SHARED}
        row = shared | {"valid_from": valid_from, "native": None} | values
        self._insert(ResourceVersion, row | {"resource_id": resource, "valid_to": valid_to})

    def relation(self, source: str, type_: str, target: str, kind: str, native_id: str = "") -> None:
        row = {"source_id": source, "type": type_, "target_id": target, "target_kind": kind}
        self._insert(RelationRow, row | {"target_native_id": native_id})

    def run(self, scope: int, started_at: datetime, outcome: str = "complete", **values: Any) -> None:
        row = {
            "id": f"run_{next(self._numbers)}",
            "scope_id": scope,
            "account_id": "acc_east",
            "account_name": "east",
            "region": "r1",
            "kind": "instance",
            "mode": "full",
            "outcome": outcome,
            "started_at": started_at,
        }
        self._insert(SyncRun, row | values)

    def _row(self, name: str, kind: str, account: str, region: str, native_id: str) -> dict[str, Any]:
        return {
            "tenant_id": DEFAULT_TENANT,
            "realm": "realm",
            "kind": kind,
            "native_scope": region,
            "native_id": native_id,
            "native_kind": f"native {kind}",
            "provider": "simulated",
            "account_id": account,
            "scope_id": self._scope_of(account, region, kind),
            "name": name,
            "region": region,
            "zone": None,
            "project": None,
            "project_name": None,
            "state": "running" if kind == "instance" else "available",
            "native_state": "ACTIVE",
            "task_state": None,
            "presence": "present",
            "missing_since": None,
            "gone_at": None,
            "tags": {},
            "attributes": {},
            "relations": [],
            "locator": "",
            "created_at": ago(days=10),
            "first_seen": ago(days=5),
            "valid_from": ago(days=2),
            "fingerprint": "",
            "search": f"{name} {native_id}".lower(),
        }

    def _scope_of(self, account: str, region: str, kind: str) -> int:
        known = self.scopes.get((account, region, kind))
        return known if known is not None else self.scope(account, kind, region)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Written at the end, in one statement for rows of one table with the same columns."""
        if self._waiting is not None:
            yield
            return
        self._waiting = {}
        try:
            yield
            with self.database.writing() as session:
                for (table, _), rows in sorted(self._waiting.items(), key=lambda one: _ORDER.index(one[0][0])):
                    session.execute(insert(table), rows)
        finally:
            self._waiting = None

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        with self.together():
            assert self._waiting is not None
            self._waiting.setdefault((table, frozenset(row)), []).append(row)
