"""Who pays: rules that share cost, budgets, and what has been said about a budget already."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base


class AllocationRule(Base):
    """document: the rule as it was written, with names and not ids: what it names may come back."""

    __tablename__ = "allocation_rule"

    name: Mapped[str] = mapped_column(key_text(), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class Budget(Base):
    """tenant_id: whose cost, with all below; None: of everything, for those who see everything. document: what else
    the cost must be of, the thresholds, and the months it is for. amount: of one month."""

    __tablename__ = "budget"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(key_text())
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class BudgetAlert(Base):
    """A threshold that was reached, and told of, in a month. kind: actual or forecast; percent: of the budget; spent:
    what it was when it was told."""

    __tablename__ = "budget_alert"

    budget_id: Mapped[str] = mapped_column(key_text(), ForeignKey("budget.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[str] = mapped_column(key_text(), primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(), primary_key=True)
    percent: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    spent: Mapped[Decimal] = mapped_column(Exact)
    amount: Mapped[Decimal] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(key_text())
    at: Mapped[datetime] = mapped_column(UtcTime)
