"""Attributes of instances and what they are made of and run on. None: unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class InstanceAttributes:
    """local_disk_gib: what of disk_gib is no volume of its own · virtualization: kvm, esxi, xen, hyperv, baremetal … ·
    billing_mode: on_demand, reserved, spot, prepaid · stop_billing: what stopping does to the bill: keeps, stops,
    unknown · flavor, image, host: names for people."""

    vcpus: int | None = None
    cpu_sockets: int | None = None
    memory_mib: int | None = None
    disk_gib: float | None = None
    local_disk_gib: float | None = None
    gpu_count: int | None = None
    gpu_model: str | None = None
    architecture: str | None = None
    virtualization: str | None = None
    os_family: str | None = None
    os_name: str | None = None
    hostname: str | None = None
    private_ips: Sequence[str] | None = None
    public_ips: Sequence[str] | None = None
    macs: Sequence[str] | None = None
    flavor: str | None = None
    image: str | None = None
    host: str | None = None
    billing_mode: str | None = None
    expires_at: datetime | None = None
    auto_renew: bool | None = None
    stop_billing: str | None = None
    deletion_protection: bool | None = None
    launched_at: datetime | None = None


@dataclass(slots=True)
class ImageAttributes:
    """visibility: public, private, shared, community. template: an instance marked as template."""

    os_family: str | None = None
    os_name: str | None = None
    architecture: str | None = None
    size_gib: float | None = None
    min_disk_gib: int | None = None
    min_memory_mib: int | None = None
    disk_format: str | None = None
    visibility: str | None = None
    owner: str | None = None
    template: bool | None = None


@dataclass(slots=True)
class FlavorAttributes:
    vcpus: int | None = None
    memory_mib: int | None = None
    local_disk_gib: int | None = None
    gpu_count: int | None = None
    gpu_model: str | None = None
    architecture: str | None = None
    family: str | None = None
    visibility: str | None = None


@dataclass(slots=True)
class KeypairAttributes:
    """Public halves only."""

    type: str | None = None
    fingerprint: str | None = None
    owner: str | None = None


@dataclass(slots=True)
class HostAttributes:
    """memory_used_mib, vcpus_used: allocated to instances as the cloud reports it. overcommit: vcpus per core."""

    cpu_cores: int | None = None
    cpu_sockets: int | None = None
    cpu_threads: int | None = None
    vcpus_used: int | None = None
    memory_mib: int | None = None
    memory_used_mib: int | None = None
    disk_gib: float | None = None
    disk_used_gib: float | None = None
    cpu_overcommit: float | None = None
    virtualization: str | None = None
    cpu_model: str | None = None
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    maintenance: bool | None = None
    instances: int | None = None


@dataclass(slots=True)
class ClusterAttributes:
    hosts: int | None = None
    cpu_cores: int | None = None
    cpu_threads: int | None = None
    memory_mib: int | None = None
    cpu_mhz: int | None = None
    ha_enabled: bool | None = None
    drs_enabled: bool | None = None


@dataclass(slots=True)
class PoolAttributes:
    """A resource pool. Limits and reservations in MHz and MiB; None: unlimited or unknown."""

    cpu_limit_mhz: int | None = None
    cpu_reservation_mhz: int | None = None
    memory_limit_mib: int | None = None
    memory_reservation_mib: int | None = None
