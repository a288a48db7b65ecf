"""Comparisons and estimates in the HTTP API. Amounts are decimals in strings; null is unknown, and never 0."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from mcm.kit.documents import MAX_CHARACTERS
from mcm.kit.money import Amount, Currency, exact
from mcm.prices.offers import Option

Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ExportFormat = Literal["csv", "xlsx", "html"]


def _kept(value: object) -> Decimal:
    exact(value)
    return Decimal(str(value))


# What was rounded for people keeps its zeros: 12.50, not 12.5.
Shown = Annotated[
    Decimal,
    BeforeValidator(_kept),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,20}(\.\d{1,18})?$", "examples": ["12.50"]}),
]


class CompareRequest(BaseModel):
    """What is compared: one of workload (a stored one's name), document (YAML or JSON) or filter (instances that are).

    currency: what everything is converted to; default that of the workload's budget, else the organisation's
    (MCM_CURRENCY). options: of public clouds; default all that the workload allows. locations: accounts, providers,
    regions, cities, sites or `account/region`; default all. tax: as 0.13; without it no tax is in the totals. hours:
    in a month, for a filter. on: the day whose prices hold; default today."""

    model_config = ConfigDict(extra="forbid")

    workload: Word | None = None
    version: int | None = Field(None, ge=1)
    document: str | None = Field(None, min_length=1, max_length=MAX_CHARACTERS)
    filter: str | None = Field(None, min_length=1, max_length=4000)
    currency: Currency | None = None
    options: list[Option] = Field(default_factory=list)
    locations: list[Word] = Field(default_factory=list, max_length=1000)
    tax: Annotated[Amount, Field(ge=0, le=1)] | None = None
    hours: Annotated[Amount, Field(gt=0, le=744)] = Decimal(730)
    on: date | None = None


class EstimateWrite(CompareRequest):
    """title: default that of what is compared. tenant: whose it is; default the workload's, else the caller's own."""

    title: str = Field("", max_length=200)
    tenant: Word | None = None


class Said(BaseModel):
    """A code with its parameters, and what it says."""

    code: str
    params: dict[str, str]
    message: str
    message_zh: str


class CostLine(BaseModel):
    """amount, cash: in the comparison's currency; billed: as the price is. state: included, within (paid with another
    line), not_needed, not_included. amount: of a month, with its share of what is paid upfront; cash: of the first
    month, with all of it. age: fresh, amber (30 days) or red (90). tier: null for what all share. list_id, point_id:
    the price's own rows, or the rate card's."""

    item: str
    tier: str | None
    state: str
    amount: Amount | None
    cash: Amount | None
    billed: Amount | None
    billed_currency: str | None
    quantity: Amount | None
    unit: str | None
    unit_price: Amount | None
    upfront: Amount | None
    option: str | None
    term_months: int | None
    sku: str | None
    basis: str | None
    source: str | None
    priced_on: date | None
    age_days: int | None
    age: str | None
    list_id: str | None
    point_id: str | None
    seed: bool


class ItemSum(BaseModel):
    """All lines of an item. shown, shown_cash: rounded to what the currency has. state: not_included as soon as any of
    it is missing; amount is then what is known of it, or null."""

    item: str
    state: str
    amount: Amount | None
    cash: Amount | None
    shown: Shown | None
    shown_cash: Shown | None


class Total(BaseModel):
    """amount, cash: to the last digit, the sum of the lines. shown: rounded once; rounding: what the rounded items lack
    to it. at_least: something that is needed has no price and is not in it. basis: the worst of its parts."""

    amount: Amount | None
    cash: Amount | None
    shown: Shown | None
    shown_cash: Shown | None
    rounding: Shown | None
    rounding_cash: Shown | None
    at_least: bool
    basis: str


class Place(BaseModel):
    key: str
    provider: str | None
    region: str | None
    account: str | None
    account_id: str | None
    ownership: str | None
    site: str | None
    city: str | None
    jurisdiction: str | None


class SizeChosen(BaseModel):
    """over_*: beyond the need, of one instance."""

    tier: str
    count: int
    sku: str
    family: str | None
    vcpus: Amount
    memory_gib: Amount
    gpus: int
    over_vcpus: Amount
    over_memory_gib: Amount
    over_gpus: int


class AtUtilisation(BaseModel):
    utilisation: Amount
    amount: Amount | None
    shown: Shown | None


class BreakEvenItem(BaseModel):
    """Against one public column. code: from (private is cheaper from `utilisation` on), always, never (not even when
    everything is sold). over: the items that both have, which alone are compared."""

    column: str
    code: str
    utilisation: Amount | None
    over: list[str]
    public_amount: Amount


class ColumnItem(BaseModel):
    """One location and one way of buying. current: what the instances cost where they are. rank: by total, from 1; null
    without a total. above_cheapest: how much more than the cheapest that is whole. marginal: what one more costs in a
    private cloud, which placement goes by. used_utilisation: what its rate card is reckoned with.
    sensitivity: how far the total hangs on exchange rates, on the use of a commitment and on utilisation."""

    key: str
    place: Place
    option: str
    term_months: int | None
    current: bool = False
    rank: int | None
    above_cheapest: Amount | None
    total: Total
    items: list[ItemSum]
    lines: list[CostLine]
    sizes: list[SizeChosen]
    oldest_price: date | None
    age: str | None
    marginal: Amount | None
    marginal_shown: Shown | None
    used_utilisation: Amount | None
    measured_on: date | None
    utilisations: list[AtUtilisation]
    break_even: list[BreakEvenItem]
    sensitivity: list[Said] = Field(default_factory=list)
    notes: list[Said]


class RateItem(BaseModel):
    currency: str
    to: str
    rate: Amount
    source: str
    on: date
    seed: bool


class SubjectItem(BaseModel):
    """What was compared. kind: workload or selection. instances: how many; unknown: how many of them are left out."""

    kind: str
    name: str
    title: str
    version: int | None
    hash: str | None
    document: dict[str, Any] | None
    filter: str | None
    instances: int
    unknown: int
    at_least: bool


class Comparison(BaseModel):
    """columns: the cheapest first, those without a total last. Nothing in it is reckoned again when it is shown."""

    subject: SubjectItem
    currency: str
    on: date
    made_at: datetime
    hours: Amount
    tax: Amount | None
    columns: list[ColumnItem]
    rates: list[RateItem]
    notes: list[Said]


class EstimateItem(BaseModel):
    """cheapest: key of the column. total: of that."""

    id: str
    title: str
    tenant_id: str
    made_by: str
    created_at: datetime
    hash: str
    subject: str
    currency: str
    columns: int
    cheapest: str | None
    total: Amount | None


class EstimateDetail(EstimateItem):
    asked: dict[str, Any]
    comparison: Comparison


class EstimateRemoved(BaseModel):
    dry_run: bool = False
    estimate: str
