"""The inventory in the HTTP API."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcm.paging import Page

Presence = Literal["present", "missing", "gone", "stale", "unreachable"]
Managed = Literal["observed", "managed", "protected"]
DataClass = Literal["public", "internal", "confidential", "restricted"]


class Gap(BaseModel):
    """One scope that is not as it should be, and why."""

    account: str | None
    region: str
    kind: str
    status: Literal["stale", "unreachable", "quarantined", "unsupported", "never_read"]
    as_of: datetime | None
    reason: str
    reason_zh: str


class Freshness(BaseModel):
    """How true an answer is. `complete`: every scope that can hold matches was read completely and in time.

    `at_least`: numbers are lower bounds, because something could not be read; `gaps` names what (at most 20).
    Unsupported scopes are what a cloud has not at all; they are named and do not make an answer incomplete.
    `known_since`: for an instant before anything was known: when that began; null when nothing ever was, or else.
    """

    oldest_as_of: datetime | None
    scopes: int
    stale: int
    failing: int
    quarantined: int
    unsupported: int
    never_read: int
    complete: bool
    at_least: bool
    sentence: str
    gaps: list[Gap]
    known_since: datetime | None = None


class ResourceItem(BaseModel):
    """Instances carry vcpus, memory_mib, private_ips, public_ips, flavor, image and host here as well.

    With `columns` only the named fields and the id are there.
    """

    id: str
    account: str | None = Field(default=None, description="name of the account it is read through")
    account_id: str | None = None
    provider: str | None = None
    ownership: str | None = None
    kind: str | None = None
    native_id: str | None = None
    native_kind: str | None = None
    name: str | None = None
    region: str | None = None
    zone: str | None = None
    project: str | None = None
    project_name: str | None = None
    state: str | None = None
    native_state: str | None = None
    task_state: str | None = None
    presence: Presence | None = None
    stale_reason: str | None = Field(default=None, description="why it may no longer be true; null when it is fresh")
    as_of: datetime | None = Field(default=None, description="when the newest complete read of it began")
    tags: dict[str, str] | None = None
    labels: dict[str, str] | None = None
    owner: str | None = None
    data_class: str | None = None
    managed: str | None = None
    created_at: datetime | None = None
    first_seen: datetime | None = None
    last_changed: datetime | None = None
    missing_since: datetime | None = None
    gone_at: datetime | None = None
    attributes: dict[str, Any] | None = Field(default=None, description="typed, by kind; what is unknown is absent")
    version: int | None = Field(default=None, description="of mcm's own fields; the ETag")
    vcpus: int | None = None
    memory_mib: int | None = None
    private_ips: list[str] | None = None
    public_ips: list[str] | None = None
    flavor: str | None = None
    image: str | None = None
    host: str | None = None

    model_config = ConfigDict(extra="allow")


class ResourcePage(Page[ResourceItem]):
    freshness: Freshness


class SightingItem(BaseModel):
    """An account that sees the resource. missing_since: its newest complete read did not list it."""

    account: str | None
    account_id: str
    region: str
    kind: str
    as_of: datetime | None
    presence: Presence
    stale_reason: str | None
    stale_reason_zh: str | None
    missing_since: datetime | None
    held: bool


class RelationCount(BaseModel):
    direction: Literal["outgoing", "incoming"]
    type: str
    kind: str
    count: int


class ResourceDetail(ResourceItem):
    """`version` is the ETag; it counts changes of mcm's own fields."""

    native_scope: str = ""
    stale_reason_zh: str | None = None
    relations: list[RelationCount] = []
    sightings: list[SightingItem] = []


class NativeDocument(BaseModel):
    """The cloud's own document, without secrets and cut when larger than 64 KiB."""

    id: str
    at: datetime | None = Field(description="when mcm took this document")
    document: Any
    note: str = ""


class FieldChange(BaseModel):
    """`before` and `after` are null where the field was or is unknown."""

    field: str
    before: Any
    after: Any


class VersionItem(BaseModel):
    """What held from valid_from until valid_to (null: still does), and what it changed. first: the oldest one kept."""

    valid_from: datetime
    valid_to: datetime | None
    first: bool
    state: str
    native_state: str
    presence: str
    changes: list[FieldChange]


class RelatedResource(BaseModel):
    """known: whether mcm has it; what it has not was named by the cloud and is in no account that mcm reads."""

    id: str
    kind: str
    native_id: str
    known: bool
    name: str | None = None
    state: str | None = None
    presence: Presence | None = None
    account: str | None = None
    region: str | None = None
    note: str = ""


class RelationItem(BaseModel):
    """outgoing: this resource <type> the other. incoming: the other <type> this resource."""

    direction: Literal["outgoing", "incoming"]
    type: str
    resource: RelatedResource


class FacetValue(BaseModel):
    value: str | None = Field(description="null: not known")
    count: int


class Facet(BaseModel):
    """values: the most frequent ones. others: how many further values there are, and how many resources have them."""

    values: list[FacetValue]
    other_values: int
    other_count: int
    unknown: int = Field(description="resources that have no value here")


class FacetAnswer(BaseModel):
    total: int
    at_least: bool
    complete: bool
    facets: dict[str, Facet]
    freshness: Freshness


class CountAnswer(BaseModel):
    count: int
    at_least: bool
    complete: bool
    freshness: Freshness


class ResourceUpdate(BaseModel):
    """mcm's own fields. What is absent stays; null clears. labels are merged: a null value removes its key."""

    model_config = ConfigDict(extra="forbid")

    labels: dict[str, str | None] | None = Field(default=None, max_length=64)
    owner: str | None = Field(default=None, max_length=200)
    data_class: DataClass | None = None
    managed: Managed | None = None


class Measure(BaseModel):
    """A sum with its coverage. value null: nobody knows. at_least: known < of, or a scope behind it is not fresh."""

    value: float | None
    known: int = Field(description="resources that say it")
    of: int = Field(description="resources that should")
    at_least: bool


class Level(BaseModel):
    """Capacity and use of everything below a node."""

    instances: Measure
    instances_running: Measure
    instance_vcpus: Measure
    instance_memory_mib: Measure
    hosts: Measure
    host_cpu_cores: Measure
    host_vcpus_used: Measure
    host_memory_mib: Measure
    host_memory_used_mib: Measure
    datastores: Measure
    datastore_capacity_gib: Measure
    datastore_used_gib: Measure


class HierarchyNode(BaseModel):
    """id: what `parent` takes. resource_id: the resource behind it, when there is one."""

    id: str
    type: Literal["account", "region", "pool", "zone", "host", "instance", "unplaced"]
    name: str
    account: str | None
    region: str | None
    resource_id: str | None
    state: str | None
    presence: Presence | None
    expandable: bool
    level: Level | None


class HierarchyPage(Page[HierarchyNode]):
    freshness: Freshness
