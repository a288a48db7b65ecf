"""Who acts, and for whom. What makes a principal a user is in `mcm.models.identity`."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import UtcTime, key_text
from mcm.models.base import Base

# Two nulls differ in a unique index, so what has no parent needs one of its own.
_ROOT = text("parent_id IS NULL")


class Tenant(Base):
    """kind: group, subsidiary, department or None. Names are unique among the children of one parent.

    The parent is looked for at the end of a transaction: a copy brings the rows in any order."""

    __tablename__ = "tenant"
    __table_args__ = (
        Index("ux_tenant_name", "parent_id", "name", unique=True),
        Index("ux_tenant_root_name", "name", unique=True, sqlite_where=_ROOT, postgresql_where=_ROOT),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str | None] = mapped_column(key_text())
    parent_id: Mapped[str | None] = mapped_column(
        key_text(), ForeignKey("tenant.id", deferrable=True, initially="DEFERRED")
    )
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Principal(Base):
    """kind: local (the person at the machine), system (jobs), user, or removed (the audit trail still names them).

    disabled_at: since then nothing of theirs opens a door."""

    __tablename__ = "principal"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"))
    kind: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
