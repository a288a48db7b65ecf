"""SQL of operations and their log. What a session may see is asked of its view here."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Account, Operation, OperationLog, ResourceRow
from mcm.tenancy import sight

OPEN = ("queued", "sent", "observed")
_CHUNK = 500
ENDED = ("succeeded", "failed", "cancelled")
_COLUMNS = {
    "tenant_id": Operation.tenant_id,
    "account_id": Operation.account_id,
    "project": Operation.project,
}


def _visible(session: Session) -> list[Any]:
    return sight.resources_of(session, _COLUMNS)


def find(session: Session, operation_id: str) -> Operation | None:
    return session.scalars(select(Operation).where(Operation.id == operation_id, *_visible(session))).first()


def page(
    session: Session,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    statuses: Collection[str] = (),
    account_id: str | None = None,
    resource_id: str | None = None,
    plan_id: str | None = None,
) -> Sequence[Operation]:
    """Newest first."""
    query = select(Operation).where(*_visible(session))
    if after is not None:
        at, ident = after
        query = query.where(or_(Operation.created_at < at, and_(Operation.created_at == at, Operation.id < ident)))
    if statuses:
        query = query.where(Operation.status.in_(statuses))
    for column, value in (
        (Operation.account_id, account_id),
        (Operation.resource_id, resource_id),
        (Operation.plan_id, plan_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return session.scalars(query.order_by(Operation.created_at.desc(), Operation.id.desc()).limit(limit)).all()


def log(session: Session, operation_id: str) -> Sequence[OperationLog]:
    query = select(OperationLog).where(OperationLog.operation_id == operation_id)
    return session.scalars(query.order_by(OperationLog.number)).all()


def note(session: Session, operation_id: str, at: datetime, code: str, values: dict[str, Any]) -> None:
    number = session.scalar(
        select(func.coalesce(func.max(OperationLog.number), 0)).where(OperationLog.operation_id == operation_id)
    )
    session.add(OperationLog(operation_id=operation_id, number=(number or 0) + 1, at=at, code=code, values=values))
    session.flush()


def resource(session: Session, resource_id: str) -> ResourceRow | None:
    query = select(ResourceRow).where(ResourceRow.id == resource_id, *sight.resources_of(session))
    return session.scalars(query).first() if "\0" not in resource_id else None


def resources(session: Session, ids: Sequence[str]) -> dict[str, ResourceRow]:
    """By id, of those that the session may see."""
    found: dict[str, ResourceRow] = {}
    asked = [ident for ident in ids if "\0" not in ident]
    for start in range(0, len(asked), _CHUNK):
        some = ResourceRow.id.in_(asked[start : start + _CHUNK])
        rows = session.scalars(select(ResourceRow).where(some, *sight.resources_of(session)))
        found |= {row.id: row for row in rows}
    return found


def protected(session: Session, resource_id: str) -> bool:
    found = session.scalar(select(ResourceRow.managed).where(ResourceRow.id == resource_id))
    return found == "protected"


def accounts(session: Session, ids: Collection[str]) -> dict[str, Account]:
    return {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}


def holders(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Resource → the operation that has it, and what that does."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(ids), 500):
        query = select(Operation.holds, Operation.id, Operation.action).where(
            Operation.holds.in_(ids[start : start + 500])
        )
        found |= {str(row[0]): (row[1], row[2]) for row in session.execute(query)}
    return found


def due(session: Session, now: datetime, slots: int) -> list[str]:
    """What needs a turn now: all that is under way and due, and of each account
    the longest waiting for as many slots as are free. What waits must not hide what is under way."""
    free = or_(Operation.lease_until.is_(None), Operation.lease_until < now)
    ready = select(Operation.id).where(Operation.next_at <= now, free)
    under_way = ready.where(Operation.status != "queued").order_by(Operation.next_at, Operation.id)
    found = list(session.scalars(under_way))
    working = busy(session, now)
    waiting = select(Operation.account_id).where(Operation.status == "queued", Operation.next_at <= now).distinct()
    for account_id in session.scalars(waiting).all():
        left = slots - working.get(account_id, 0)
        if left > 0:
            first = ready.where(Operation.account_id == account_id, Operation.status == "queued")
            found += session.scalars(first.order_by(Operation.next_at, Operation.id).limit(left))
    return found


def next_due(session: Session, *, under_way: bool = False) -> datetime | None:
    """under_way: only of what the cloud is working on; what waits for a slot begins when one becomes free.

    Includes what a process held whose lease is over: nobody can tell that a process of another machine has died."""
    free = or_(Operation.lease_until.is_(None), Operation.lease_until < clock.now())
    query = select(func.min(Operation.next_at)).where(free)
    return session.scalar(query.where(Operation.status != "queued") if under_way else query)


def waits_until(session: Session, now: datetime) -> datetime | None:
    """When the next of those that were put off may begin."""
    return session.scalar(
        select(func.min(Operation.next_at)).where(Operation.status == "queued", Operation.next_at > now)
    )


def busy(session: Session, now: datetime) -> dict[str, int]:
    """Account → operations that its cloud is working on, or that are being begun right now."""
    begun = and_(Operation.status == "queued", Operation.lease_until >= now)
    query = (
        select(Operation.account_id, func.count())
        .where(or_(Operation.status.in_(("sent", "observed")), begun))
        .group_by(Operation.account_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def claim(session: Session, operation_id: str, owner: str, now: datetime, seconds: float) -> Operation | None:
    """Takes the operation's lease for one turn; None when somebody else has it or it needs nobody any more."""
    taken = session.execute(
        update(Operation)
        .where(
            Operation.id == operation_id,
            Operation.next_at.is_not(None),
            or_(Operation.lease_until.is_(None), Operation.lease_until < now),
        )
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), turn=Operation.turn + 1)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return session.get(Operation, operation_id, populate_existing=True)


def held(session: Session, operation_id: str, turn: int) -> Operation | None:
    """The row, locked, when the turn is still the newest."""
    return session.scalar(
        select(Operation)
        .where(Operation.id == operation_id, Operation.turn == turn)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def leases(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Operation.id, Operation.lease_owner).where(Operation.lease_owner.is_not(None)))
    return [(row[0], row[1] or "") for row in rows]


def drop_leases(session: Session, ids: Sequence[str]) -> None:
    session.execute(
        update(Operation)
        .where(Operation.id.in_(ids))
        .values(lease_owner=None, lease_until=None, turn=Operation.turn + 1)
    )
