"""Forecasts and anomalies in the HTTP API."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from mcm.allocations.schemas import Gap, RateUsed
from mcm.kit.money import Amount


class TryItem(BaseModel):
    month: str
    predicted: Amount
    actual: Amount


class ForecastItem(BaseModel):
    """Of cost before it is shared by rules. method: last_month, trend or profile, whichever was nearest in the `tries`.
    mape: the mean error of these, as a share of 1. low, high: the amount times what the tries were off by at most.
    so_far: of the month, until known_until."""

    currency: str
    month: str
    amount: Amount
    presented: str
    low: Amount
    high: Amount
    method: Literal["last_month", "trend", "profile"]
    mape: Amount
    tries: list[TryItem]
    so_far: Amount
    known_until: date | None
    whole_months: int


class ForecastList(BaseModel):
    """too_short: currencies whose history is too short to tell."""

    cost: Literal["billed", "effective"]
    items: list[ForecastItem]
    too_short: list[str]
    rates: list[RateUsed]
    gaps: list[Gap]


class AnomalyItem(BaseModel):
    """amount: of the day `on`; expected: the median of the days before `since`; limit: what a day may cost without
    being odd; excess: what all days since then cost beyond what was expected; presented: that, rounded."""

    account_id: str | None
    account: str | None
    service: str | None
    currency: str
    on: date
    since: date
    amount: Amount
    expected: Amount
    limit: Amount
    excess: Amount
    presented: str


class AnomalyList(BaseModel):
    cost: Literal["billed", "effective"]
    items: list[AnomalyItem]
