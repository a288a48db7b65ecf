"""What is to be asked for at certain times, and what came of each time."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Schedule(Base):
    """An action on whatever matches a filter, by a calendar.

    principal_id: as whom it acts, with the rights they have at that time, within those of the token it was written
    with (permissions; None: no limit). skip: days on which nothing happens, as dates
    or "first/last". next_at: when it is due, by its own time zone; None while it is off. suspended: why it cannot run.
    """

    __tablename__ = "schedule"
    __table_args__ = (Index("ix_schedule_next", "next_at"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    permissions: Mapped[list[str] | None] = mapped_column(Json)
    action: Mapped[str] = mapped_column(key_text())
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    filter: Mapped[str] = mapped_column(Text)
    cron: Mapped[str] = mapped_column(key_text())
    time_zone: Mapped[str] = mapped_column(key_text())
    skip: Mapped[list[str]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean)
    suspended: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ScheduleRun(Base):
    """One time at which a schedule was due. outcome: running, done, missed (mcm was not there in time) or refused.

    targets: how many matched; asked: operations that were begun; left: those that were not, by reason code."""

    __tablename__ = "schedule_run"
    __table_args__ = (Index("ix_schedule_run_schedule", "schedule_id", "due_at", unique=True),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    schedule_id: Mapped[str] = mapped_column(key_text(), ForeignKey("schedule.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    outcome: Mapped[str] = mapped_column(key_text())
    reason: Mapped[str | None] = mapped_column(Text)
    targets: Mapped[int] = mapped_column(Integer)
    asked: Mapped[int] = mapped_column(Integer)
    left: Mapped[dict[str, int]] = mapped_column(Json)
    operations: Mapped[list[str]] = mapped_column(Json)
