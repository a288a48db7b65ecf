"""Allocation rules and cost reports in the HTTP API."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcm.allocations.documents import RuleDocument
from mcm.kit.money import Amount, presented


def shown(amount: Decimal, currency: str) -> str:
    """Rounded to what the currency has, with all its digits: 33.00."""
    return format(presented(amount, currency), "f")


class AllocationRuleItem(BaseModel):
    """missing: what it names and is not there (any more); such a rule shares nothing."""

    name: str
    position: int
    document: RuleDocument = Field(description="as it is applied, without its defaults")
    missing: list[str]
    version: int = Field(description="the ETag")
    changed_at: datetime


class AllocationRulesWrite(BaseModel):
    """document: YAML with a list under `rules`. replace: rules that are not in it are removed. month: what a dry run
    shows the effect on; default the current one."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=1_000_000)
    replace: bool = False
    month: str | None = Field(None, max_length=20)


class RuleEffect(BaseModel):
    """What a rule would give to whom in a month. rule: None for what no rule shares."""

    rule: str | None
    tenant: str | None
    application: str | None
    cost_center: str | None
    currency: str
    amount: Amount
    left: str | None = Field(description="why a rule that fits could not share it")


class AllocationRulesApplied(BaseModel):
    """effects: of a dry run, on `month`."""

    dry_run: bool = False
    changed: list[str]
    removed: list[str]
    rules: list[str] = Field(description="all there are then, the first that applies first")
    month: str | None = None
    effects: list[RuleEffect] = []


class AllocationRuleRemoved(BaseModel):
    dry_run: bool = False
    allocation_rule: str


class Billed(BaseModel):
    currency: str
    amount: Amount


class ChangePart(BaseModel):
    """reason: price, usage, new, gone, allocation, idle, exchange, other."""

    reason: str
    amount: Amount


class ReportKey(BaseModel):
    """id: of a tenant or account; else what `name` is. Both None: nothing says (no tag, no application)."""

    by: str
    id: str | None
    name: str | None


class ReportLine(BaseModel):
    """amount: of this line alone; total: with the tenants below it (where the report is by tenant only, else the same).
    presented: rounded to what the currency has. by_rules: what of it rules gave; idle: what of it nobody used.
    difference = amount - before = the sum of change. unknown: charges whose bill does not say what they cost."""

    keys: list[ReportKey]
    currency: str
    amount: Amount
    presented: str
    total: Amount
    depth: int
    by_rules: Amount
    idle: Amount
    billed: list[Billed]
    charges: int
    unknown: int
    before: Amount | None = None
    difference: Amount | None = None
    change: list[ChangePart] = []


class Coverage(BaseModel):
    """of: linked (to a resource that is known), shared (by rules), allocated (either), tag:KEY, application,
    environment, cost_center. share: of the total, of 1; None where the total is not above 0."""

    of: str
    amount: Amount
    share: Amount | None


class ReportTotal(BaseModel):
    """rounding: presented, less the sum of the lines' presented. unallocated: neither linked nor shared; it falls to
    the tenant of its account."""

    currency: str
    amount: Amount
    presented: str
    rounding: Amount
    unallocated: Amount
    unknown: int
    coverage: list[Coverage]
    before: Amount | None = None
    difference: Amount | None = None
    change: list[ChangePart] = []


class RateUsed(BaseModel):
    """seed: it came with mcm and is an example of a rate, not that day's."""

    month: str
    currency: str
    to: str
    rate: Amount
    source: str
    on: date
    seed: bool


class Gap(BaseModel):
    """What the numbers lack. about: no_exchange_rate, names_unknown, nothing_to_share_by, unknown_cost,
    idle_unknown, not_metered, rules_cyclic, month_running (and is held against a whole one)."""

    about: str
    params: dict[str, Any]


class CostReport(BaseModel):
    """cost: billed (cash) or effective (amortised). rules: a mark of the rules it was made with."""

    month: str
    against: str | None
    by: list[str]
    cost: Literal["billed", "effective"]
    currency: str | None
    made_at: datetime
    rules: str
    whole: bool = Field(description="false: only the part of the cost that the caller may see")
    lines: list[ReportLine]
    totals: list[ReportTotal]
    rates: list[RateUsed]
    gaps: list[Gap]


class SourceItem(BaseModel):
    """Charges that are alike, or a share of them. source: names the group; trail: the rules that led here.

    charges_query: parameters with which `GET /charges` finds the charges; None when the caller does not see them."""

    source: str
    trail: list[str]
    kind: str
    tenant: str | None
    application: str | None
    cost_center: str | None
    account: str | None
    service: str | None
    region: str | None
    category: str | None
    currency: str
    amount: Amount
    quantity: Amount | None
    unit: str | None
    charges: int
    left: str | None
    charges_query: dict[str, list[str]] | None
