"""What somebody wants to run, as a document: `kind: Workload`.

Its fields stand at the top or, as elsewhere, under `metadata` (name, title, owner, tenant, labels) and `spec`."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mcm.kit.money import Amount, Currency

DATA_CLASSES = ("public", "internal", "confidential", "restricted", "unclassified")
DataClass = Literal["public", "internal", "confidential", "restricted", "unclassified"]
StorageClass = Literal["hdd", "ssd", "premium"]
PurchaseOption = Literal["on_demand", "reserved", "savings_plan", "spot", "subscription", "internal"]
Topology = Literal["host", "zone", "location", "account", "city"]
Licence = Literal["included", "own"]
PARTS = ("metadata", "spec")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Disk(_Strict):
    size_gib: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    storage_class: StorageClass = "ssd"


class Traffic(_Strict):
    """GB in a month, for one instance of the tier. to: other tiers of the workload."""

    internet_gb: Annotated[Decimal, Field(ge=0, le=100_000_000)] = Decimal(0)
    to: dict[Name, Annotated[Decimal, Field(ge=0, le=100_000_000)]] = {}


class Budget(_Strict):
    """In a month."""

    amount: Amount
    currency: Currency = "USD"


class Tier(_Strict):
    """vcpus, memory_gib, disk_gib, disks, gpus: of one instance. spread: where no two instances may be together.
    apart_from, together_with: other tiers, at the level of `apart_level`, `together_level`. latency_ms: at most, to
    other tiers. data_class, hours_per_month, trust_labels, residency: of the workload where they are not given.
    burstable: families that give the whole of a vCPU for some time only will do. snapshot_gib: kept in a month, of one
    instance. load_balancers: of the tier. licence: `own` where the organisation brings one."""

    name: Name = "main"
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    vcpus: Annotated[Decimal, Field(gt=0, le=10_000)]
    memory_gib: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    disk_gib: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Decimal(0)
    disk_class: StorageClass = "ssd"
    disks: list[Disk] = []
    gpus: Annotated[int, Field(ge=0, le=1_000)] = 0
    gpu_model: str | None = None
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    operating_system: Literal["linux", "windows"] = "linux"
    image_family: Label | None = None
    licence: Licence = "included"
    burstable: bool = False
    snapshot_gib: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Decimal(0)
    load_balancers: Annotated[int, Field(ge=0, le=1_000)] = 0
    public_ips: Annotated[int, Field(ge=0, le=100)] = 0
    hours_per_month: Annotated[Decimal, Field(gt=0, le=744)] | None = None
    data_class: DataClass | None = None
    residency: list[Label] | None = None
    trust_labels: list[Label] | None = None
    traffic: Traffic = Traffic()
    latency_ms: dict[Name, Annotated[Decimal, Field(gt=0)]] = {}
    spread: list[Topology] = []
    apart_from: list[Name] = []
    apart_level: Topology = "host"
    together_with: list[Name] = []
    together_level: Topology = "location"


class Workload(_Strict):
    """residency: jurisdictions its data may lie in (`CN`, `EU`); none: anywhere. sites, cities: over how many its
    instances are spread at least. purchase: how it may be bought; none: however. hours_per_month: of 730 in a month.
    support: with the support that a provider asks money for."""

    api_version: Literal["mcm/v1"] = Field("mcm/v1", alias="apiVersion")
    kind: Literal["Workload"] = "Workload"
    name: Name
    title: str = Field("", max_length=200)
    owner: str | None = Field(None, max_length=200)
    tenant: str | None = Field(None, max_length=200)
    application: str | None = Field(None, max_length=200)
    environment: str | None = Field(None, max_length=100)
    criticality: Literal["low", "normal", "high", "critical"] = "normal"
    labels: dict[Label, str] = {}
    data_class: DataClass = "unclassified"
    residency: list[Label] = []
    trust_labels: list[Label] = []
    sites: Annotated[int, Field(ge=1, le=100)] = 1
    cities: Annotated[int, Field(ge=1, le=100)] = 1
    hours_per_month: Annotated[Decimal, Field(gt=0, le=744)] = Decimal(730)
    purchase: list[PurchaseOption] = []
    support: bool = False
    budget: Budget | None = None
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=200)]

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        """What stands under `metadata` and `spec`, one level up. A field that comes twice is left where it is, where
        it is refused as unknown."""
        if not isinstance(value, dict):
            return value
        found = dict(value)
        for part in PARTS:
            inside = found.get(part)
            if isinstance(inside, dict) and not inside.keys() & found.keys():
                del found[part]
                found |= inside
        return found

    @model_validator(mode="after")
    def _refers_to_its_own(self) -> "Workload":
        names = [tier.name for tier in self.tiers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two tiers are called '{name}'")
        for tier in self.tiers:
            for other in [*tier.traffic.to, *tier.latency_ms, *tier.apart_from, *tier.together_with]:
                if other not in names:
                    raise ValueError(
                        f"tier '{tier.name}' refers to '{other}', which is no tier of it: {', '.join(names)}"
                    )
            both = sorted(set(tier.apart_from) & set(tier.together_with))
            if both and tier.apart_level == tier.together_level:
                raise ValueError(f"tier '{tier.name}' must be apart from and together with '{both[0]}' at once")
        return self
