"""The ledger of reads, and requests for reads."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class SyncRun(Base):
    """One read of one scope. outcome: running, complete, failed, quarantined, abandoned (the process died).

    mode: full, changes (through the feed) or confirm. Times in milliseconds, sizes in bytes.
    Rows outlive their account, so account and provider are kept by name.
    """

    __tablename__ = "sync_run"
    __table_args__ = (Index("ix_sync_run_scope", "scope_id", "started_at"), Index("ix_sync_run_started", "started_at"))

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    scope_id: Mapped[int] = mapped_column(_BIG)
    account_id: Mapped[str] = mapped_column(key_text(), index=True)
    account_name: Mapped[str] = mapped_column(key_text())
    region: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    mode: Mapped[str] = mapped_column(key_text())
    outcome: Mapped[str] = mapped_column(key_text())
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    listed: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    gone: Mapped[int] = mapped_column(Integer, default=0)
    returned: Mapped[int] = mapped_column(Integer, default=0)
    unknown_states: Mapped[int] = mapped_column(Integer, default=0)
    calls: Mapped[int] = mapped_column(Integer, default=0)
    received_bytes: Mapped[int] = mapped_column(_BIG, default=0)
    api_ms: Mapped[int] = mapped_column(Integer, default=0)
    db_ms: Mapped[int] = mapped_column(Integer, default=0)
    waited_ms: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(key_text())
    missing_permission: Mapped[str | None] = mapped_column(key_text())
    request_id: Mapped[str | None] = mapped_column(key_text())


class SyncRequest(Base):
    """Somebody asked for a read. Which scopes are still to come is derived from the ledger."""

    __tablename__ = "sync_request"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str] = mapped_column(key_text())
    at: Mapped[datetime] = mapped_column(UtcTime)
    accounts: Mapped[list[str]] = mapped_column(Json)
    kinds: Mapped[list[str]] = mapped_column(Json)
    full: Mapped[bool] = mapped_column(Boolean)
