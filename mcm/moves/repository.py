"""SQL of moves and their steps. A move shows itself to those who see both ends."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import Move, MoveStep, RelationRow, ResourceRow
from mcm.tenancy import sight

OPEN = ("queued", "running", "undoing")
_COLUMNS = {"tenant_id": Move.tenant_id, "account_id": Move.account_id, "project": Move.project}


def _visible(session: Session) -> list[Any]:
    return [
        *sight.resources_of(session, _COLUMNS),
        *sight.tenants_in(session, view_of(session), Move.target_tenant_id),
    ]


def find(session: Session, move_id: str) -> Move | None:
    if "\0" in move_id:
        return None
    return session.scalars(select(Move).where(Move.id == move_id, *_visible(session))).first()


def page(
    session: Session, after: tuple[datetime, str] | None, limit: int, *, statuses: Collection[str], resource: str | None
) -> Sequence[Move]:
    """Newest first."""
    query = select(Move).where(*_visible(session))
    if after is not None:
        query = query.where(tuple_(Move.created_at, Move.id) < after)
    if statuses:
        query = query.where(Move.status.in_(statuses))
    if resource is not None:
        query = query.where(Move.resource_id == resource)
    return session.scalars(query.order_by(Move.created_at.desc(), Move.id.desc()).limit(limit)).all()


def steps(session: Session, move_id: str) -> Sequence[MoveStep]:
    return session.scalars(select(MoveStep).where(MoveStep.move_id == move_id).order_by(MoveStep.number)).all()


def steps_of(session: Session, ids: Collection[str]) -> dict[str, list[MoveStep]]:
    found: dict[str, list[MoveStep]] = {ident: [] for ident in ids}
    query = select(MoveStep).where(MoveStep.move_id.in_(ids)).order_by(MoveStep.move_id, MoveStep.number)
    for step in session.scalars(query) if ids else ():
        found[step.move_id].append(step)
    return found


def of_resource(session: Session, resource_id: str) -> str | None:
    """The open move of an instance."""
    return session.scalar(select(Move.id).where(Move.holds == resource_id))


def due(session: Session, now: datetime) -> Sequence[tuple[str, str]]:
    """(move, source account), the longest waiting first."""
    free = or_(Move.lease_until.is_(None), Move.lease_until < now)
    query = select(Move.id, Move.account_id).where(Move.next_at <= now, free).order_by(Move.next_at, Move.id)
    return [(row[0], row[1]) for row in session.execute(query)]


def open_at_all(session: Session) -> bool:
    return session.scalar(select(func.count()).select_from(Move).where(Move.next_at.is_not(None))) != 0


def claim(session: Session, move_id: str, owner: str, now: datetime, seconds: float) -> Move | None:
    """Takes the lease for one turn; None when somebody else has it or it needs nobody any more."""
    taken = session.execute(
        update(Move)
        .where(Move.id == move_id, Move.next_at.is_not(None), or_(Move.lease_until.is_(None), Move.lease_until < now))
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), turn=Move.turn + 1)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return session.get(Move, move_id, populate_existing=True)


def held(session: Session, move_id: str, turn: int) -> Move | None:
    """The row, locked, when the turn is still the newest."""
    query = select(Move).where(Move.id == move_id, Move.turn == turn).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def leases(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Move.id, Move.lease_owner).where(Move.lease_owner.is_not(None)))
    return [(row[0], row[1] or "") for row in rows]


def drop_leases(session: Session, ids: Sequence[str]) -> None:
    freed = update(Move).where(Move.id.in_(ids))
    session.execute(freed.values(lease_owner=None, lease_until=None, turn=Move.turn + 1))


def known(session: Session, ids: Collection[str]) -> set[str]:
    """Of these moves, those that are open."""
    return set(session.scalars(select(Move.id).where(Move.id.in_(ids), Move.finished_at.is_(None)))) if ids else set()


def volumes(session: Session, resource_id: str) -> Sequence[ResourceRow]:
    """Those that are attached to an instance."""
    query = (
        select(ResourceRow)
        .join(RelationRow, RelationRow.source_id == ResourceRow.id)
        .where(
            RelationRow.target_id == resource_id, RelationRow.type == "attached_to", ResourceRow.kind == "volume",
            ResourceRow.presence != "gone",
        )
    )  # fmt: skip
    return session.scalars(query).all()


def prune(session: Session, before: datetime) -> None:
    """Drops those that ended before then."""
    old = select(Move.id).where(Move.finished_at < before)
    session.execute(delete(MoveStep).where(MoveStep.move_id.in_(old)))
    session.execute(delete(Move).where(Move.finished_at < before))
