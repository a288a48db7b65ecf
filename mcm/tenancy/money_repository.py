"""SQL of what is paid by the month: limits, what lives by size and place, what is reserved."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from mcm.filters.json_values import json_values
from mcm.kit.money import exact
from mcm.models import QuotaMoney, QuotaReservation, RelationRow, ResourceRow
from mcm.tenancy.money import Change, Holding, change_of
from mcm.tenancy.quota_repository import below

_WORDS = ("flavor", "gpu_model", "architecture", "os_family")
_SIZES = ("vcpus", "memory_mib", "gpu_count")


class Limit(NamedTuple):
    amount: Decimal
    currency: str


class Held(NamedTuple):
    """Of one tenant alone. change: None where nobody wrote down what it is for."""

    tenant_id: str
    change: Change | None


def limits(session: Session, tenant_ids: Collection[str]) -> dict[str, Limit]:
    """Only of those that have one."""
    rows = session.scalars(select(QuotaMoney).where(QuotaMoney.tenant_id.in_(tenant_ids)))
    return {row.tenant_id: Limit(row.amount, row.currency) for row in rows}


def set_limit(session: Session, tenant_id: str, wanted: Limit | None) -> None:
    row = session.get(QuotaMoney, tenant_id)
    if wanted is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(QuotaMoney(tenant_id=tenant_id, amount=wanted.amount, currency=wanted.currency))
    else:
        row.amount, row.currency = wanted.amount, wanted.currency
    session.flush()


def trees(session: Session, tenant_ids: Collection[str]) -> dict[str, set[str]]:
    """Of each tenant itself and all below it."""
    tree = below(tenant_ids)
    found: dict[str, set[str]] = defaultdict(set)
    for top, ident in session.execute(select(tree.c.top, tree.c.id)):
        found[top].add(ident)
    return found


def lives(session: Session, tenant_ids: Collection[str]) -> list[Holding]:
    """What is there in these tenants themselves, equal things together: two questions, however much it is."""
    return [*_instances(session, tenant_ids), *_volumes(session, tenant_ids)]


def reserved(session: Session, tenant_ids: Collection[str], now: datetime) -> list[Held]:
    """What counts at that time, in these tenants themselves."""
    row = QuotaReservation
    query = select(row.tenant_id, row.change, row.instances, row.storage_gib).where(
        row.tenant_id.in_(tenant_ids), row.status.in_(("reserved", "committed")), row.until > now
    )
    return [
        Held(tenant_id, change_of(change) if change is not None else None)
        for tenant_id, change, instances, storage in session.execute(query)
        if change is not None or instances or storage
    ]


def _instances(session: Session, tenant_ids: Collection[str]) -> list[Holding]:
    json, row = json_values(session.get_bind().dialect.name), ResourceRow.__table__
    volume = aliased(ResourceRow)
    # Disks that are volumes are counted as such.
    with_volumes = exists(
        select(literal_column("1"))
        .select_from(RelationRow)
        .join(volume, volume.id == RelationRow.source_id)
        .where(
            RelationRow.target_id == row.c.id, RelationRow.type == "attached_to", volume.kind == "volume",
            volume.presence != "gone",
        )
    )  # fmt: skip
    disk = json.scalar(row.c.attributes, "disk_gib", "number")
    local = json.scalar(row.c.attributes, "local_disk_gib", "number")
    told = select(
        row.c.tenant_id, row.c.account_id, row.c.region,
        *(json.scalar(row.c.attributes, name, "text").label(name) for name in _WORDS),
        *(json.scalar(row.c.attributes, name, "number").label(name) for name in _SIZES),
        func.coalesce(local, case((with_volumes, None), else_=disk)).label("disk"),
    ).where(*_living(row, tenant_ids, "instance"))  # fmt: skip
    each = told.subquery()
    equal = [each.c[name] for name in ("tenant_id", "account_id", "region", *_WORDS, *_SIZES)]
    query = select(*equal, func.count().label("number"), func.sum(each.c.disk).label("disk")).group_by(*equal)
    return [
        Holding(
            "instance", one.tenant_id, one.account_id, one.region, one.number, one.flavor, _whole(one.vcpus),
            _whole(one.memory_mib), _whole(one.gpu_count), one.gpu_model, one.architecture, one.os_family,
            disk_gib=_size(one.disk) or Decimal(0),
        )
        for one in session.execute(query)
    ]  # fmt: skip


def _volumes(session: Session, tenant_ids: Collection[str]) -> list[Holding]:
    json, row = json_values(session.get_bind().dialect.name), ResourceRow.__table__
    told = select(
        row.c.tenant_id, row.c.account_id, row.c.region, json.scalar(row.c.attributes, "type", "text").label("type"),
        json.scalar(row.c.attributes, "size_gib", "number").label("size"),
    ).where(*_living(row, tenant_ids, "volume"))  # fmt: skip
    each = told.subquery()
    equal = (each.c.tenant_id, each.c.account_id, each.c.region, each.c.type)
    query = select(
        *equal, func.count(each.c.size).label("number"), func.sum(each.c.size).label("size"),
        func.count().label("all"),
    ).group_by(*equal)  # fmt: skip
    found = []
    for one in session.execute(query):
        place = ("volume", one.tenant_id, one.account_id, one.region)
        if one.number:
            found.append(Holding(*place, one.number, disk_type=one.type, disk_gib=_size(one.size)))
        if one.all > one.number:
            found.append(Holding(*place, one.all - one.number, disk_type=one.type, disk_gib=None))
    return found


def _living(row: Any, tenant_ids: Collection[str], kind: str) -> tuple[ColumnElement[bool], ...]:
    return row.c.tenant_id.in_(tenant_ids), row.c.kind == kind, row.c.presence != literal_column("'gone'")


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _size(value: Any) -> Decimal | None:
    """To a millionth: what a database adds up in floats has no more digits that mean anything."""
    return None if value is None else exact(format(Decimal(str(value)), ".6f"))
