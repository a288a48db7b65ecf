"""Charges, imports and months in the HTTP API. Amounts are strings with every digit; null: unknown, never 0."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.money import Amount

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]+$")]


class FindingItem(BaseModel):
    """What is odd about a bill. lines: the first 100; count: how many there are. column: as FOCUS has it; source: as
    the bill has it, where that is a cloud's own."""

    code: str
    level: Literal["error", "warning", "note"]
    column: str | None
    source: str | None = None
    count: int
    lines: list[int]
    example: str | None
    text: str
    text_zh: str


class PartItem(BaseModel):
    """One month and currency of an import. unknown: charges that lack one of the four costs."""

    month: str
    currency: str
    status: str
    rows: int
    unknown: int
    billed: Amount | None
    effective: Amount | None
    list: Amount | None
    contracted: Amount | None
    superseded_by: str | None = None


class ImportItem(BaseModel):
    id: str
    account: str
    account_id: str
    kind: Literal["file", "meter", "correction"]
    basis: Literal["billed", "modelled"]
    mode: Literal["replace", "add"]
    status: Literal["current", "superseded", "removed"]
    file_name: str | None
    file_sha256: str | None
    file_format: str | None
    focus: str | None = Field(description="the version of FOCUS; null: a cloud's own bill, or no file")
    dialect: str | None = Field(None, description="which cloud's own bill; null: FOCUS, or no file")
    rows: int
    reason: str | None
    errors: int
    warnings: int
    months: list[str]
    imported_by: str
    imported_at: datetime


class ImportDetail(ImportItem):
    """linked: charges that name a resource mcm knows. added, removed, changed, unchanged: against what it replaced."""

    parts: list[PartItem]
    linked: int
    added: int | None = None
    removed: int | None = None
    changed: int | None = None
    unchanged: int | None = None
    findings: list[FindingItem]


class ImportResult(ImportDetail):
    """already: the same file was imported before, and nothing was changed. replaced: ids of imports that it took the
    place of, in whole or in part."""

    dry_run: bool = False
    already: bool = False
    closed: list[str] = Field(default_factory=list, description="months that are closed, for which it would be refused")


class RemovalPreview(BaseModel):
    dry_run: bool = True
    id: str
    months: list[str]
    rows: int


class ChargeItem(BaseModel):
    id: int
    month: str
    account: str
    account_id: str
    tenant_id: str
    currency: str
    basis: str
    billed_cost: Amount | None
    effective_cost: Amount | None
    list_cost: Amount | None
    contracted_cost: Amount | None
    provider_name: str | None
    publisher_name: str | None
    service_name: str | None
    service_category: str | None
    region_id: str | None
    region_name: str | None
    zone: str | None
    resource_id: str | None
    native_id: str | None
    resource_name: str | None
    resource_type: str | None
    billing_account_id: str | None
    sub_account_id: str | None
    sub_account_name: str | None
    charge_category: str
    charge_class: str | None
    charge_frequency: str | None
    charge_description: str | None
    charge_start: datetime
    charge_end: datetime
    sku_id: str | None
    sku_price_id: str | None
    pricing_category: str | None
    pricing_quantity: Amount | None
    pricing_unit: str | None
    consumed_quantity: Amount | None
    consumed_unit: str | None
    list_unit_price: Amount | None
    contracted_unit_price: Amount | None
    commitment_id: str | None
    commitment_status: str | None
    tags: dict[str, Any] | None
    rest: dict[str, Any] | None
    import_id: str
    line: int
    flags: list[str]


class GroupItem(BaseModel):
    key: dict[str, str | None]
    currency: str
    basis: str
    amount: Amount | None
    rows: int
    unknown: int


class GroupList(BaseModel):
    cost: str
    items: list[GroupItem]


class MonthTotal(BaseModel):
    currency: str
    basis: str
    rows: int
    unknown: int
    billed: Amount | None
    effective: Amount | None
    list: Amount | None
    contracted: Amount | None


class MonthItem(BaseModel):
    month: str
    status: Literal["open", "closed"]
    closed_at: datetime | None
    closed_by: str | None
    version: int
    totals: list[MonthTotal]


class MonthList(BaseModel):
    items: list[MonthItem]


class ReconciliationItem(BaseModel):
    """remainder: the invoice less what was charged; remainder_name: what it is."""

    id: str
    month: str
    account: str
    account_id: str
    currency: str
    invoice: str
    invoice_total: Amount
    charged_total: Amount
    remainder: Amount
    remainder_name: str | None
    made_by: str
    made_at: datetime


class MonthDetail(MonthItem):
    reconciliations: list[ReconciliationItem]


class CorrectionWrite(BaseModel):
    """resource: the id of one of mcm's. effective: when it differs from the amount."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(max_length=200)
    amount: Amount
    currency: CurrencyCode
    reason: Words
    effective: Amount | None = None
    category: Literal["Usage", "Purchase", "Tax", "Credit", "Adjustment"] = "Adjustment"
    service: Words | None = None
    resource: str | None = Field(None, max_length=100)


class ReconciliationWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: str = Field(max_length=200)
    total: Amount
    currency: CurrencyCode
    invoice: Words = Field(description="what the invoice calls itself")
    remainder_name: Words | None = None


class MeteringWrite(BaseModel):
    """accounts: by name; default every private or hosted one that has a rate card."""

    model_config = ConfigDict(extra="forbid")

    accounts: list[Annotated[str, StringConstraints(max_length=200)]] | None = Field(None, max_length=1000)


class MeteredItem(BaseModel):
    """skipped: billed (a bill came in for the month), no_rate_card, nothing_used (which is kept, too), unchanged; null:
    it was charged."""

    account: str
    skipped: str | None
    rate_card: str | None
    rows: int
    linked: int
    import_id: str | None
    parts: list[PartItem]
    findings: list[FindingItem]


class MeteringResult(BaseModel):
    month: str
    dry_run: bool
    items: list[MeteredItem]
