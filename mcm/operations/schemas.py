"""Operations in the HTTP API."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcm.kit.money import Amount

Status = Literal["queued", "sent", "observed", "succeeded", "failed", "in_doubt", "cancelled"]


class OperationCreate(BaseModel):
    """Either `resource` (what is acted on) or `account` and `region` (where something new is made)."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(max_length=60, description="such as instance.stop; GET /api/v1/actions lists all")
    resource: str | None = Field(None, max_length=200, description="id of the resource")
    account: str | None = Field(None, max_length=200, description="name or id, for what is new")
    region: str | None = Field(
        None, max_length=200, description="region, for what is new; needed where there are several"
    )
    params: dict[str, Any] = Field(default_factory=dict)


class StepItem(BaseModel):
    """repeat: what may be done when its outcome is unknown."""

    name: str
    status: Literal["new", "sending", "sent", "done"]
    attempts: int
    repeat: str


class OperationItem(BaseModel):
    """percent: null when the cloud does not say. made_id: the resource that is new, once the inventory has it."""

    id: str
    action: str
    status: Status
    account: str
    account_id: str
    region: str
    resource_id: str | None
    resource_name: str
    kind: str
    params: dict[str, Any]
    percent: int | None
    steps: list[StepItem]
    made_id: str | None
    made_native_id: str | None
    error_code: str | None
    error_message: str | None
    next_step: str | None
    provider_request_id: str | None
    plan_id: str | None
    requested_by: str
    created_at: datetime
    sent_at: datetime | None
    observed_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    version: int


class LogLine(BaseModel):
    """event: one of a fixed set; text: its sentence; values: what fills it."""

    at: datetime
    event: str
    text: str
    text_zh: str
    values: dict[str, Any]


class OperationDetail(OperationItem):
    log: list[LogLine]


class Warned(BaseModel):
    """What may not be meant, and stands in nobody's way."""

    param: str
    reason_code: str
    reason: str
    reason_zh: str
    how_to_fix: str
    how_to_fix_zh: str


class Dependant(BaseModel):
    """of: the target it hangs on; relation: how."""

    of: str
    id: str
    kind: str
    name: str
    state: str
    relation: str
    data_class: str | None
    protected: bool


class Impact(BaseModel):
    """What hangs on the targets. money: what all of them cost in a month of 730 hours, in `currency`; null where one of
    them has no price. unpriced: how many. basis: the worst of the prices. money_note: all of this as a sentence, with
    what is known of it and why the rest is not."""

    targets: int
    left: int
    dependants: int
    by_kind: dict[str, int]
    data_class: dict[str, int]
    dependants_data_class: dict[str, int]
    protected: dict[str, int]
    listed: list[Dependant] = Field(description="at most 200")
    money: Amount | None
    currency: str | None = None
    basis: str = "unknown"
    unpriced: int = 0
    money_note: str
    money_note_zh: str


class DryRunAnswer(BaseModel):
    """What would be asked of the cloud. Nothing was sent, stored or reserved. impact: of what destroys."""

    dry_run: bool = True
    action: str
    resource_id: str | None
    resource_name: str
    account: str
    region: str
    params: dict[str, Any]
    destructive: bool
    bill: str
    reversible_by: str
    sentence: str
    warnings: list[Warned] = []
    impact: Impact | None = None


class VerdictItem(BaseModel):
    """Whether it may be asked for now; if not: why, and what would help."""

    action: str
    allowed: bool
    reason_code: str
    reason: str
    reason_zh: str
    how_to_fix: str
    how_to_fix_zh: str
    destructive: bool
    params: dict[str, Any] = Field(description="JSON schema of its parameters")


class Offer(BaseModel):
    """proven: a test brings it about at a real server or simulator. unproven: no server of the tests answers it."""

    support: Literal["proven", "unproven", "unsupported"]
    reason: str
    reason_zh: str


class ActionItem(BaseModel):
    id: str
    kind: str
    effect: str
    destructive: bool
    bill: str
    reversible_by: str
    states: list[str]
    leads_to: list[str]
    makes: str | None
    on_account: bool = Field(description="makes something new in an account; needs no resource")
    timeout_s: int
    params: dict[str, Any]
    providers: dict[str, Offer]


class Resolution(BaseModel):
    """What somebody has found out about an operation in doubt."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["succeeded", "failed"]
