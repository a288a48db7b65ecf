"""What was asked of the clouds: one row for each run of an action, and what happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Operation(Base):
    """One run of an action. Written before anything is sent, and never deleted while it is open.

    status        queued, sent, observed, succeeded, failed, in_doubt or cancelled
    holds         the resource's id while no other operation may touch it; unique, so that only one ever does
    target        kind, native id, native scope, region and locator; None where something new is made
    params        without secrets; those are in `sealed`
    steps         one object for each step: name, repeat, status (new, sending, sent, done), attempts, sent_at
    facts         what the adapter needs later; native ids, never secrets
    next_at       when somebody has to look after it; None once it has ended
    turn          counts claims: who recorded an older turn writes nothing any more
    waits         how often it could not be sent and was put off
    caller        as whom the audit trail knows who asked: principal, method, source, request id
    """

    __tablename__ = "operation"
    __table_args__ = (
        Index("ix_operation_next", "next_at"),
        Index("ix_operation_account", "account_id", "status"),
        Index("ix_operation_created", "created_at", "id"),
        Index("ix_operation_resource", "resource_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    action: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text(), index=True)
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    resource_id: Mapped[str | None] = mapped_column(key_text())
    resource_name: Mapped[str] = mapped_column(key_text())
    holds: Mapped[str | None] = mapped_column(key_text(), unique=True)
    target: Mapped[dict[str, str] | None] = mapped_column(Json)
    region: Mapped[str] = mapped_column(key_text())
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    master_key_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token: Mapped[str] = mapped_column(key_text(), unique=True)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    step: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, str]] = mapped_column(Json)
    made: Mapped[dict[str, str] | None] = mapped_column(Json)
    made_id: Mapped[str | None] = mapped_column(key_text())
    percent: Mapped[int | None] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(Text)
    provider_request_id: Mapped[str | None] = mapped_column(key_text())
    reservation_id: Mapped[str | None] = mapped_column(key_text())
    plan_id: Mapped[str | None] = mapped_column(key_text(), index=True)
    caller: Mapped[dict[str, str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    observed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    deadline: Mapped[datetime] = mapped_column(UtcTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lease_owner: Mapped[str | None] = mapped_column(key_text())
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    turn: Mapped[int] = mapped_column(Integer)
    waits: Mapped[int] = mapped_column(Integer)
    cancel_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer)


class OperationLog(Base):
    """What happened to an operation, line by line, for people. code: stable, for translation; values: its blanks."""

    __tablename__ = "operation_log"

    operation_id: Mapped[str] = mapped_column(
        key_text(), ForeignKey("operation.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    code: Mapped[str] = mapped_column(key_text())
    values: Mapped[dict[str, Any]] = mapped_column(Json)
