"""Who acts, and for whom. Today one local principal in one tenant; every route and row already names both."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import UtcTime, key_text
from mcm.models.base import Base


class Tenant(Base):
    __tablename__ = "tenant"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    parent_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Principal(Base):
    """kind: local (the person at the machine) or system (jobs)."""

    __tablename__ = "principal"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"))
    kind: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
