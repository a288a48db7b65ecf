"""Utilisation in the HTTP API."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class UtilisationPoint(BaseModel):
    """One day (UTC). coverage: which share of it was measured."""

    day: date
    samples: int
    coverage: float
    min: float
    p50: float
    p95: float
    max: float
    mean: float


class MetricUtilisation(BaseModel):
    """unit: `share` (0 to 1) or `bytes_per_second`. p95: the highest of the days' own."""

    metric: str
    unit: Literal["share", "bytes_per_second"]
    days: int
    first: date
    last: date
    coverage: float
    p95: float
    max: float
    mean: float
    points: list[UtilisationPoint]


class ResourceUtilisation(BaseModel):
    """metrics: only what was measured. read_at: when the account's cloud was last asked; status: how that went, `never`
    when it has not been and `unsupported` when it cannot be."""

    resource_id: str
    since: date
    until: date
    status: Literal["never", "unsupported", "waiting", "running", "ok", "failed"]
    read_at: datetime | None
    metrics: list[MetricUtilisation]


class UtilisationReadItem(BaseModel):
    """resources: how many the cloud was asked about; measured: how many of them had any measurement."""

    account_id: str
    account: str
    provider: str
    status: Literal["never", "waiting", "running", "ok", "failed"]
    due_at: datetime | None
    read_at: datetime | None
    resources: int
    measured: int
    error_code: str | None
    error_message: str | None


class UtilisationAsk(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: str = Field(min_length=1, max_length=100, description="name or id")
