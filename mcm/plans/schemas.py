"""Plans, the recycle bin and retirement in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from mcm.operations.schemas import Impact

PlanStatus = Literal[
    "draft", "awaiting_approval", "approved", "applying", "applied", "rejected", "expired", "cancelled", "stale"
]
Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
MAX_DAYS = 365


class PlanCreate(BaseModel):
    """Either `filter` (what matches it now) or `resources` (exactly these)."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(max_length=60, description="such as instance.stop; GET /api/v1/actions lists all")
    filter: str | None = Field(None, min_length=1, max_length=4000, description='such as: tags.env = "dev"')
    resources: list[_Id] = Field(default_factory=list, max_length=2000, description="ids")
    params: dict[str, Any] = Field(default_factory=dict)
    note: Note = Field("", description="what it is for; whoever approves reads it")


class Why(BaseModel):
    """What keeps a resource from being a target, or kept it from being asked for."""

    reason_code: str
    reason: str
    reason_zh: str
    how_to_fix: str
    how_to_fix_zh: str


class PlanItemView(BaseModel):
    """status: target, asked, recycled, refused or left; state: at the time of planning."""

    resource_id: str
    name: str
    kind: str
    account: str
    account_id: str
    state: str
    data_class: str | None
    version: str
    status: str
    why: Why | None
    operation_id: str | None
    operation_status: str | None
    operation_error: str | None


class Drift(BaseModel):
    """A target that is not what it was: the names of what changed, and values where they may be told."""

    resource_id: str
    name: str
    changed: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


class PlanSummary(BaseModel):
    """counts: items by where they stand; what was asked for by the status of its operation."""

    id: str
    status: PlanStatus
    action: str
    params: dict[str, Any]
    filter: str | None
    note: str
    hash: str
    destructive: bool
    reversible_by: str
    requested_by: str
    requires_approval: bool
    approval: str
    approval_zh: str
    needs: list[str]
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    created_at: datetime
    expires_at: datetime
    applied_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, int]
    version: int


class PlanDetail(PlanSummary):
    impact: Impact
    drift: list[Drift]
    items: list[PlanItemView]


class PlanDryRun(BaseModel):
    """What applying it now would ask for. Nothing was stored or sent."""

    dry_run: bool = True
    id: str
    action: str
    would_ask: int
    sentence: str


class PlanRetried(PlanSummary):
    retried: int


class Approval(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hash: str = Field(
        min_length=64, max_length=64, pattern=r"^[0-9a-f]+$", description="of the plan that was looked at"
    )


class Rejection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Note = Field(min_length=1)


class PlanLimits(BaseModel):
    approval_above: int
    plan_hours: int
    destroy_per_request: int
    destroy_per_day: int


class RecycleCreate(BaseModel):
    """days: default what the account keeps, else 7."""

    model_config = ConfigDict(extra="forbid")

    resource: _Id
    days: int | None = Field(None, ge=1, le=MAX_DAYS)
    note: Note = ""


class RecycledItem(BaseModel):
    id: str
    resource_id: str
    name: str
    account: str
    status: Literal["kept", "deleting", "deleted", "restored", "left"]
    was: str
    note: str
    reason: str | None
    requested_by: str
    created_at: datetime
    delete_at: datetime
    ended_at: datetime | None
    stop_operation: str | None
    delete_operation: str | None
    start_operation: str | None = None


class RecycleDryRun(BaseModel):
    dry_run: bool = True
    resource_id: str
    name: str
    sentence: str


class RecycleDays(BaseModel):
    """0: what is deleted is deleted at once."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(ge=0, le=MAX_DAYS)


class RetirementWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    retire_at: AwareDatetime
    note: Note = ""


class RetirementItem(BaseModel):
    resource_id: str
    name: str
    kind: str
    state: str
    account_id: str
    owner: str | None
    retire_at: datetime
    note: str
    set_by: str
    set_at: datetime
    reminded_at: datetime | None
    stopped_at: datetime | None
    operation_id: str | None
    reason: str | None
