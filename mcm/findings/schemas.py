"""Findings in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.money import Amount
from mcm.plans.schemas import Note, PlanSummary

FindingKind = Literal[
    "idle_instance", "oversized_instance", "orphaned_volume", "orphaned_address", "old_snapshot",
    "uncommitted_instance",
]  # fmt: skip
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$", strip_whitespace=True)]


class CostFinding(BaseModel):
    """saving: in a month, in `currency`; null where no price is known. basis: what it rests on (billed, contracted,
    list, modelled, unknown). evidence: numbers and dates by name. notes: codes of what to know. action, params: what
    carries it out; null: a person does, at the cloud. status: open, dismissed or resolved."""

    id: str
    kind: FindingKind
    status: Literal["open", "dismissed", "resolved"]
    resource_id: str
    name: str
    resource_kind: str
    state: str
    account: str | None
    account_id: str
    region: str
    confidence: Literal["high", "medium", "low"]
    saving: Amount | None
    currency: str | None
    basis: str
    evidence: dict[str, Any]
    notes: list[str]
    action: str | None
    params: dict[str, Any]
    since: datetime
    last_checked: datetime
    resolved_at: datetime | None
    dismissed_at: datetime | None
    dismissed_until: datetime | None
    dismissed_by: str | None
    dismissed_why: str | None


class FindingSum(BaseModel):
    """Of one kind and currency. priced: of how many the saving is known; saving: their sum."""

    kind: FindingKind
    currency: str | None
    count: int
    priced: int
    saving: Amount | None


class FindingSummary(BaseModel):
    """Of what is open and may be seen. as_of: when the inventory was last looked through; null: never."""

    as_of: datetime | None
    kinds: list[FindingSum]


class FindingsChecked(BaseModel):
    open: int
    new: int
    resolved: int


class FindingDismissal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason
    until: AwareDatetime | None = Field(None, description="after that it is shown again; none: never")


class FindingPlan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    findings: list[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = Field(
        min_length=1, max_length=500, description="ids"
    )
    note: Note = Field("", description="what it is for; whoever approves reads it")


class FindingPlans(BaseModel):
    """One plan for each action with its parameters: what is resized to different sizes is in different plans."""

    plans: list[PlanSummary]
