"""Decisions and what is held for them, in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mcm.accounts.schemas import Words
from mcm.kit.documents import MAX_CHARACTERS
from mcm.kit.money import Currency
from mcm.placement.scoring import WEIGHTS

PlacementStatus = Literal[
    "impossible", "reserved", "awaiting_approval", "binding", "bound", "partial", "failed", "rejected", "cancelled",
    "expired",
]  # fmt: skip
ReservationStatus = Literal["reserved", "committed", "released", "expired"]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
MAX_MINUTES = 7 * 24 * 60


class Weights(BaseModel):
    """How much each counts against the others."""

    model_config = ConfigDict(extra="forbid")

    cost: _Weight = WEIGHTS["cost"]
    headroom: _Weight = WEIGHTS["headroom"]
    steadiness: _Weight = WEIGHTS["steadiness"]
    spread: _Weight = WEIGHTS["spread"]
    preference: _Weight = WEIGHTS["preference"]

    @model_validator(mode="after")
    def _one_counts(self) -> "Weights":
        if not any(self.model_dump().values()):
            raise ValueError("at least one weight must be more than 0")
        return self


class PlacementCreate(BaseModel):
    """Either `workload` (the name of a stored one) or `text` (a document).

    groups: in order, each an ownership, an account, a location or `label:…`: what fits in the first goes there. params:
    for `*`, an account, `account/region` or a location, what instances are made with there. only, besides: locations,
    accounts or kinds of ownership. minutes: how long the room is held."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, min_length=1, max_length=MAX_CHARACTERS)
    workload: str | None = Field(None, min_length=1, max_length=63)
    groups: list[_Id] = Field(default_factory=list, max_length=20)
    weights: Weights = Weights()
    users_at: Words | None = Field(None, description="site or city of the users")
    currency: Currency | None = Field(None, description="default that of the budget, or MCM_CURRENCY")
    params: dict[_Id, dict[str, Any]] = Field(default_factory=dict, max_length=200)
    only: list[_Id] = Field(default_factory=list, max_length=500)
    besides: list[_Id] = Field(default_factory=list, max_length=500)
    minutes: int = Field(60, ge=1, le=MAX_MINUTES)


class RuleItem(BaseModel):
    """values: what was compared; the sentences are made of them."""

    rule: str
    values: dict[str, Any]
    reason: str = ""
    reason_zh: str = ""
    how_to_fix: str = ""
    how_to_fix_zh: str = ""


class ScoreItem(BaseModel):
    """parts: each from 0 to 1, the better the higher; total: weighed. group: rank among the ordered groups."""

    parts: dict[str, float]
    total: float
    group: int


class CandidateItem(BaseModel):
    """A tier at a location. cost: of all its instances in a month; null: not known. complete: everything is in it, else
    it is at least that much. points: the price points behind it. unknown: rules that passed because nobody could say.
    said: what policies say besides what they forbid."""

    tier: str
    location: str
    ownership: str
    allowed: bool
    chosen: bool
    runner_up: bool
    as_of: datetime | None
    cost: str | None
    currency: str
    basis: str
    complete: bool
    points: list[str]
    score: ScoreItem | None
    failed: list[RuleItem]
    unknown: list[RuleItem]
    passed: list[str]
    said: list[dict[str, Any]]


class PartItem(BaseModel):
    """`count` instances of a tier at one location."""

    tier: str
    part: int
    count: int
    location: str
    account: str
    region: str
    zone: str
    group: int
    cost: str | None
    image: str | None
    flavor: str | None
    needs: dict[str, float]


class AssignmentItem(BaseModel):
    """egress: of traffic between tiers, in a month; unpriced_edges: how many have no price. complete: nothing is
    missing from the cost, else it is at least that much."""

    parts: list[PartItem]
    score: float
    group: int
    cost: str | None
    complete: bool
    egress: str | None
    unpriced_edges: int
    currency: str
    crowding: float


class _Withheld(BaseModel):
    """amounts_withheld: why amounts are null here; null: they are shown."""

    amounts_withheld: str | None = None
    amounts_withheld_zh: str | None = None


class NearestItem(BaseModel):
    """A tier that may go nowhere. nearest: the location that the fewest rules keep it from; lacks: which. blocked: how
    many locations each rule keeps it from."""

    tier: str
    nearest: str | None
    lacks: list[RuleItem]
    blocked: dict[str, int]


class ImpossibleItem(BaseModel):
    """What would make it fit. without: constraints that, left out alone, would. proven: false where the search was cut
    short: it may be possible all the same."""

    tiers: list[NearestItem]
    without: list[str]
    sentences: list[str]
    sentences_zh: list[str]
    proven: bool
    places: int


class OutcomeItem(_Withheld):
    """cut: the search was ended before it had seen everything; what it found is good, and may not be the best."""

    feasible: bool
    cut: bool
    steps: int
    weights: dict[str, float]
    chosen: AssignmentItem | None
    runner_up: AssignmentItem | None
    candidates: list[CandidateItem]
    policies: list[dict[str, Any]]
    stale: list[str]
    impossible: ImpossibleItem | None


class PlacementItem(BaseModel):
    """spilled: something is beyond the first of the ordered groups. at: where it is or is to be; elsewhere: at how many
    places besides, which you may not see."""

    id: str
    workload: str
    workload_version: int | None
    tenant_id: str
    status: PlacementStatus
    reason: str | None
    at: list[str]
    elsewhere: int
    instances: int
    spilled: bool
    hash: str
    needs: list[str]
    requires_approval: bool
    requested_by: str
    decided_by: str | None
    created_at: datetime
    expires_at: datetime
    applied_at: datetime | None
    finished_at: datetime | None
    version: int


class MadeItem(BaseModel):
    """location: empty where it is at a place that you may not see; `tried` lacks such places, the reason is null."""

    tier: str
    number: int
    name: str
    location: str
    status: str
    operation_id: str | None
    operation_status: str | None
    tried: list[str]
    reason: str | None


class ReservationItem(BaseModel):
    """location: empty where it is a place that you may not see."""

    id: str
    placement_id: str
    tenant_id: str
    location: str
    tier: str
    instances: int
    vcpus: float
    memory_gib: float
    disk_gib: float
    gpus: float
    generation: int
    status: ReservationStatus
    created_at: datetime
    until: datetime
    settled_at: datetime | None


class PlacementDetail(PlacementItem):
    """as_of: when the decision was made of what was known."""

    as_of: datetime
    outcome: OutcomeItem
    made: list[MadeItem]
    reservations: list[ReservationItem]


class PlacementPreview(BaseModel):
    """What would be decided now. Nothing was stored or held."""

    dry_run: bool = True
    workload: str
    hash: str
    as_of: datetime
    outcome: OutcomeItem


class ApplyPreview(BaseModel):
    """What applying it now would ask for. Nothing was stored or sent. against: what has changed since."""

    dry_run: bool = True
    id: str
    would_make: int
    at: list[str]
    against: list[dict[str, Any]]
    sentence: str


class ReplayItem(BaseModel):
    """same: the inputs that were kept lead to the same outcome. now: what would be decided of what is known now.
    come_home: it could go to an earlier group now. changed: it would go elsewhere."""

    id: str
    hash: str
    replayed_hash: str
    same: bool
    changed: bool
    come_home: bool
    now: OutcomeItem


class WhyTier(BaseModel):
    """Of one tier at one location. behind: how much less it scores than what was chosen; null: it is no candidate."""

    tier: str
    allowed: bool
    chosen: bool
    failed: list[RuleItem]
    unknown: list[RuleItem]
    said: list[dict[str, Any]]
    score: ScoreItem | None
    behind: float | None
    sentence: str
    sentence_zh: str


class WhyItem(_Withheld):
    id: str
    location: str
    tiers: list[WhyTier]


class Approval(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hash: str = Field(min_length=64, max_length=64, pattern=r"^[0-9a-f]+$", description="of the decision looked at")


class Rejection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
