"""What was used and billed, in the shape of FOCUS: files as they came in, their parts, the charges, and months.

Rows are written by the hundred thousand, so what a part's charges share stands in the part, and what is seldom asked
for in one document.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base

_ID = BigInteger().with_variant(Integer(), "sqlite")
_LINKED = text("resource_id IS NOT NULL")


class ChargeImport(Base):
    """A file, a month that was metered, or a correction. id: follows from what is in it and the account.

    kind: file, meter, correction. mode: replace or add. status: current, superseded or removed. reason: of a
    correction. report: what was found in it, by line."""

    __tablename__ = "charge_import"
    __table_args__ = (Index("ix_charge_import_account", "account_id", "imported_at"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    basis: Mapped[str] = mapped_column(key_text())
    mode: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    file_name: Mapped[str | None] = mapped_column(key_text())
    file_sha256: Mapped[str | None] = mapped_column(key_text())
    file_format: Mapped[str | None] = mapped_column(key_text())
    focus: Mapped[str | None] = mapped_column(key_text())
    rows: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(key_text())
    report: Mapped[dict[str, Any]] = mapped_column(Json)
    imported_by: Mapped[str] = mapped_column(key_text())
    imported_at: Mapped[datetime] = mapped_column(UtcTime)


class ChargePart(Base):
    """The charges of one import in one billing month and currency: what becomes current, or is superseded, as one.

    month: as 2026-11. status: staged (being written, nobody sees it), current, superseded, removed, dropped. billed and
    the other sums are None where no charge has the amount; unknown: how many charges lack a cost."""

    __tablename__ = "charge_part"
    __table_args__ = (
        Index("ix_charge_part_month", "month", "status"),
        Index("ix_charge_part_import", "import_id"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    import_id: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str] = mapped_column(key_text())
    month: Mapped[str] = mapped_column(key_text())
    currency: Mapped[str] = mapped_column(key_text())
    basis: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    rows: Mapped[int] = mapped_column(Integer)
    unknown: Mapped[int] = mapped_column(Integer)
    billed: Mapped[Decimal | None] = mapped_column(Exact)
    effective: Mapped[Decimal | None] = mapped_column(Exact)
    listed: Mapped[Decimal | None] = mapped_column(Exact)
    contracted: Mapped[Decimal | None] = mapped_column(Exact)
    superseded_by: Mapped[str | None] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Charge(Base):
    """One row of a bill. Amounts are in its part's currency; None: the bill does not say.

    line: where it stands in the file. flags: bits of `mcm.charges.findings.Flag`. line_hash: of everything in it;
    row_key: of everything but amounts, so that a newer bill's change of an amount is seen as one. tenant_id: the
    resource's, else the account's, as of the import."""

    __tablename__ = "charge"
    __table_args__ = (
        Index("ix_charge_part", "part_id"),
        Index("ix_charge_resource", "resource_id", sqlite_where=_LINKED, postgresql_where=_LINKED),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    part_id: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[int] = mapped_column(Integer)
    flags: Mapped[int] = mapped_column(Integer)
    line_hash: Mapped[int] = mapped_column(BigInteger)
    row_key: Mapped[int] = mapped_column(BigInteger)
    tenant_id: Mapped[str] = mapped_column(key_text())
    resource_id: Mapped[str | None] = mapped_column(key_text())
    service_name: Mapped[str | None] = mapped_column(key_text())
    billed_cost: Mapped[Decimal | None] = mapped_column(Exact)
    effective_cost: Mapped[Decimal | None] = mapped_column(Exact)
    list_cost: Mapped[Decimal | None] = mapped_column(Exact)
    contracted_cost: Mapped[Decimal | None] = mapped_column(Exact)
    service_category: Mapped[str | None] = mapped_column(key_text())
    provider_name: Mapped[str | None] = mapped_column(key_text())
    publisher_name: Mapped[str | None] = mapped_column(key_text())
    region_id: Mapped[str | None] = mapped_column(key_text())
    region_name: Mapped[str | None] = mapped_column(key_text())
    zone: Mapped[str | None] = mapped_column(key_text())
    native_id: Mapped[str | None] = mapped_column(key_text())
    resource_name: Mapped[str | None] = mapped_column(key_text())
    resource_type: Mapped[str | None] = mapped_column(key_text())
    billing_account_id: Mapped[str | None] = mapped_column(key_text())
    sub_account_id: Mapped[str | None] = mapped_column(key_text())
    sub_account_name: Mapped[str | None] = mapped_column(key_text())
    charge_category: Mapped[str] = mapped_column(key_text())
    charge_class: Mapped[str | None] = mapped_column(key_text())
    charge_frequency: Mapped[str | None] = mapped_column(key_text())
    charge_description: Mapped[str | None] = mapped_column(key_text())
    charge_start: Mapped[datetime] = mapped_column(UtcTime)
    charge_end: Mapped[datetime] = mapped_column(UtcTime)
    sku_id: Mapped[str | None] = mapped_column(key_text())
    sku_price_id: Mapped[str | None] = mapped_column(key_text())
    pricing_category: Mapped[str | None] = mapped_column(key_text())
    pricing_quantity: Mapped[Decimal | None] = mapped_column(Exact)
    pricing_unit: Mapped[str | None] = mapped_column(key_text())
    consumed_quantity: Mapped[Decimal | None] = mapped_column(Exact)
    consumed_unit: Mapped[str | None] = mapped_column(key_text())
    list_unit_price: Mapped[Decimal | None] = mapped_column(Exact)
    contracted_unit_price: Mapped[Decimal | None] = mapped_column(Exact)
    commitment_id: Mapped[str | None] = mapped_column(key_text())
    commitment_status: Mapped[str | None] = mapped_column(key_text())
    tags: Mapped[dict[str, Any] | None] = mapped_column(Json)
    rest: Mapped[dict[str, Any] | None] = mapped_column(Json)


class CostMonth(Base):
    """A month that has charges. status: open or closed; once closed it changes only by corrections."""

    __tablename__ = "cost_month"

    month: Mapped[str] = mapped_column(key_text(), primary_key=True)
    status: Mapped[str] = mapped_column(key_text())
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_by: Mapped[str | None] = mapped_column(key_text())
    totals: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)


class CostReconciliation(Base):
    """An invoice's total beside what was charged. remainder: invoice less charged; remainder_name: what it is."""

    __tablename__ = "cost_reconciliation"
    __table_args__ = (Index("ix_cost_reconciliation_month", "month"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    month: Mapped[str] = mapped_column(key_text(), ForeignKey("cost_month.month"))
    account_id: Mapped[str] = mapped_column(key_text())
    account_name: Mapped[str] = mapped_column(key_text())
    currency: Mapped[str] = mapped_column(key_text())
    invoice: Mapped[str] = mapped_column(key_text())
    invoice_total: Mapped[Decimal] = mapped_column(Exact)
    charged_total: Mapped[Decimal] = mapped_column(Exact)
    remainder: Mapped[Decimal] = mapped_column(Exact)
    remainder_name: Mapped[str | None] = mapped_column(key_text())
    made_by: Mapped[str] = mapped_column(key_text())
    made_at: Mapped[datetime] = mapped_column(UtcTime)
