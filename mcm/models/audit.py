"""Who did what, when, with what result, in chained segments; and the answers already given to repeated requests."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class AuditEvent(Base):
    """Append-only: triggers refuse change. phase: intent (before something leaves mcm) or result. No column ever holds
    a secret.

    principal_name and method are what they were at the time. mac: `mcm.audit.canonical` says over what; None in
    segment 0, which holds what was written before there was a chain.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_target", "target_kind", "target_id"),
        Index("ix_audit_event_request", "request_id"),
    )

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    tenant_id: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str] = mapped_column(key_text())
    principal_name: Mapped[str] = mapped_column(key_text(), server_default="")
    method: Mapped[str] = mapped_column(key_text(), server_default="")
    token_id: Mapped[str | None] = mapped_column(key_text())
    source: Mapped[str] = mapped_column(key_text())
    action: Mapped[str] = mapped_column(key_text())
    target_kind: Mapped[str] = mapped_column(key_text())
    target_id: Mapped[str] = mapped_column(key_text())
    phase: Mapped[str] = mapped_column(key_text())
    outcome: Mapped[str] = mapped_column(key_text())
    request_id: Mapped[str] = mapped_column(key_text())
    provider_request_id: Mapped[str | None] = mapped_column(key_text())
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    segment: Mapped[int] = mapped_column(Integer, server_default="0")
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditSegment(Base):
    """Rows first_seq to last_seq of the trail, chained with a key of their own. The one that is not sealed takes new
    rows; its row is what writers lock, and is never deleted.

    head: the last row's mac. former_seal: what the first row's mac is bound to. last_at: of the newest row.
    pruned_at: retention has deleted the rows; pruned_mac proves that it was retention.
    """

    __tablename__ = "audit_segment"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime | None] = mapped_column(UtcTime)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    former_seal: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    pruned_at: Mapped[datetime | None] = mapped_column(UtcTime)
    pruned_mac: Mapped[bytes | None] = mapped_column(LargeBinary)


def place(segment_number: int) -> str:
    """What the sealed key of a segment is bound to in the vault."""
    return f"audit_segment/{segment_number}/key_sealed"


class IdempotencyKey(Base):
    """One answered mutation. Written in the mutation's own transaction, so key and effect commit together."""

    __tablename__ = "idempotency_key"

    principal_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    request_hash: Mapped[str] = mapped_column(key_text())
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
