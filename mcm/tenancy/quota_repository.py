"""SQL of quotas: limits, what is used, what is reserved. A tenant stands for itself and all below it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from math import ceil

from sqlalchemy import CTE, and_, case, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from mcm.filters.json_values import json_values
from mcm.models import QuotaLimit, QuotaReservation, ResourceRow, Tenant

RESOURCES = ("instances", "vcpus", "memory_mib", "storage_gib")
# Each with the kind that has it and the attribute that says how much; instances are counted.
_MEASURED = {
    "vcpus": ("instance", "vcpus"),
    "memory_mib": ("instance", "memory_mib"),
    "storage_gib": ("volume", "size_gib"),
}
_RESOURCE = ResourceRow.__table__


def limits(session: Session, tenant_ids: Collection[str]) -> dict[str, dict[str, int]]:
    rows = session.execute(
        select(QuotaLimit.tenant_id, QuotaLimit.resource, QuotaLimit.amount).where(QuotaLimit.tenant_id.in_(tenant_ids))
    )
    found: dict[str, dict[str, int]] = {ident: {} for ident in tenant_ids}
    for tenant_id, resource, amount in rows:
        found[tenant_id][resource] = amount
    return found


def set_limits(session: Session, tenant_id: str, wanted: Mapping[str, int]) -> None:
    for row in session.scalars(select(QuotaLimit).where(QuotaLimit.tenant_id == tenant_id)):
        session.delete(row)
    session.flush()
    session.add_all(QuotaLimit(tenant_id=tenant_id, resource=name, amount=amount) for name, amount in wanted.items())
    session.flush()


def lock(session: Session, tenant_ids: Collection[str]) -> None:
    """In the order of their ids, whoever asks, so that no two wait for each other. SQLite's one writer needs none."""
    locked = select(Tenant.id).where(Tenant.id.in_(tenant_ids)).order_by(Tenant.id)
    session.execute(locked.with_for_update(key_share=True)).all()


def used(session: Session, tenant_ids: Collection[str]) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """Of each tenant with all below it: (amounts, resources whose amount nobody told), of what lives."""
    json = json_values(session.get_bind().dialect.name)
    tree = below(tenant_ids)
    kind = _RESOURCE.c.kind
    columns = [func.count(case((kind == "instance", 1))).label("instances")]
    for name, (of_kind, attribute) in _MEASURED.items():
        value = json.scalar(_RESOURCE.c.attributes, attribute, "number")
        columns.append(func.sum(case((kind == of_kind, value))).label(name))
        columns.append(func.count(case((and_(kind == of_kind, value.is_(None)), 1))).label(f"{name}_unknown"))
    living = _RESOURCE.c.presence != literal_column("'gone'")
    rows = session.execute(
        select(tree.c.top, *columns)
        .join(_RESOURCE, _RESOURCE.c.tenant_id == tree.c.id)
        .where(living, kind.in_(("instance", "volume")))
        .group_by(tree.c.top)
    )
    nothing = dict.fromkeys(RESOURCES, 0)
    found = {ident: (dict(nothing), dict(nothing)) for ident in tenant_ids}
    for row in rows:
        amounts, unknown = found[row.top]
        amounts["instances"] = row.instances
        for name in _MEASURED:
            # Volumes have sizes in parts of a GiB; a started one is used.
            amounts[name] = _whole(getattr(row, name))
            unknown[name] = getattr(row, f"{name}_unknown")
    return found


def reserved(session: Session, tenant_ids: Collection[str], now: datetime) -> dict[str, dict[str, int]]:
    """Of each tenant with all below it: what counts at that time."""
    tree = below(tenant_ids)
    columns = [func.sum(getattr(QuotaReservation, name)).label(name) for name in RESOURCES]
    rows = session.execute(
        select(tree.c.top, *columns)
        .join(QuotaReservation, QuotaReservation.tenant_id == tree.c.id)
        .where(QuotaReservation.status.in_(("reserved", "committed")), QuotaReservation.until > now)
        .group_by(tree.c.top)
    )
    found = {ident: dict.fromkeys(RESOURCES, 0) for ident in tenant_ids}
    for row in rows:
        found[row.top] = {name: int(getattr(row, name)) for name in RESOURCES}
    return found


def reservation(session: Session, reservation_id: str) -> QuotaReservation | None:
    return session.get(QuotaReservation, reservation_id, with_for_update=True, populate_existing=True)


def with_key(session: Session, tenant_id: str, key: str) -> QuotaReservation | None:
    return session.scalar(
        select(QuotaReservation).where(QuotaReservation.tenant_id == tenant_id, QuotaReservation.key == key)
    )


def end_overdue(session: Session, now: datetime) -> int:
    """Those whose time is over: for the eye only, as they no longer count."""
    ended = session.execute(
        update(QuotaReservation)
        .where(QuotaReservation.status == "reserved", QuotaReservation.until <= now)
        .values(status="expired")
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def below(tenant_ids: Collection[str]) -> CTE:
    """Pairs of (top, id): each of the tenants with itself and with all below it."""
    tree = select(Tenant.id.label("top"), Tenant.id.label("id")).where(Tenant.id.in_(tenant_ids))
    pairs = tree.cte("below", recursive=True)
    child = aliased(Tenant)
    return pairs.union(select(pairs.c.top, child.id).where(child.parent_id == pairs.c.id))


def _whole(value: object) -> int:
    return 0 if value is None else ceil(float(str(value)))
