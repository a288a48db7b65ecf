"""SQL of decisions, what was made of them and what is held. A session sees those of the tenants in its view."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session, defer

from mcm.auth.service import view_of
from mcm.models import (
    Account,
    CapacityReservation,
    Latency,
    LocationGeneration,
    LocationSetting,
    Operation,
    Placement,
    PlacementInstance,
    Principal,
    Scope,
)
from mcm.tenancy import sight

OPEN = ("reserved", "awaiting_approval", "binding")
_BOUND = ("bound", "partial", "binding")


def page(
    session: Session, after: tuple[datetime, str] | None, limit: int, statuses: Sequence[str], workload: str | None
) -> Sequence[Placement]:
    """Newest first, without what they were made of."""
    query = select(Placement).options(defer(Placement.inputs)).where(*_seen(session))
    if statuses:
        query = query.where(Placement.status.in_(statuses))
    if workload is not None:
        query = query.where(Placement.workload == workload)
    if after is not None:
        query = query.where(tuple_(Placement.created_at, Placement.id) < after)
    return session.scalars(query.order_by(Placement.created_at.desc(), Placement.id.desc()).limit(limit)).all()


def find(session: Session, placement_id: str) -> Placement | None:
    return session.scalar(select(Placement).where(Placement.id == placement_id, *_seen(session)))


def locked(session: Session, placement_id: str) -> Placement | None:
    query = select(Placement).where(Placement.id == placement_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def instances(session: Session, placement_id: str) -> Sequence[PlacementInstance]:
    query = select(PlacementInstance).where(PlacementInstance.placement_id == placement_id)
    return session.scalars(query.order_by(PlacementInstance.tier, PlacementInstance.number)).all()


def operations(session: Session, ids: Collection[str]) -> dict[str, Operation]:
    query = select(Operation).where(Operation.id.in_(ids)).execution_options(populate_existing=True)
    return {one.id: one for one in session.scalars(query)}


def binding(session: Session) -> Sequence[str]:
    return session.scalars(select(Placement.id).where(Placement.status == "binding").order_by(Placement.id)).all()


def running(session: Session, tenant_id: str, workload: str) -> dict[str, list[str]]:
    """tier → locations at which earlier decisions have made instances of it."""
    query = (
        select(PlacementInstance.tier, PlacementInstance.location)
        .join(Placement, Placement.id == PlacementInstance.placement_id)
        .where(
            Placement.workload == workload,
            Placement.tenant_id == tenant_id,
            Placement.status.in_(_BOUND),
            PlacementInstance.status == "made",
        )
        .distinct()
        .order_by(PlacementInstance.tier, PlacementInstance.location)
    )
    found: dict[str, list[str]] = {}
    for tier, location in session.execute(query):
        found.setdefault(tier, []).append(location)
    return found


def homes(session: Session, account_ids: Collection[str]) -> list[tuple[str, str]]:
    """(account, project) in which the credentials of an account make things, where that is known."""
    rows = session.execute(select(Account.id, Account.identity).where(Account.id.in_(sorted(account_ids))))
    return [(row.id, str(home)) for row in rows if (home := (row.identity or {}).get("scope_name"))]


def sized(session: Session, account_ids: Collection[str]) -> set[str]:
    """Accounts whose cloud has flavors; elsewhere sizes are free."""
    query = select(Scope.account_id).where(
        Scope.account_id.in_(sorted(account_ids)), Scope.kind == "flavor", Scope.status != "unsupported"
    )
    return set(session.scalars(query.distinct()))


def latencies(session: Session) -> Sequence[Row[str, str, str, float]]:
    columns = (Latency.level, Latency.one, Latency.other, Latency.ms)
    return session.execute(select(*columns).order_by(*columns[:3])).all()


def setting(session: Session, account_id: str, region: str, zone: str) -> LocationSetting | None:
    return session.get(LocationSetting, (account_id, region, zone), populate_existing=True)


def generation(session: Session, place: str) -> LocationGeneration:
    """Locked until the transaction ends, and made where it is not there yet."""
    query = select(LocationGeneration).where(LocationGeneration.place == place).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        insert = _insert(session)
        session.execute(insert.values(place=place, generation=0).on_conflict_do_nothing())
        found = session.scalars(query.execution_options(populate_existing=True)).one()
    return found


def reservations(
    session: Session, after: tuple[datetime, str] | None, limit: int, statuses: Sequence[str], placement: str | None
) -> Sequence[CapacityReservation]:
    one = CapacityReservation
    query = select(one).where(*_tenants(session, one.tenant_id))
    if statuses:
        query = query.where(one.status.in_(statuses))
    if placement is not None:
        query = query.where(one.placement_id == placement)
    if after is not None:
        query = query.where(tuple_(one.created_at, one.id) < after)
    return session.scalars(query.order_by(one.created_at.desc(), one.id.desc()).limit(limit)).all()


def reservation(session: Session, reservation_id: str) -> CapacityReservation | None:
    one = CapacityReservation
    return session.scalar(select(one).where(one.id == reservation_id, *_tenants(session, one.tenant_id)))


def reserved_for(session: Session, placement_id: str) -> Sequence[CapacityReservation]:
    one = CapacityReservation
    query = select(one).where(one.placement_id == placement_id, one.status == "reserved").order_by(one.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def overdue(session: Session, now: datetime) -> Sequence[CapacityReservation]:
    """Whose time is over, whose decision has ended, or whose owner may not come in any more."""
    one = CapacityReservation
    ended = Placement.status.not_in(OPEN)
    gone = and_(Placement.status != "binding", Principal.disabled_at.is_not(None))
    query = (
        select(one)
        .join(Placement, Placement.id == one.placement_id)
        .join(Principal, Principal.id == Placement.principal_id)
        .where(one.status == "reserved", or_(one.until <= now, ended, gone))
        .order_by(one.place, one.id)
    )
    return session.scalars(query.with_for_update(of=one)).all()


def expire(session: Session, now: datetime) -> Sequence[Placement]:
    """Decisions that nobody applied in time; locked."""
    query = select(Placement).where(
        Placement.status.in_(("reserved", "awaiting_approval")), Placement.expires_at <= now
    )
    return session.scalars(query.options(defer(Placement.inputs)).with_for_update()).all()


def late(session: Session, now: datetime) -> bool:
    """Whether there may be anything to give back; changes nothing and locks nothing."""
    one = CapacityReservation
    ended = (Placement.status.not_in(OPEN), one.until <= now, Principal.disabled_at.is_not(None))
    held = (
        select(one.id)
        .join(Placement, Placement.id == one.placement_id)
        .join(Principal, Principal.id == Placement.principal_id)
        .where(one.status == "reserved", or_(*ended))
    )
    waiting = select(Placement.id).where(
        Placement.status.in_(("reserved", "awaiting_approval")), Placement.expires_at <= now
    )
    return any(session.scalar(query.limit(1)) is not None for query in (held, waiting))


def orphaned(session: Session, ids: Collection[str]) -> Sequence[Placement]:
    """Those of them that still wait for somebody."""
    query = select(Placement).where(Placement.id.in_(ids), Placement.status.in_(("reserved", "awaiting_approval")))
    return session.scalars(query.options(defer(Placement.inputs)).with_for_update()).all()


def forget(session: Session, before: datetime) -> None:
    """What was held long ago says nothing any more."""
    one = CapacityReservation
    session.execute(
        update(one)
        .where(one.status == "committed", one.settled_at <= before)
        .values(status="released", settled_at=None)
    )


def prune(session: Session, before: datetime) -> None:
    """Decisions that ended long ago and of which nothing runs."""
    ended = ("impossible", "failed", "rejected", "cancelled", "expired")
    session.execute(delete(Placement).where(Placement.status.in_(ended), Placement.finished_at < before))


def _seen(session: Session) -> list[ColumnElement[bool]]:
    return _tenants(session, Placement.tenant_id)


def _tenants(session: Session, column: Any) -> list[ColumnElement[bool]]:
    return sight.tenants_in(session, view_of(session), column)


def _insert(session: Session) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as of_postgresql

        return of_postgresql(LocationGeneration)
    from sqlalchemy.dialects.sqlite import insert as of_sqlite

    return of_sqlite(LocationGeneration)
