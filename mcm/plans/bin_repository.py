"""SQL of the recycle bin and of retirement. What is in the bin shows itself like its resource did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, tuple_
from sqlalchemy.orm import Session

from mcm.models import Recycled, RecycleRule, ResourceRow, Retirement
from mcm.tenancy import sight

_COLUMNS = {"tenant_id": Recycled.tenant_id, "account_id": Recycled.account_id, "project": Recycled.project}
IN_BIN = ("kept", "deleting")


def find(session: Session, recycled_id: str) -> Recycled | None:
    query = select(Recycled).where(Recycled.id == recycled_id, *sight.resources_of(session, _COLUMNS))
    return session.scalars(query).first() if "\0" not in recycled_id else None


def locked(session: Session, recycled_id: str) -> Recycled | None:
    query = select(Recycled).where(Recycled.id == recycled_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def of_resource(session: Session, resource_id: str) -> Recycled | None:
    return session.scalar(select(Recycled).where(Recycled.holds == resource_id))


def listed(session: Session, after: tuple[datetime, str] | None, limit: int, *, ended: bool) -> Sequence[Recycled]:
    """The next to be deleted first; with what ended, the last of all first."""
    query = select(Recycled).where(*sight.resources_of(session, _COLUMNS))
    place = tuple_(Recycled.delete_at, Recycled.id)
    if after is not None:
        query = query.where(place < after if ended else place > after)
    if ended:
        return session.scalars(query.order_by(Recycled.delete_at.desc(), Recycled.id.desc()).limit(limit)).all()
    query = query.where(Recycled.status.in_(IN_BIN)).order_by(Recycled.delete_at, Recycled.id)
    return session.scalars(query.limit(limit)).all()


def due(session: Session, now: datetime) -> list[str]:
    query = select(Recycled.id).where(Recycled.status.in_(IN_BIN), Recycled.next_at <= now)
    return list(session.scalars(query.order_by(Recycled.next_at).limit(500)))


def prune(session: Session, before: datetime) -> None:
    session.execute(delete(Recycled).where(Recycled.ended_at < before))
    # Its resource is not even a tombstone any more.
    session.execute(delete(Retirement).where(~exists().where(ResourceRow.id == Retirement.resource_id)))


def set_days(session: Session, account_id: str, days: int) -> None:
    row = session.get(RecycleRule, account_id)
    if row is not None and days:
        row.days = days
    elif row is not None:
        session.delete(row)
    elif days:
        session.add(RecycleRule(account_id=account_id, days=days))
    session.flush()


def retirement(session: Session, resource_id: str, *, lock: bool = False) -> Retirement | None:
    query = select(Retirement).where(Retirement.resource_id == resource_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def retirements(
    session: Session, after: tuple[datetime, str] | None, limit: int, *, before: datetime | None
) -> list[tuple[Retirement, ResourceRow]]:
    """Of living resources, the earliest first."""
    query: Any = (
        select(Retirement, ResourceRow)
        .join(ResourceRow, ResourceRow.id == Retirement.resource_id)
        .where(ResourceRow.presence != "gone", *sight.resources_of(session))
    )
    if after is not None:
        query = query.where(tuple_(Retirement.retire_at, Retirement.resource_id) > after)
    if before is not None:
        query = query.where(Retirement.retire_at <= before)
    rows = session.execute(query.order_by(Retirement.retire_at, Retirement.resource_id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def retiring(session: Session, now: datetime) -> list[str]:
    query = select(Retirement.resource_id).where(Retirement.next_at <= now)
    return list(session.scalars(query.order_by(Retirement.next_at).limit(500)))
