"""Bulk-inserts believable resources straight into the tables: some seconds for 100,000, the same for the same seed.

Ten accounts in nine realms (two accounts share one, so part of its resources have two sightings), each with three
regions and a scope for every kind. `RARE` resources carry what only a handful has, whatever the size.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, insert, select

from mcm.auth.service import DEFAULT_TENANT
from mcm.contract import ResourceKind
from mcm.db.bulk import insert_rows
from mcm.kit import clock
from mcm.kit.ids import resource_id
from mcm.models import Account, ResourceRow, Scope, Tenant
from tests.rooms.inventory.shapes import SHAPES, WEIGHTS, Draft

RARE = 7
BATCH = 5000
_SKIPPED = ("owner", "data_class")
COLUMNS = tuple(column.name for column in ResourceRow.__table__.columns if column.name not in _SKIPPED)
_ACCOUNTS = (
    ("os-beijing", "openstack", "private", "realm-1"),
    ("os-beijing-audit", "openstack", "private", "realm-1"),
    ("os-shanghai", "openstack", "private", "realm-2"),
    ("vc-headquarters", "vmware", "private", "realm-3"),
    ("vc-branch", "vmware", "private", "realm-4"),
    ("vc-lab", "vmware", "hosted", "realm-5"),
    ("aws-production", "aws", "public", "realm-6"),
    ("aws-staging", "aws", "public", "realm-7"),
    ("aws-sandbox", "aws", "public", "realm-8"),
    ("hosted-dr", "openstack", "hosted", "realm-9"),
)
_SHARES = (16, 0, 14, 18, 10, 4, 20, 10, 5, 3)
REGIONS = ("north", "south", "west")
_REGION_SHARES = (5, 3, 2)


@dataclass(frozen=True)
class Population:
    """Ids of what was made. `now` is the moment of the newest complete reads."""

    now: datetime
    accounts: dict[str, str]
    scopes: dict[tuple[str, str, str], int]


def populate(engine: Engine, number: int, *, seed: int = 1, now: datetime | None = None) -> Population:
    """`number` resources in otherwise empty tables, committed, statistics gathered as a running database has them."""
    now = now or datetime.now(UTC).replace(microsecond=0)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size=-262144")
        made = _places(connection, now)
        for batch in _batches(_rows(number, random.Random(seed), made)):
            _write(connection, batch)
        _count_scopes(connection)
    engine.dispose()
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return made


def _places(connection: Connection, now: datetime) -> Population:
    if connection.scalar(select(Tenant.id).where(Tenant.id == DEFAULT_TENANT)) is None:
        connection.execute(insert(Tenant), [{"id": DEFAULT_TENANT, "name": "default", "created_at": now}])
    accounts = {name: f"acc_{index:026d}" for index, (name, *_) in enumerate(_ACCOUNTS)}
    connection.execute(
        insert(Account),
        [
            {
                "id": accounts[name],
                "tenant_id": DEFAULT_TENANT,
                "name": name,
                "provider": provider,
                "ownership": ownership,
                "labels": [],
                "config": {},
                "realm": realm,
                "status": "ok",
                "version": 1,
                "created_at": now - timedelta(days=400),
            }
            for name, provider, ownership, realm in _ACCOUNTS
        ],
    )
    scopes: dict[tuple[str, str, str], int] = {}
    rows: list[dict[str, Any]] = []
    for account in accounts.values():
        for region in REGIONS:
            for kind in WEIGHTS:
                scopes[account, region, kind] = len(rows) + 1
                rows.append(
                    {
                        "id": len(rows) + 1,
                        "account_id": account,
                        "region": region,
                        "kind": str(kind),
                        "status": "ok",
                        "interval_s": 300,
                        "as_of": now - timedelta(seconds=len(rows) % 290),
                        "failures": 0,
                        "resources": 0,
                        "generation": 1,
                    }
                )
    connection.execute(insert(Scope), rows)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('scope', 'id'), max(id)) FROM scope")
    return Population(now, accounts, scopes)


@dataclass(slots=True)
class _Made:
    row: tuple[Any, ...]
    tags: list[tuple[str, str, str]]
    relations: list[tuple[str, str, str, str, str]]
    sightings: list[tuple[Any, ...]]


def _rows(number: int, rnd: random.Random, made: Population) -> Iterator[_Made]:
    kinds = rnd.choices(list(WEIGHTS), list(WEIGHTS.values()), k=number)
    homes = rnd.choices(_ACCOUNTS, _SHARES, k=number)
    regions = rnd.choices(REGIONS, _REGION_SHARES, k=number)
    step = max(number // RARE, 1)
    for index in range(number):
        rare = index % step == step // 2 and index // step < RARE
        kind = ResourceKind.INSTANCE if rare else kinds[index]
        yield _row(index, kind, homes[index], regions[index], rare, rnd, made)


def _row(
    index: int, kind: ResourceKind, home: tuple[str, ...], region: str, rare: bool, rnd: random.Random, made: Population
) -> _Made:
    name, provider, _, realm = home
    account = made.accounts[name]
    draft: Draft = SHAPES[kind](index, rnd, realm, region)
    if rare:
        draft.name = f"needle-{index:08d}"
        draft.tags["campaign"] = "winter"
        draft.attributes["private_ips"] = [f"192.168.77.{index % 250}"]
        draft.project, draft.project_name = "project-of-needles", "needles"
    ident = resource_id(realm, kind, "", draft.native_id)
    relations = [(type_, str(target), native, "") for type_, target, native in sorted(draft.relations)]
    changed = made.now - timedelta(seconds=rnd.randrange(86_400 * 90))
    gone = not rare and index % 40 == 3
    values: dict[str, Any] = {
        "id": ident,
        "tenant_id": DEFAULT_TENANT,
        "realm": realm,
        "kind": str(kind),
        "native_scope": "",
        "native_id": draft.native_id,
        "native_kind": draft.native_kind,
        "provider": provider,
        "account_id": account,
        "scope_id": made.scopes[account, region, kind],
        "name": draft.name,
        "region": region,
        "zone": draft.zone,
        "project": draft.project,
        "project_name": draft.project_name,
        "state": draft.state,
        "native_state": draft.native_state,
        "task_state": None,
        "presence": "gone" if gone else "present",
        "missing_since": clock.to_text(changed) if gone else None,
        "gone_at": clock.to_text(changed) if gone else None,
        "tags": orjson.dumps(draft.tags, option=orjson.OPT_SORT_KEYS).decode(),
        "attributes": orjson.dumps(draft.attributes, option=orjson.OPT_SORT_KEYS).decode(),
        "relations": orjson.dumps(relations).decode(),
        "locator": "",
        "created_at": clock.to_text(changed - timedelta(days=rnd.randrange(300))) if rnd.random() > 0.02 else None,
        "first_seen": clock.to_text(changed - timedelta(days=1)),
        "valid_from": clock.to_text(changed),
        "fingerprint": f"{rnd.getrandbits(128):032x}",
        "search": _search(draft),
        "labels": "{}",
        "managed": "observed",
        "version": 1,
    }
    seers = [account] if name != "os-beijing" or index % 3 else [account, made.accounts["os-beijing-audit"]]
    return _Made(
        tuple(values[column] for column in COLUMNS),
        [(ident, key, value) for key, value in draft.tags.items()],
        [(ident, t, resource_id(realm, k, "", native), str(k), native) for t, k, native in draft.relations],
        [
            (made.scopes[seer, region, kind], ident, seer, values["fingerprint"], False, False)
            for seer in seers
            if not gone
        ],
    )


def _search(draft: Draft) -> str:
    parts = [draft.name, draft.native_id]
    for key in ("private_ips", "public_ips", "ips"):
        parts += draft.attributes.get(key, [])
    parts += [f"{key}={value}" for key, value in draft.tags.items()]
    return " ".join(parts).lower()


def _batches(rows: Iterator[_Made]) -> Iterator[list[_Made]]:
    batch: list[_Made] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _write(connection: Connection, batch: list[_Made]) -> None:
    insert_rows(connection, "resource", COLUMNS, [made.row for made in batch])
    insert_rows(
        connection, "resource_tag", ("resource_id", "key", "value"), [tag for made in batch for tag in made.tags]
    )
    insert_rows(
        connection,
        "relation",
        ("source_id", "type", "target_id", "target_kind", "target_native_id"),
        list({row[:3]: row for made in batch for row in made.relations}.values()),
    )
    insert_rows(
        connection,
        "sighting",
        ("scope_id", "resource_id", "account_id", "fingerprint", "absent_confirmed", "held"),
        [row for made in batch for row in made.sightings],
    )


def _count_scopes(connection: Connection) -> None:
    connection.exec_driver_sql(
        "UPDATE scope SET resources = (SELECT count(*) FROM sighting WHERE sighting.scope_id = scope.id)"
    )
