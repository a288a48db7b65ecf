"""What private clouds cost: pools as people describe them, and the rates that were published from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class CostPool(Base):
    """The newest version of a pool's document. sha256: of its text; written_by: the name of who wrote it."""

    __tablename__ = "cost_pool"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    currency: Mapped[str] = mapped_column(key_text())
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(key_text())
    version: Mapped[int] = mapped_column(Integer)
    written_by: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class CostPoolVersion(Base):
    """Every document a pool has had."""

    __tablename__ = "cost_pool_version"

    pool_id: Mapped[str] = mapped_column(key_text(), ForeignKey("cost_pool.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(key_text())
    written_by: Mapped[str] = mapped_column(key_text())
    written_at: Mapped[datetime] = mapped_column(UtcTime)


class CostPoolAccount(Base):
    """An account is in one pool at most: what it costs would be charged twice."""

    __tablename__ = "cost_pool_account"

    pool_id: Mapped[str] = mapped_column(key_text(), ForeignKey("cost_pool.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)


class PublishedRateCard(Base):
    """Rates for a month with everything that made them; never changed. version: corrections of a month are counted,
    and each says its reason. pool, pool_version, document: as they were, whatever became of the pool.

    calculation: rates, terms and measured inputs, as `mcm.ratecards.schemas.Calculation` writes them."""

    __tablename__ = "rate_card"
    __table_args__ = (UniqueConstraint("pool", "month", "version"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    pool: Mapped[str] = mapped_column(key_text())
    month: Mapped[str] = mapped_column(key_text())
    version: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(key_text())
    pool_version: Mapped[int] = mapped_column(Integer)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(key_text())
    calculation: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(Text)
    published_by: Mapped[str] = mapped_column(key_text())
    published_at: Mapped[datetime] = mapped_column(UtcTime)


class RateCardAccount(Base):
    """For whom a card was published. The account may be gone since: the card stays."""

    __tablename__ = "rate_card_account"
    __table_args__ = (Index("ix_rate_card_account_account", "account_id"),)

    card_id: Mapped[str] = mapped_column(key_text(), ForeignKey("rate_card.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
