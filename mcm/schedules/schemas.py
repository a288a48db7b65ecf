"""Schedules in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ScheduleName = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s/\x00-\x1f\x7f]+( [^\s/\x00-\x1f\x7f]+)*$")
]


class ScheduleWrite(BaseModel):
    """cron: five fields (minute hour day month weekday) in `time_zone`. skip: days off, as 2026-10-01 or
    2026-10-01/2026-10-07. tenant: whose it is; default the caller's own."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(max_length=60, description="one that can be taken back, such as instance.stop")
    params: dict[str, Any] = Field(default_factory=dict)
    filter: str = Field(min_length=1, max_length=4000, description='such as: tags.env = "dev"')
    cron: str = Field(max_length=200)
    time_zone: str = Field("UTC", max_length=60)
    skip: list[Annotated[str, StringConstraints(max_length=30)]] = Field(default_factory=list, max_length=400)
    enabled: bool = True
    tenant: str | None = Field(None, max_length=200)


class ScheduleItem(BaseModel):
    """suspended: why it cannot run, until somebody with the rights writes it anew."""

    id: str
    name: str
    tenant_id: str
    acts_as: str
    action: str
    params: dict[str, Any]
    filter: str
    cron: str
    time_zone: str
    skip: list[str]
    enabled: bool
    suspended: str | None
    next_at: datetime | None
    version: int


class ScheduleRunItem(BaseModel):
    """left: how many were not asked for, by reason."""

    id: str
    due_at: datetime
    started_at: datetime
    outcome: str
    reason: str | None
    targets: int
    asked: int
    left: dict[str, int]
    operations: list[str]


class Target(BaseModel):
    id: str
    name: str
    account: str
    state: str
    allowed: bool
    reason: str
    reason_zh: str


class Preview(BaseModel):
    """What it would do if it were due now, and when it is next. Nothing is stored or sent."""

    dry_run: bool = True
    next_times: list[datetime]
    matching: int
    would_ask: int
    targets: list[Target] = Field(description="at most 100")


class ScheduleDetail(ScheduleItem):
    next_times: list[datetime]
    runs: list[ScheduleRunItem] = Field(description="the newest 20")


class ScheduleList(BaseModel):
    items: list[ScheduleItem]
