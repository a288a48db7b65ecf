"""SQL of operations and their log. What a session may see is asked of its view here."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.db import standing
from mcm.models import Account, Operation, OperationLog, ResourceRow
from mcm.tenancy import sight

OPEN = ("queued", "sent", "observed")
_CHUNK = 500
ENDED = ("succeeded", "failed", "cancelled")
# What every step of every operation asks for is built once.
_NOTE = insert(OperationLog.__table__).values(  # type: ignore[arg-type]
    operation_id=bindparam("of"),
    number=select(func.coalesce(func.max(OperationLog.number), 0) + 1)
    .where(OperationLog.operation_id == bindparam("of"))
    .scalar_subquery(),
)
_CLAIM = (
    update(Operation)
    .where(
        Operation.id == bindparam("one"),
        Operation.next_at.is_not(None),
        or_(Operation.lease_until.is_(None), Operation.lease_until < bindparam("now")),
        standing.MAY_ACT,
    )
    .values(lease_owner=bindparam("by"), lease_until=bindparam("until"), turn=Operation.turn + 1)
    .returning(Operation)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_HELD = (
    select(Operation)
    .where(Operation.id == bindparam("one"), Operation.turn == bindparam("newest"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
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
        query = query.where(tuple_(Operation.created_at, Operation.id) < after)
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
    session.flush()
    session.connection().execute(_NOTE, {"of": operation_id, "at": at, "code": code, "values": values})


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


def claim(session: Session, operation_id: str, owner: str, now: datetime, seconds: float) -> Operation | None:
    """Takes its lease for one turn; None when somebody else has it, it needs nobody any more, or mcm may not act."""
    asked = {"one": operation_id, "by": owner, "now": now, "until": now + timedelta(seconds=seconds)}
    return session.scalar(_CLAIM, asked)


def held(session: Session, operation_id: str, turn: int) -> Operation | None:
    """The row, locked, when the turn is still the newest."""
    return session.scalar(_HELD, {"one": operation_id, "newest": turn})


def leases(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Operation.id, Operation.lease_owner).where(Operation.lease_owner.is_not(None)))
    return [(row[0], row[1] or "") for row in rows]


def drop_leases(session: Session, ids: Sequence[str]) -> None:
    session.execute(
        update(Operation)
        .where(Operation.id.in_(ids))
        .values(lease_owner=None, lease_until=None, turn=Operation.turn + 1)
    )
