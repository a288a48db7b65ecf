"""Optimizations in the HTTP API. What is told carries codes with parameters, and their sentences in both languages."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mcm.kit.money import Amount, Currency
from mcm.workloads.documents import Name

Goal = Literal["cost", "rebalance", "consolidate", "evacuate"]
Status = Literal["queued", "running", "done", "failed", "cancelled", "abandoned"]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class OptimizationCreate(BaseModel):
    """workloads: only these, which are stored; what runs stays where it is. None: all that is placed nowhere, and what
    runs. account: only what runs there, or (evacuate) what has to leave; so site."""

    model_config = ConfigDict(extra="forbid")

    goal: Goal = "cost"
    workloads: list[Name] = Field(default_factory=list, max_length=2_000)
    account: _Text | None = None
    site: _Text | None = None
    level: Literal["host", "location"] = Field("host", description="rebalance: over hosts, or over locations")
    time_limit_s: Annotated[int, Field(ge=1, le=600)] = 60
    currency: Currency | None = Field(None, description="ISO 4217; default the organisation's (MCM_CURRENCY)")
    least_saving: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Field(
        Decimal(1), description="cost: what one move must save in a month at least, in `currency`"
    )
    reserve: Annotated[float, Field(ge=0, le=0.9)] = Field(
        0.1, description="consolidate: the share of each host that is kept free"
    )

    @model_validator(mode="after")
    def _fits(self) -> "OptimizationCreate":
        if self.goal == "evacuate" and (self.account is None) == (self.site is None):
            raise ValueError("evacuate is about an `account` or about a `site`: give one of them")
        if self.workloads and self.goal != "cost":
            raise ValueError(f"{self.goal} is about what runs: `workloads` go with the goal cost only")
        if self.site is not None and self.goal != "evacuate":
            raise ValueError(f"`site` goes with the goal evacuate, not with {self.goal}")
        return self


class OptimizationAsked(OptimizationCreate):
    """As it is kept: with its currency."""

    currency: Currency


class _Withheld(BaseModel):
    """amounts_withheld: why amounts are null here; null: they are shown."""

    amounts_withheld: str | None = None
    amounts_withheld_zh: str | None = None


class Told(BaseModel):
    """A code with parameters, and what it says."""

    code: str
    params: dict[str, Any]
    text: str
    text_zh: str


class Spot(BaseModel):
    location: str
    host: str | None = None


class Subject(BaseModel):
    """kind: instance (it runs; id) or tier (of a workload; count instances of it)."""

    kind: Literal["instance", "tier"]
    id: str | None
    name: str
    count: int


class Risk(BaseModel):
    """downtime: none (it moves while it runs), restart, or none for what does not run yet (new). egress_gib: how much
    disk, egress: what leaving costs once; None: not known. policies: what speaks against the place without forbidding
    it."""

    downtime: Literal["none", "restart", "new"]
    egress_gib: Amount | None
    egress: Amount | None
    policies: list[dict[str, Any]]


class OptimizationRowItem(_Withheld):
    """how: migrate (mcm can), place (`mcm place`), person (somebody must; steps), or none for what is left over.

    saving: in a month; None: not known on one side. basis: of the worse of both."""

    number: int
    kind: Literal["move", "left"]
    subject: Subject
    origin: Spot | None
    target: Spot | None
    how: Literal["migrate", "place", "person", "none"]
    reasons: list[Told]
    steps: list[Told]
    before: Amount | None
    after: Amount | None
    saving: Amount | None
    currency: str
    basis: str
    complete: bool
    risk: Risk | None
    plan_id: str | None
    move_id: str | None = None


class PlaceLoad(BaseModel):
    """used_*: shares of the capacity, None: not known. emptied: nothing is there any more of what was."""

    location: str
    host: str | None
    before: int
    after: int
    used_vcpus_before: float | None
    used_vcpus_after: float | None
    used_memory_before: float | None
    used_memory_after: float | None
    emptied: bool


class OptimizationResult(BaseModel):
    """method: quick, search or proven. why: of a quick answer, why there is no other. gap: how much more than the best
    possible it costs at most, as a share; None: not known. saving: of all moves whose two prices are known, in a month;
    null: amounts are withheld. unpriced: how many have not. places: where something changes, at most 1,000."""

    method: str
    why: Told | None
    gap: float | None
    subjects: int
    moves: int
    left: int
    saving: Amount | None
    unpriced: int
    currency: str
    rates: Literal["marginal"] = "marginal"
    figures: dict[str, Any]
    warnings: list[Told]
    places: list[PlaceLoad]
    as_of: datetime | None


class OptimizationItem(_Withheld):
    id: str
    status: Status
    goal: Goal
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    method: str | None
    gap: float | None
    moves: int | None
    left: int | None
    saving: Amount | None
    currency: str


class OptimizationDetail(OptimizationItem):
    asked: dict[str, Any]
    error: Told | None
    result: OptimizationResult | None


class ApplyRequest(BaseModel):
    """rows: numbers of moves; none: all that mcm can carry out. moves: whether those between clouds begin, as copies of
    what runs on or after a stop; none: they stay with people."""

    model_config = ConfigDict(extra="forbid")

    rows: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list, max_length=10_000)
    moves: Literal["none", "copy", "stop"] = "none"


class MadePlan(BaseModel):
    """plan_id: None of a dry run. host: where its instances would go."""

    plan_id: str | None
    host: str
    resources: int
    requires_approval: bool


class MadeMove(BaseModel):
    """row: its number. possible: whether mcm can; against: what is in the way. move_id: of one that was begun."""

    row: int
    move_id: str | None
    possible: bool
    against: list[Told]


class Applied(BaseModel):
    """moves: of those between clouds, at most 100. person: moves that somebody must make, place: workloads for
    `mcm place`; neither is in a plan."""

    plans: list[MadePlan]
    moves: list[MadeMove] = []
    person: int
    place: int
    already: int
