"""What could be saved: one row for each kind of finding and resource, kept while it is so and some time after."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base


class Finding(Base):
    """since: when it was first so (again). saving: in a month; None where no price is known, never 0 for that.

    basis: what the saving rests on. evidence: numbers and dates by name. notes: codes of what to know. action, params:
    what carries it out ("": a person does, at the cloud). dismissed_*: who does not want to be told, why and until when
    (None: for good); a dismissal outlives a finding that goes and comes back."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("resource_id", "kind"), Index("ix_finding_since", "since", "id"))

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(), index=True)
    resource_id: Mapped[str] = mapped_column(key_text())
    since: Mapped[datetime] = mapped_column(UtcTime)
    last_checked: Mapped[datetime] = mapped_column(UtcTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    confidence: Mapped[str] = mapped_column(key_text())
    saving: Mapped[Decimal | None] = mapped_column(Exact)
    currency: Mapped[str | None] = mapped_column(key_text())
    basis: Mapped[str] = mapped_column(key_text())
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    notes: Mapped[list[str]] = mapped_column(Json)
    action: Mapped[str] = mapped_column(key_text())
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    dismissed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    dismissed_by: Mapped[str | None] = mapped_column(key_text())
    dismissed_why: Mapped[str | None] = mapped_column(key_text())
