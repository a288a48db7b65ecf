"""Searches for a better place for many workloads at once, and what they came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Optimization(Base):
    """status: queued, running, done, failed, cancelled or abandoned (the process that searched is no more).

    tenants: ids of all whose instances, workloads or places are in it: it shows itself to those who see all of them.
    caller: as whom it reads, without rights. owner: the process that searches. result: summary, without rows. runs is
    1 while it runs and else null, so that the database lets no second one run."""

    __tablename__ = "optimization"
    __table_args__ = (
        Index("ix_optimization_created", "created_at", "id"),
        Index(
            "uq_optimization_runs",
            "runs",
            unique=True,
            sqlite_where=text("runs = 1"),
            postgresql_where=text("runs = 1"),
        ),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    status: Mapped[str] = mapped_column(key_text(), index=True)
    runs: Mapped[int | None] = mapped_column(Integer)
    goal: Mapped[str] = mapped_column(key_text())
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    tenants: Mapped[list[str]] = mapped_column(Json)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    caller: Mapped[dict[str, Any]] = mapped_column(Json)
    requested_by: Mapped[str] = mapped_column(key_text())
    cancel: Mapped[bool] = mapped_column(Boolean)
    owner: Mapped[str | None] = mapped_column(key_text())
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


class OptimizationRow(Base):
    """One of a result, in its order. kind: move (it would go, or be made, somewhere) or left (it is not placed; why).

    plan_id: the plan that was made of it."""

    __tablename__ = "optimization_row"

    optimization_id: Mapped[str] = mapped_column(
        key_text(), ForeignKey("optimization.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(key_text())
    resource_id: Mapped[str | None] = mapped_column(key_text())
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    plan_id: Mapped[str | None] = mapped_column(key_text())
