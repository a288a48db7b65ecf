"""Who is told of what needs attention, and what came of telling them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class NoticeTarget(Base):
    """A webhook or a mail address.

    type: webhook or mail. tenant_id: whose events, with all below it; NULL: all. sealed: what webhooks are signed with.
    event_id: events up to this one have become deliveries, or never will. failures: tries in a row that failed.
    disabled_reason: why mcm itself turned it off.
    """

    __tablename__ = "notice_target"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    type: Mapped[str] = mapped_column(key_text())
    url: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(Json)
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    language: Mapped[str] = mapped_column(key_text())
    enabled: Mapped[bool] = mapped_column(Boolean)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    master_key_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    event_id: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class NoticeDelivery(Base):
    """One notice to one target; its id goes with every try, so that the receiver can tell repetitions.

    status: waiting, delivered or dead. body: what is told, without how. since: when trying began. next_at: when it is
    tried next; NULL once it has ended. lease_*: the process that tries it right now.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        Index("ix_notice_delivery_next", "next_at"),
        Index("ix_notice_delivery_event", "target_id", "event_id", unique=True),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    target_id: Mapped[str] = mapped_column(key_text(), ForeignKey("notice_target.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(key_text())
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(key_text())
    attempts: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    since: Mapped[datetime] = mapped_column(UtcTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answer: Mapped[int | None] = mapped_column(Integer)
    problem: Mapped[str | None] = mapped_column(Text)
    lease_owner: Mapped[str | None] = mapped_column(key_text())
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
