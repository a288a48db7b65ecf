"""What people keep of a page's address under a name, for themselves or for others."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class SavedView(Base):
    """principal_id: whose it is. query: what the page's address says, by parameter.

    shared: private, tenant (for whoever sees tenant_id) or everyone. A tenant that is removed takes no view along: one
    that was shared with it has no tenant_id any more and is its owner's alone."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("principal_id", "page", "name"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    page: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text())
    query: Mapped[dict[str, Any]] = mapped_column(Json)
    shared: Mapped[str] = mapped_column(key_text(), index=True)
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
