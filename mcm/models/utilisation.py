"""How much of what runs is used, a day at a time, and when each account's cloud was asked for it."""

from datetime import date, datetime

from sqlalchemy import Date, Float, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import UtcTime, key_text
from mcm.models.base import Base


class UtilisationDay(Base):
    """The distribution of one metric of one resource over a day (UTC). Shares are 0 to 1, the rest bytes in a second.

    coverage_s: seconds of the day that were measured; percentiles and mean weigh by them. No foreign key: written by
    the ten thousand, and dropped with what the inventory no longer knows (`mcm.utilisation.days.prune`)."""

    __tablename__ = "utilisation_day"
    __table_args__ = (Index("ix_utilisation_day_day", "day"), {"sqlite_with_rowid": False})

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    metric: Mapped[str] = mapped_column(key_text(), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    samples: Mapped[int] = mapped_column(Integer)
    coverage_s: Mapped[int] = mapped_column(Integer)
    min: Mapped[float] = mapped_column(Float)
    p50: Mapped[float] = mapped_column(Float)
    p95: Mapped[float] = mapped_column(Float)
    max: Mapped[float] = mapped_column(Float)
    mean: Mapped[float] = mapped_column(Float)
    read_at: Mapped[datetime] = mapped_column(UtcTime)


class UtilisationRead(Base):
    """How the last reading of an account went. due_at: of the next. status: waiting, running, ok or failed.

    resources: how many were asked about; measured: how many of these had any sample."""

    __tablename__ = "utilisation_read"

    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(key_text())
    due_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    began_at: Mapped[datetime | None] = mapped_column(UtcTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcTime)
    resources: Mapped[int] = mapped_column(Integer)
    measured: Mapped[int] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(key_text())
