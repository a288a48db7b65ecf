"""SQL of optimizations, and of the hosts that instances are on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Optimization, OptimizationRow, ResourceRow, Tenant
from mcm.tenancy import sight

_BATCH = 200


def hosts(session: Session) -> Sequence[Row[Any]]:
    """(account, region, zone, native id, name, attributes) of hosts that take instances, by what the session sees."""
    columns = (
        *(ResourceRow.account_id, ResourceRow.region, ResourceRow.zone, ResourceRow.native_id, ResourceRow.name),
        ResourceRow.attributes,
    )
    query = select(*columns).where(
        ResourceRow.kind == "host", ResourceRow.presence == "present", ResourceRow.state != "error",
        *sight.resources_of(session),
    )  # fmt: skip
    return session.execute(query.order_by(ResourceRow.id)).all()


def find(session: Session, optimization_id: str) -> Optimization | None:
    row = session.get(Optimization, optimization_id)
    return row if row is not None and visible(session, row) else None


def visible(session: Session, row: Optimization) -> bool:
    return all(sight.holds_tenant(session, tenant) for tenant in (row.tenant_id, *row.tenants))


def page(session: Session, *, before: tuple[datetime, str] | None, limit: int) -> list[Optimization]:
    """The newest first, of those that the session may see."""
    found: list[Optimization] = []
    while True:
        query = select(Optimization).order_by(Optimization.created_at.desc(), Optimization.id.desc()).limit(_BATCH)
        if before is not None:
            query = query.where(tuple_(Optimization.created_at, Optimization.id) < before)
        rows = session.scalars(query).all()
        found += [row for row in rows if visible(session, row)]
        if len(rows) < _BATCH or len(found) >= limit:
            return found[:limit]
        before = rows[-1].created_at, rows[-1].id


def rows(
    session: Session, optimization_id: str, *, after: int, limit: int, kind: str | None = None
) -> Sequence[OptimizationRow]:
    query = select(OptimizationRow).where(
        OptimizationRow.optimization_id == optimization_id, OptimizationRow.number > after
    )
    if kind is not None:
        query = query.where(OptimizationRow.kind == kind)
    return session.scalars(query.order_by(OptimizationRow.number).limit(limit)).all()


def waiting(session: Session) -> str | None:
    """Tenants take turns: of the tenant whose last one began longest ago (or that had none), the one that has waited
    longest."""
    began = (
        select(Optimization.tenant_id, func.max(Optimization.started_at).label("at"))
        .where(Optimization.started_at.is_not(None))
        .group_by(Optimization.tenant_id)
        .subquery()
    )
    query = (
        select(Optimization.id)
        .outerjoin(began, began.c.tenant_id == Optimization.tenant_id)
        .where(Optimization.status == "queued")
        .order_by(began.c.at.is_not(None), began.c.at, Optimization.created_at, Optimization.id)
    )
    return session.scalar(query.limit(1))


def open_of(session: Session, tenant_id: str) -> int:
    """How many of a tenant wait or run. Who asks next waits until this transaction ends."""
    session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))
    query = select(func.count()).where(Optimization.tenant_id == tenant_id, Optimization.finished_at.is_(None))
    return session.scalar(query) or 0


def running(session: Session) -> Sequence[Optimization]:
    return session.scalars(select(Optimization).where(Optimization.status == "running")).all()


def take(session: Session, optimization_id: str, owner: str) -> bool:
    """False if somebody else was faster. IntegrityError if another one runs."""
    taken = session.execute(
        update(Optimization)
        .where(Optimization.id == optimization_id, Optimization.status == "queued")
        .values(status="running", runs=1, owner=owner, started_at=clock.now())
    )
    return bool(getattr(taken, "rowcount", 0))


def wants_end(session: Session, optimization_id: str) -> bool:
    """Whether it was cancelled, or is not this process's any more."""
    found = session.execute(
        select(Optimization.cancel, Optimization.status).where(Optimization.id == optimization_id)
    ).one_or_none()
    return found is None or found.cancel or found.status != "running"


def prune(session: Session, before: datetime) -> None:
    ended = (Optimization.finished_at < before,)
    old = select(Optimization.id).where(*ended)
    session.execute(delete(OptimizationRow).where(OptimizationRow.optimization_id.in_(old)))
    session.execute(delete(Optimization).where(*ended))
