"""SQL of notice targets and deliveries. A session sees the targets of the tenants in its view."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.kit import process
from mcm.models import Event, NoticeDelivery, NoticeTarget
from mcm.tenancy import sight


def everyone(session: Session) -> list[NoticeTarget]:
    return [row for row in session.scalars(select(NoticeTarget).order_by(NoticeTarget.name)) if _inside(session, row)]


def find(session: Session, name: str, *, lock: bool = False) -> NoticeTarget | None:
    query = select(NoticeTarget).where(NoticeTarget.name == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query) if "\0" not in name else None
    return row if row is not None and _inside(session, row) else None


def taken(session: Session, name: str) -> bool:
    """Names are unique, whatever the session sees."""
    return session.scalar(select(NoticeTarget.id).where(NoticeTarget.name == name)) is not None


def counts(session: Session, target_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """(target, status) → deliveries."""
    query = (
        select(NoticeDelivery.target_id, NoticeDelivery.status, func.count())
        .where(NoticeDelivery.target_id.in_(target_ids))
        .group_by(NoticeDelivery.target_id, NoticeDelivery.status)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def deliveries(
    session: Session, target_id: str, after: tuple[datetime, str] | None, limit: int
) -> Sequence[NoticeDelivery]:
    """Newest first."""
    query = select(NoticeDelivery).where(NoticeDelivery.target_id == target_id)
    if after is not None:
        query = query.where(tuple_(NoticeDelivery.created_at, NoticeDelivery.id) < after)
    return session.scalars(
        query.order_by(NoticeDelivery.created_at.desc(), NoticeDelivery.id.desc()).limit(limit)
    ).all()


def delivery(session: Session, target_id: str, delivery_id: str) -> NoticeDelivery | None:
    query = select(NoticeDelivery).where(NoticeDelivery.id == delivery_id, NoticeDelivery.target_id == target_id)
    return session.scalar(query.with_for_update()) if "\0" not in delivery_id else None


def behind(session: Session) -> list[str]:
    """Targets that have events to look at."""
    newest = select(func.max(Event.id)).scalar_subquery()
    query = select(NoticeTarget.id).where(NoticeTarget.enabled.is_(True), NoticeTarget.event_id < newest)
    return list(session.scalars(query.order_by(NoticeTarget.id)))


def locked(session: Session, target_id: str) -> NoticeTarget | None:
    query = select(NoticeTarget).where(NoticeTarget.id == target_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def status_before(session: Session, event: Event) -> str:
    """What the former event of the same subject said, as far as it is kept."""
    query = select(Event.data).where(
        Event.subject_id == event.subject_id, Event.id < event.id, Event.kind == event.kind
    )
    found = session.scalar(query.order_by(Event.id.desc()).limit(1))
    return str((found or {}).get("status", ""))


def due(session: Session, now: datetime) -> list[tuple[str, str, int]]:
    """(delivery, target, failures of the target): of each target the one that is due longest, those first that are
    due longest of all: else the same few in trouble would take the places for them again and again."""
    free = or_(NoticeDelivery.lease_until.is_(None), NoticeDelivery.lease_until < now)
    ready = (NoticeDelivery.next_at <= now, free)
    targets = session.execute(
        select(NoticeTarget.id, NoticeTarget.failures).where(
            NoticeTarget.enabled.is_(True),
            select(NoticeDelivery.id).where(NoticeDelivery.target_id == NoticeTarget.id, *ready).exists(),
        )
    ).all()
    found = []
    for target_id, failures in targets:
        query = select(NoticeDelivery.id, NoticeDelivery.next_at)
        query = query.where(NoticeDelivery.target_id == target_id, *ready)
        first = session.execute(query.order_by(NoticeDelivery.next_at, NoticeDelivery.id).limit(1)).first()
        if first is not None:
            found.append((first.next_at, first.id, target_id, failures))
    return [(ident, target_id, failures) for _, ident, target_id, failures in sorted(found)]


def next_due(session: Session) -> datetime | None:
    query = select(func.min(NoticeDelivery.next_at)).join(NoticeTarget, NoticeTarget.id == NoticeDelivery.target_id)
    return session.scalar(query.where(NoticeTarget.enabled.is_(True)))


def claim(session: Session, delivery_id: str, owner: str, now: datetime, seconds: float) -> NoticeDelivery | None:
    """Counts the try; None when somebody else has it, it has ended or its target was turned off."""
    taken_now = session.execute(
        update(NoticeDelivery)
        .where(
            NoticeDelivery.id == delivery_id,
            NoticeDelivery.next_at <= now,
            NoticeDelivery.target_id.in_(select(NoticeTarget.id).where(NoticeTarget.enabled.is_(True))),
            or_(NoticeDelivery.lease_until.is_(None), NoticeDelivery.lease_until < now),
        )
        .values(
            lease_owner=owner,
            lease_until=now + timedelta(seconds=seconds),
            attempts=NoticeDelivery.attempts + 1,
            tried_at=now,
        )
    )
    if not taken_now.rowcount:  # type: ignore[attr-defined]
        return None
    return session.get(NoticeDelivery, delivery_id, populate_existing=True)


def free(session: Session) -> None:
    """What processes of this machine held that have ended. Nobody else's: a lease runs out by itself."""
    owners = session.scalars(
        select(NoticeDelivery.lease_owner).where(NoticeDelivery.lease_owner.is_not(None)).distinct()
    )
    ended = [owner for owner in owners if owner is not None and process.is_dead(owner)]
    if ended:
        query = update(NoticeDelivery).where(NoticeDelivery.lease_owner.in_(ended))
        query = query.execution_options(synchronize_session=False)
        session.execute(query.values(lease_owner=None, lease_until=None))


def held(session: Session, delivery_id: str, attempts: int) -> NoticeDelivery | None:
    """The row, locked, when nobody has tried it since."""
    query = select(NoticeDelivery).where(NoticeDelivery.id == delivery_id, NoticeDelivery.attempts == attempts)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def hold_back(session: Session, target_id: str, until: datetime) -> None:
    """What else waits for a target that has just failed is not tried before."""
    earlier = _waiting(target_id).where(NoticeDelivery.next_at < until)
    session.execute(earlier.values(next_at=until))


def bring_forward(session: Session, target_id: str, now: datetime) -> None:
    """What waits for a target that can be reached again is due."""
    session.execute(_waiting(target_id).where(NoticeDelivery.next_at > now).values(next_at=now))


def begin_anew(session: Session, target_id: str, now: datetime) -> None:
    """What waits for a target that was off is due, and tried for as long as if it were new."""
    session.execute(_waiting(target_id).values(next_at=now, since=now))


def prune(session: Session, before: datetime) -> None:
    """What has ended, or waits for a target that is off."""
    off = NoticeDelivery.target_id.in_(select(NoticeTarget.id).where(NoticeTarget.enabled.is_(False)))
    old = (or_(NoticeDelivery.next_at.is_(None), off), NoticeDelivery.created_at < before)
    session.execute(delete(NoticeDelivery).where(*old).execution_options(synchronize_session=False))


def _waiting(target_id: str) -> Update:
    """Of those that nobody tries right now; objects in sessions do not follow."""
    query = update(NoticeDelivery).where(
        NoticeDelivery.target_id == target_id, NoticeDelivery.status == "waiting", NoticeDelivery.lease_owner.is_(None)
    )
    return query.execution_options(synchronize_session=False)


def _inside(session: Session, row: NoticeTarget) -> bool:
    if row.tenant_id is None:
        return view_of(session).everything
    return sight.holds_tenant(session, row.tenant_id)
