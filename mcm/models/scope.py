"""Scopes (account × region × kind, the unit of a read) and sightings (a resource as one account saw it)."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import UtcTime, key_text
from mcm.models.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Scope(Base):
    """The durable truth of the scheduler: what is due, who reads it, how fresh it is.

    status     pending, ok, failing, quarantined, unsupported
    as_of      when the newest complete read (or change-feed read) began: everything in the scope is true as of then
    lease_*    the run that reads it now and the process it runs in; expired and orphaned leases are taken over
    grants     the account's identity and rights at the last complete read
    held_run   the quarantined run whose disappearances wait for a person
    """

    __tablename__ = "scope"
    __table_args__ = (
        UniqueConstraint("account_id", "region", "kind"),
        Index("ix_scope_due", "next_due_at"),
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"))
    region: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    reason_code: Mapped[str | None] = mapped_column(key_text())
    reason: Mapped[str | None] = mapped_column(key_text())
    interval_s: Mapped[int] = mapped_column(Integer)
    next_due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    full_due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    boost_until: Mapped[datetime | None] = mapped_column(UtcTime)
    as_of: Mapped[datetime | None] = mapped_column(UtcTime)
    full_as_of: Mapped[datetime | None] = mapped_column(UtcTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(key_text())
    resources: Mapped[int] = mapped_column(Integer, default=0)
    generation: Mapped[int] = mapped_column(Integer, default=0)
    lease_owner: Mapped[str | None] = mapped_column(key_text())
    lease_run: Mapped[str | None] = mapped_column(key_text())
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    feed_cursor: Mapped[str | None] = mapped_column(key_text())
    grants: Mapped[str | None] = mapped_column(key_text())
    held_run: Mapped[str | None] = mapped_column(key_text())


class Sighting(Base):
    """fingerprint: of the normalised fields as this account reports them; an equal one costs no write.

    missing_since: a complete read did not list it. absent_confirmed: the cloud itself said so.
    held: missing while the scope is in quarantine; counts as seen until a person decides.
    """

    __tablename__ = "sighting"
    __table_args__ = (
        Index("ix_sighting_resource", "resource_id", "account_id"),
        Index("ix_sighting_missing", "scope_id", "missing_since"),
        {"sqlite_with_rowid": False},
    )

    scope_id: Mapped[int] = mapped_column(_BIG, ForeignKey("scope.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    account_id: Mapped[str] = mapped_column(key_text())
    fingerprint: Mapped[str] = mapped_column(key_text())
    missing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    absent_confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    held: Mapped[bool] = mapped_column(Boolean, default=False)
