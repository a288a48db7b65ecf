"""What happened, for whoever follows it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Event(Base):
    """Append-only until it is a week old; numbers ascend in the order of the commits (`mcm.events.service`).

    tenant_id, account_id, project: whose it was when it happened; "" for a tenant: only who sees everything sees it.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_at", "at"), Index("ix_event_subject", "subject_id", "id"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    subject_kind: Mapped[str] = mapped_column(key_text())
    subject_id: Mapped[str] = mapped_column(key_text())
    data: Mapped[dict[str, Any]] = mapped_column(Json)
