"""SQL of schedules and their runs. A session sees the schedules of the tenants in its view."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mcm.models import Principal, Schedule, ScheduleRun, User
from mcm.tenancy import sight


def everyone(session: Session) -> list[Schedule]:
    found = session.scalars(select(Schedule).order_by(Schedule.name))
    return [row for row in found if sight.holds_tenant(session, row.tenant_id)]


def find(session: Session, name: str) -> Schedule | None:
    found = anywhere(session, name)
    return found if found is not None and sight.holds_tenant(session, found.tenant_id) else None


def anywhere(session: Session, name: str) -> Schedule | None:
    """Whatever the session may see: names are unique."""
    return session.scalar(select(Schedule).where(Schedule.name == name))


def runs(session: Session, schedule_id: str, limit: int) -> Sequence[ScheduleRun]:
    query = select(ScheduleRun).where(ScheduleRun.schedule_id == schedule_id)
    return session.scalars(query.order_by(ScheduleRun.due_at.desc()).limit(limit)).all()


def due(session: Session, now: datetime) -> list[str]:
    query = select(Schedule.id).where(Schedule.enabled.is_(True), Schedule.next_at <= now)
    return list(session.scalars(query.order_by(Schedule.next_at)))


def take(session: Session, schedule_id: str, now: datetime) -> Schedule | None:
    """The row, locked, if it is still due: two processes may both have seen it."""
    query = select(Schedule).where(Schedule.id == schedule_id, Schedule.enabled.is_(True), Schedule.next_at <= now)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def principal(session: Session, principal_id: str) -> tuple[Principal, User | None] | None:
    row = session.execute(
        select(Principal, User).outerjoin(User, User.principal_id == Principal.id).where(Principal.id == principal_id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def running(session: Session) -> Sequence[ScheduleRun]:
    return session.scalars(select(ScheduleRun).where(ScheduleRun.outcome == "running")).all()


def finish(session: Session, run_id: str, **values: Any) -> None:
    session.execute(update(ScheduleRun).where(ScheduleRun.id == run_id).values(**values))


def prune(session: Session, before: datetime) -> None:
    session.execute(delete(ScheduleRun).where(ScheduleRun.due_at < before))
