"""What is to be priced, whether it comes from a tier of a workload or from instances that run. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mcm.workloads.documents import Tier, Workload

CLASSES = ("hdd", "ssd", "premium")


@dataclass(frozen=True, slots=True)
class Need:
    """Of one instance. gpu_model: part of its name. burstable: families that give a whole vCPU for some time only will
    do. own_licence: nobody is paid for the operating system here."""

    vcpus: Decimal
    memory_gib: Decimal
    gpus: int = 0
    gpu_model: str | None = None
    architecture: str = "x86_64"
    operating_system: str = "linux"
    own_licence: bool = False
    burstable: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """`count` instances of one need. hours: of each in a month.

    What follows is of all of them together. storage_gib: by class. internet_gb, transfer_gb (to other tiers),
    snapshot_gib: None where nobody knows."""

    name: str
    count: int
    need: Need
    hours: Decimal
    storage_gib: Mapping[str, Decimal] = field(default_factory=dict)
    snapshot_gib: Decimal | None = Decimal(0)
    public_ips: int = 0
    load_balancers: int = 0
    internet_gb: Decimal | None = Decimal(0)
    transfer_gb: Decimal | None = Decimal(0)


def of_tier(tier: Tier, hours: Decimal) -> Demand:
    """hours: of the workload, where the tier says none."""
    storage: dict[str, Decimal] = {}
    if tier.disk_gib:
        storage[tier.disk_class] = tier.disk_gib
    for disk in tier.disks:
        storage[disk.storage_class] = storage.get(disk.storage_class, Decimal(0)) + disk.size_gib
    need = Need(
        tier.vcpus, tier.memory_gib, tier.gpus, tier.gpu_model, tier.architecture, tier.operating_system,
        own_licence=tier.licence == "own", burstable=tier.burstable,
    )  # fmt: skip
    return Demand(
        tier.name, tier.count, need, tier.hours_per_month or hours,
        {name: gib * tier.count for name, gib in storage.items()}, tier.snapshot_gib * tier.count,
        tier.public_ips * tier.count, tier.load_balancers, tier.traffic.internet_gb * tier.count,
        sum(tier.traffic.to.values(), Decimal(0)) * tier.count,
    )  # fmt: skip


def of_workload(workload: Workload) -> list[Demand]:
    return [of_tier(tier, workload.hours_per_month) for tier in workload.tiers]
