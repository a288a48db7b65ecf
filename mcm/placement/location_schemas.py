"""Places and the distance between them, in the HTTP API."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcm.accounts.schemas import Words
from mcm.kit.money import Amount

_Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_Percent = Annotated[Amount, Field(ge=0, le=100)]
_Ratio = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class RoomItem(BaseModel):
    """room: free and not reserved; null: not known. reserved: of the place, or of its region where that shares it."""

    resource: str
    room: float | None
    free: float | None
    total: float | None
    reserved: float
    source: str
    as_of: datetime | None
    unlimited: bool


class LocationSet(BaseModel):
    """What people say of it; null: nothing is said here, what is said of the region or account holds. sla_percent: the
    availability that was promised, as "99.95", and sla_source where that is written; mcm knows of none by itself."""

    model_config = ConfigDict(extra="forbid")

    site: Words | None = None
    city: Words | None = None
    jurisdiction: Words | None = None
    cpu_overcommit: _Ratio | None = None
    memory_overcommit: _Ratio | None = None
    vcpus: _Amount | None = None
    memory_gib: _Amount | None = None
    disk_gib: _Amount | None = None
    gpus: _Amount | None = None
    closed: bool = False
    sla_percent: _Percent | None = None
    sla_source: Words | None = None


class LocationItem(BaseModel):
    """used: the larger of the used shares of vcpus and memory. stale: what may no longer be true."""

    id: str
    account: str
    account_id: str
    provider: str
    ownership: str
    tenant: str
    region: str
    zone: str
    site: str | None
    city: str | None
    jurisdiction: str | None
    labels: list[str]
    status: str
    closed: bool
    creates: bool | None
    hosts: int | None
    cpu_overcommit: float | None
    used: float | None
    capacity: list[RoomItem]
    as_of: datetime | None
    stale: list[str]
    generation: int


class LocationDetail(LocationItem):
    """said: of exactly this place; version: its ETag."""

    said: LocationSet
    version: int


class LatencySet(BaseModel):
    model_config = ConfigDict(extra="forbid")

    level: Literal["site", "city"]
    one: Words
    other: Words
    ms: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    source: Words = "said"


class LatencyWrite(BaseModel):
    """Adds or replaces these; others stay."""

    model_config = ConfigDict(extra="forbid")

    items: list[LatencySet] = Field(min_length=1, max_length=5000)


class LatencyItem(LatencySet):
    set_by: str
    set_at: datetime


class LatencyList(BaseModel):
    items: list[LatencyItem]
