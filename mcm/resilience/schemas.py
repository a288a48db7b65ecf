"""Availability and redundancy in the HTTP API. Shares are from 0 to 1, as text, so that nines are not lost."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

Share = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[01](\.\d{1,18})?$", "examples": ["0.999500"]}),
]


class AccountAvailability(BaseModel):
    """The share of time in which the account's API answered mcm: not that of the machines behind it.

    available: of the time in which somebody looked; null: nobody did. coverage: how much of the period that is.
    first, last: of the reads in it. promised_percent: what was promised for the account (`mcm location set`); null:
    nobody said."""

    account: str
    account_id: str
    provider: str
    since: datetime
    until: datetime
    available: Share | None
    coverage: Share
    answered_s: int
    unanswered_s: int
    period_s: int
    outages: int
    reads: int
    first: datetime | None
    last: datetime | None
    promised_percent: Share | None
    promised_source: str | None


class AvailabilityReport(BaseModel):
    basis: Literal["observed"] = "observed"
    since: datetime
    until: datetime
    step_s: int
    text: str
    text_zh: str
    items: list[AccountAvailability]


class Composition(BaseModel):
    """value: null where a part is not known; lacking: which parts."""

    value: Share | None
    formula: str
    lacking: list[str]


class PlaceShare(BaseModel):
    """observed: that of its account; promised_percent: of the narrowest place for which somebody said it."""

    location: str
    account: str
    site: str | None
    city: str | None
    instances: int
    observed: Share | None
    coverage: Share | None
    promised_percent: Share | None
    promised_source: str | None


class TierRedundancy(BaseModel):
    """running: instances that run, which alone stand in for each other; stopped: others. single: level → the one place
    at which all of it stands; null: of some it is not known. A level at which there are several is left out."""

    tier: str
    running: int
    stopped: int
    places: list[PlaceShare]
    single: dict[str, str | None]
    observed: Composition
    promised: Composition


class ApplicationAvailability(BaseModel):
    """observed, promised: of the whole, serial over its tiers, each of which is parallel over its accounts (observed)
    or its locations (promised). as_of: of the inventory's oldest part that was used."""

    application: str
    since: datetime
    until: datetime
    as_of: datetime | None
    instances: int
    tiers: list[TierRedundancy]
    observed: Composition
    promised: Composition
    text: str
    text_zh: str
