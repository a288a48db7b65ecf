"""Accounts: one set of credentials at one cloud; their secrets lie encrypted in a table of their own."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class Account(Base):
    """status: new, ok, failing, paused. identity: what the cloud said at the last check (realm, principal, …).

    error_* describe the last failure of the account as a whole (sign-in, reachability); scopes keep their own.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"))
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    provider: Mapped[str] = mapped_column(key_text())
    ownership: Mapped[str] = mapped_column(key_text())
    labels: Mapped[list[str]] = mapped_column(Json)
    config: Mapped[dict[str, Any]] = mapped_column(Json)
    site: Mapped[str | None] = mapped_column(key_text())
    city: Mapped[str | None] = mapped_column(key_text())
    jurisdiction: Mapped[str | None] = mapped_column(key_text())
    realm: Mapped[str | None] = mapped_column(key_text(), index=True)
    identity: Mapped[dict[str, Any] | None] = mapped_column(Json)
    status: Mapped[str] = mapped_column(key_text())
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    error_code: Mapped[str | None] = mapped_column(key_text())
    error_message: Mapped[str | None] = mapped_column(key_text())


class Secret(Base):
    """One encrypted value; `mcm.vault` knows the format. Bound to its account and key by associated data."""

    __tablename__ = "secret"

    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    master_key_id: Mapped[str] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
