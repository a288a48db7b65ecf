"""Workload documents with all their versions, and comparisons as they were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class WorkloadRow(Base):
    """The newest version of a workload. data: the document as JSON, checked; hash: of that."""

    __tablename__ = "workload"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(key_text())
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class WorkloadVersion(Base):
    """One version as it was written, by whom."""

    __tablename__ = "workload_version"
    __table_args__ = (UniqueConstraint("workload_id", "version"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    workload_id: Mapped[str] = mapped_column(key_text(), ForeignKey("workload.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(key_text())
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Estimate(Base):
    """A comparison as it was reckoned: prices, rates and warnings of then, never reckoned again.

    comparison: what was answered. hash: of that. accounts: those it names; resources: tenant, account and project of
    the instances it is about. Who may not see all of them does not see it."""

    __tablename__ = "estimate"
    __table_args__ = (Index("ix_estimate_created", "created_at", "id"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    title: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    comparison: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(key_text())
    accounts: Mapped[list[str]] = mapped_column(Json)
    resources: Mapped[list[list[str | None]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
