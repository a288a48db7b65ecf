"""Plans that are looked at before anything is asked for, what waits to be deleted, and when something retires."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Plan(Base):
    """One action on exact targets. What it holds never changes once it is made; only where it stands does.

    status        draft (needs nobody's approval), awaiting_approval, approved, applying, applied, rejected, expired,
                  cancelled or stale
    hash          over action, parameters and targets with their versions; an approval is bound to it
    needs         why somebody else has to approve: destructive, many, sensitive; empty: nobody has to
    alone         it would need an approval, and there is nobody else to ask
    impact        what hangs on the targets, as it was when the plan was made
    drift         what had changed when it became stale
    caller        as whom it is applied, with the limits of the token they came with
    """

    __tablename__ = "plan"
    __table_args__ = (Index("ix_plan_created", "created_at", "id"), Index("ix_plan_status", "status", "expires_at"))

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    status: Mapped[str] = mapped_column(key_text())
    action: Mapped[str] = mapped_column(key_text())
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    filter: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str] = mapped_column(key_text())
    requested_by: Mapped[str] = mapped_column(key_text())
    needs: Mapped[list[str]] = mapped_column(Json)
    alone: Mapped[bool] = mapped_column(Boolean)
    decided_by_id: Mapped[str | None] = mapped_column(key_text())
    decided_by: Mapped[str | None] = mapped_column(key_text())
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    reason: Mapped[str | None] = mapped_column(Text)
    impact: Mapped[dict[str, Any]] = mapped_column(Json)
    drift: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    caller: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer)


class PlanItem(Base):
    """One resource of a plan.

    status        target (waits), asked (there is an operation), recycled (it is in the recycle bin), refused (it was
                  to be asked for, and could not be) or left (the plan never meant to)
    seen          what the plan relies on; version: its digest
    why           of what was refused or left: code, reason and what helps, in both languages
    """

    __tablename__ = "plan_item"
    __table_args__ = (Index("ix_plan_item_status", "plan_id", "status"),)

    plan_id: Mapped[str] = mapped_column(key_text(), ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    status: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    seen: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[str] = mapped_column(key_text())
    why: Mapped[dict[str, Any] | None] = mapped_column(Json)
    operation_id: Mapped[str | None] = mapped_column(key_text())


class Recycled(Base):
    """An instance that is stopped and waits for its real end.

    status        kept, deleting, deleted, restored or left (it will not be deleted; reason says why)
    holds         the resource's id while it is in the bin; unique, so that it is there once
    was           its state when it was put in
    reason        of `left`, or why the delete has to wait
    caller        as whom it is deleted, with the rights they have then
    next_at       when to look at it again: at first delete_at, later when a delete was put off
    """

    __tablename__ = "recycled"
    __table_args__ = (Index("ix_recycled_due", "status", "next_at"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    resource_id: Mapped[str] = mapped_column(key_text(), index=True)
    holds: Mapped[str | None] = mapped_column(key_text(), unique=True)
    status: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    was: Mapped[str] = mapped_column(key_text())
    note: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[str | None] = mapped_column(key_text())
    stop_operation: Mapped[str | None] = mapped_column(key_text())
    delete_operation: Mapped[str | None] = mapped_column(key_text())
    reason: Mapped[str | None] = mapped_column(Text)
    caller: Mapped[dict[str, Any]] = mapped_column(Json)
    requested_by: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    delete_at: Mapped[datetime] = mapped_column(UtcTime)
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RecycleRule(Base):
    """How many days an account keeps what is deleted. Without a row: none, a delete is a delete."""

    __tablename__ = "recycle_rule"

    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    days: Mapped[int] = mapped_column(Integer)


class Retirement(Base):
    """When a resource is to be stopped for good. stopped_at: when that was asked for; reason: why it was not.

    next_at: when somebody has to be reminded, or it has to be stopped; None once it is."""

    __tablename__ = "retirement"
    __table_args__ = (Index("ix_retirement_due", "next_at"),)

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    retire_at: Mapped[datetime] = mapped_column(UtcTime)
    note: Mapped[str] = mapped_column(Text)
    principal_id: Mapped[str] = mapped_column(key_text())
    set_by: Mapped[str] = mapped_column(key_text())
    set_at: Mapped[datetime] = mapped_column(UtcTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcTime)
    operation_id: Mapped[str | None] = mapped_column(key_text())
    reason: Mapped[str | None] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
