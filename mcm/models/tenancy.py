"""Rules that give resources to tenants, which tenants have something in whose scopes, limits and reservations."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class TenantRule(Base):
    """What a resource must be to belong to a tenant other than its account's; the lowest position that fits wins.

    None asks nothing. tag_value: the whole value, or with `tag_prefix` its beginning. An account's rules stay when it
    is removed, and then fit nothing."""

    __tablename__ = "tenant_rule"

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    tag_key: Mapped[str | None] = mapped_column(key_text())
    tag_value: Mapped[str | None] = mapped_column(key_text())
    tag_prefix: Mapped[bool] = mapped_column(Boolean)


class TenantScope(Base):
    """A tenant has, or had, resources in a scope of an account that is not its own: it may see how fresh that is.

    Kept beside the resources so that nobody has to look through all of them at every question."""

    __tablename__ = "tenant_scope"

    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    scope_id: Mapped[int] = mapped_column(
        _BIG, ForeignKey("scope.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class QuotaLimit(Base):
    """At most so much in the tenant and all below it. resource: instances, vcpus, memory_mib or storage_gib."""

    __tablename__ = "quota_limit"

    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(key_text(), primary_key=True)
    amount: Mapped[int] = mapped_column(_BIG)


class QuotaMoney(Base):
    """At most so much is paid by the month for what lives in the tenant and all below it."""

    __tablename__ = "quota_money"

    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(key_text())


class QuotaReservation(Base):
    """Room held for what is about to be made. status: reserved, committed, released, expired.

    until: a reserved one counts until then; a committed one as well, until the inventory has had time to see it.
    change: what is paid for then (`mcm.tenancy.money.Change`); None: nothing, or an older mcm made it."""

    __tablename__ = "quota_reservation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_quota_reservation_until", "status", "until"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id"))
    key: Mapped[str] = mapped_column(key_text())
    for_what: Mapped[str] = mapped_column(key_text())
    instances: Mapped[int] = mapped_column(_BIG)
    vcpus: Mapped[int] = mapped_column(_BIG)
    memory_mib: Mapped[int] = mapped_column(_BIG)
    storage_gib: Mapped[int] = mapped_column(_BIG)
    change: Mapped[dict[str, Any] | None] = mapped_column(Json)
    status: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
