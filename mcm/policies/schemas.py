"""Policies, exceptions, violations and rules of classification in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.documents import MAX_CHARACTERS
from mcm.policies.documents import ExceptionRequest, Mode, PolicyId, Severity

DataClass = Literal["public", "internal", "confidential", "restricted"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class PolicyWrite(BaseModel):
    """document: the policy as YAML."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(min_length=1, max_length=MAX_CHARACTERS)


class FindingItem(BaseModel):
    """line and column: from 1. excerpt: the line with a caret below."""

    line: int
    column: int
    path: str
    severity: Literal["error", "warning"]
    message: str
    suggestion: str | None
    excerpt: str


class ExampleItem(BaseModel):
    name: str
    expect: str
    said: str = Field(description="allow, deny, or error, which counts as deny")
    ok: bool
    why: str


class WarningItem(BaseModel):
    code: str = Field(description="refuses_everything or contradiction")
    message: str
    message_zh: str
    policies: list[str]
    count: int
    subjects: list[str]


class SimulatedItem(BaseModel):
    id: str
    name: str
    account: str | None
    at: datetime | None
    outcome: str
    message: str
    message_zh: str
    values: dict[str, Any]


class SimulatedRequests(BaseModel):
    """Instances that were asked for, and placements. items: some of those that would be refused."""

    total: int
    refused: int
    items: list[SimulatedItem]


class SimulatedRunning(BaseModel):
    """new: violating that do not violate the policy as it is stored now."""

    total: int
    violating: int
    new: int
    items: list[SimulatedItem]


class Simulation(BaseModel):
    """What the rule would say, whatever its mode."""

    days: int
    requests: SimulatedRequests
    running: SimulatedRunning


class Lint(BaseModel):
    """ok: it could be stored. hash, cel: of what it says, if it says something."""

    ok: bool
    id: str | None
    hash: str | None
    cel: str | None
    findings: list[FindingItem]
    examples: list[ExampleItem]
    warnings: list[WarningItem]
    simulation: Simulation | None = None


class PolicyItem(BaseModel):
    """tenant: path of the one whose it is; null: everybody's."""

    id: str
    title: str
    title_zh: str
    owner: str
    severity: Severity
    mode: Mode
    framework: list[str]
    tenant: str | None
    version: int = Field(description="the ETag")
    hash: str
    author: str
    changed_at: datetime
    violations: int = Field(description="open ones, of what you may see")


class PolicyDetail(PolicyItem):
    document: str
    cel: str
    soft: bool
    applies: list[str]
    examples: list[ExampleItem]


class PolicyVersionItem(BaseModel):
    id: str
    version: int
    removed: bool
    hash: str
    author: str
    created_at: datetime
    document: str


class PolicyRemoved(BaseModel):
    policy: str
    version: int


class StarterItem(BaseModel):
    name: str
    title: str
    title_zh: str
    severity: Severity
    mode: Mode
    applies: list[str]
    framework: list[str]
    soft: bool
    installed: bool
    document: str


class ExceptionWrite(ExceptionRequest):
    policy: PolicyId


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=1000)


class ExceptionItem(BaseModel):
    """field: `resource`, `workload.name` or `workload.application`. status: requested, approved, rejected, revoked or
    expired."""

    id: str
    policy: str
    field: str
    value: str
    reason: str
    status: str
    requested_by: str
    requested_at: datetime
    approver: str | None
    decided_by: str | None
    decided_at: datetime | None
    note: str
    expires_at: datetime


class ViolationItem(BaseModel):
    """status: open, excepted or resolved. outcome: what the rule said; error: it could not say, which counts as no."""

    id: str
    policy: str
    policy_version: int
    severity: Severity
    mode: Mode
    outcome: str
    status: str
    resource: str
    name: str
    account: str | None
    region: str
    state: str
    owner: str
    message: str
    message_zh: str
    values: dict[str, Any]
    exposure: dict[str, Any]
    exception: str | None
    hash: str
    since: datetime
    last_checked: datetime
    resolved_at: datetime | None


class PolicyCount(BaseModel):
    policy: str
    severity: Severity
    mode: Mode
    status: str
    count: int
    oldest: datetime


class ViolationSummary(BaseModel):
    """as_of: when all of it was true; null: nothing was checked yet. unclassified: instances of whose data nobody has
    said what it is; rules treat them as restricted."""

    as_of: datetime | None
    open: int
    excepted: int
    instances: int
    unclassified: int
    policies: list[PolicyCount]


class Checked(BaseModel):
    """looked_at: instances. Nothing is looked at when nothing has changed."""

    looked_at: int
    opened: int
    changed: int
    resolved: int


class Verdict(BaseModel):
    """outcome: pass, deny, warn, audit, soft, error or exempt. denies: whether it would keep the resource away."""

    policy: str
    version: int
    title: str
    title_zh: str
    severity: Severity
    mode: Mode
    outcome: str
    denies: bool
    message: str
    message_zh: str
    values: dict[str, Any]
    error: str
    exception: str | None


class Explained(BaseModel):
    """What every policy says to a resource where it is now, with the facts they see."""

    resource: str
    name: str
    allowed: bool
    score: float
    facts: dict[str, Any]
    location: dict[str, Any]
    verdicts: list[Verdict]


class ClassificationItem(BaseModel):
    """What is absent asks nothing. tag_value, name: whole, or a beginning followed by *."""

    model_config = ConfigDict(extra="forbid")

    data_class: DataClass
    account: Text | None = None
    project: Text | None = None
    tag_key: Text | None = None
    tag_value: Text | None = None
    name: Text | None = None


class ClassificationList(BaseModel):
    """The first rule that fits decides; what somebody set by hand stays."""

    model_config = ConfigDict(extra="forbid")

    rules: list[ClassificationItem] = Field(max_length=500)


class ClassMove(BaseModel):
    """source, target: null for unclassified."""

    source: str | None
    target: str | None
    count: int
    examples: list[str]


class ClassificationApplied(BaseModel):
    dry_run: bool
    rules: int
    resources: int
    moves: list[ClassMove]
