"""Who did what, when, with what result; and the answers already given to repeated requests."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class AuditEvent(Base):
    """Append-only. phase: intent (before something leaves mcm) or result. details never hold a secret."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_at", "at"), Index("ix_audit_event_target", "target_kind", "target_id"))

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    tenant_id: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str] = mapped_column(key_text())
    source: Mapped[str] = mapped_column(key_text())
    action: Mapped[str] = mapped_column(key_text())
    target_kind: Mapped[str] = mapped_column(key_text())
    target_id: Mapped[str] = mapped_column(key_text())
    phase: Mapped[str] = mapped_column(key_text())
    outcome: Mapped[str] = mapped_column(key_text())
    request_id: Mapped[str] = mapped_column(key_text())
    details: Mapped[dict[str, Any]] = mapped_column(Json)


class IdempotencyKey(Base):
    """One answered mutation. Written in the mutation's own transaction, so key and effect commit together."""

    __tablename__ = "idempotency_key"

    principal_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    request_hash: Mapped[str] = mapped_column(key_text())
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
