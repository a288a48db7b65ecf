"""What one thing costs, in the HTTP API. Amounts are decimals in strings; null is unknown, and never 0."""

from datetime import date, datetime

from pydantic import BaseModel

from mcm.costs.schemas import CostLine, Place, RateItem, Said, Shown
from mcm.kit.money import Amount


class Quote(BaseModel):
    """What something costs while it is there: month (730 hours) and hour, exact; shown: the month, rounded once. None
    when what it mainly is has no price, which `notes` say. currency: that of the place's prices unless asked for; null
    where it has none. at_least: something that is needed has no price. basis: the worst of the lines'. sku: whose
    price it is."""

    place: Place
    on: date
    currency: str | None
    month: Amount | None
    hour: Amount | None
    shown: Shown | None
    at_least: bool
    basis: str
    sku: str | None
    lines: list[CostLine]
    rates: list[RateItem]
    notes: list[Said]


class ChargedMonth(BaseModel):
    """What was booked to a resource in a month, for one payer, currency and basis (billed, modelled).

    billed, effective: null when no charge says. unknown: how many of the charges do not say what was billed. tenant:
    its path; null for one outside of what the caller sees."""

    month: str
    currency: str
    basis: str
    billed: Amount | None
    effective: Amount | None
    charges: int
    unknown: int
    tenant_id: str | None
    tenant: str | None


class ResourceCost(BaseModel):
    """run_rate: of the thing itself, by the price that holds today; null for kinds that nobody prices, as `why` says.
    months: the newest first, of `since` and later. tenant: who pays what is charged from now on; application,
    environment, cost_center: what its labels, or else its tags, say."""

    resource_id: str
    kind: str
    state: str
    owner: str | None
    tenant_id: str
    tenant: str | None
    application: str | None
    environment: str | None
    cost_center: str | None
    run_rate: Quote | None
    why: Said | None
    since: str
    months: list[ChargedMonth]
    made_at: datetime
