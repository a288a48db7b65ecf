"""Cold moves of instances to another cloud, and the steps of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Move(Base):
    """One instance on its way to another account or region.

    status        queued, running, undoing, succeeded, failed or cancelled
    ends_as       of `undoing`: what it will be then
    holds         the resource's id while the move is open; unique, so that it moves once
    params        of the instance that is made at the target, without its image
    wanted        stop, retire, days
    facts         what later steps need: references, formats, sizes, checksums; never secrets
    attempt       counts beginnings; what is uploaded carries a token made of it
    turn          counts claims: who recorded an older turn writes nothing any more
    waits         how often the current step was put off since it last got on
    next_at       when somebody has to look after it; None once it has ended
    caller        as whom the steps are asked for, with the rights they have then
    """

    __tablename__ = "move"
    __table_args__ = (
        Index("ix_move_next", "next_at"),
        Index("ix_move_created", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    status: Mapped[str] = mapped_column(key_text())
    ends_as: Mapped[str | None] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text(), index=True)
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    region: Mapped[str] = mapped_column(key_text())
    resource_id: Mapped[str] = mapped_column(key_text(), index=True)
    resource_name: Mapped[str] = mapped_column(key_text())
    holds: Mapped[str | None] = mapped_column(key_text(), unique=True)
    target_tenant_id: Mapped[str] = mapped_column(key_text())
    target_account_id: Mapped[str] = mapped_column(key_text())
    target_account_name: Mapped[str] = mapped_column(key_text())
    target_region: Mapped[str] = mapped_column(key_text())
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    made_id: Mapped[str | None] = mapped_column(key_text())
    attempt: Mapped[int] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(Text)
    caller: Mapped[dict[str, Any]] = mapped_column(Json)
    requested_by: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancel_at: Mapped[datetime | None] = mapped_column(UtcTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lease_owner: Mapped[str | None] = mapped_column(key_text())
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    turn: Mapped[int] = mapped_column(Integer)
    waits: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)


class MoveStep(Base):
    """status: new, running, done, skipped, failed, undone, or left (it could not be undone; note says what is there).

    operation_id, undo_operation_id: what was asked of the cloud for it; written in the transaction that asks. note: in
    English; told: its code and values."""

    __tablename__ = "move_step"

    move_id: Mapped[str] = mapped_column(key_text(), ForeignKey("move.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    operation_id: Mapped[str | None] = mapped_column(key_text())
    undo_operation_id: Mapped[str | None] = mapped_column(key_text())
    done_bytes: Mapped[int | None] = mapped_column(BigInteger)
    total_bytes: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(Text)
    told: Mapped[dict[str, Any] | None] = mapped_column(Json)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
