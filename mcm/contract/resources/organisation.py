"""Attributes of how a cloud is organised: regions, zones, projects, quotas, folders, and what is not modelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class RegionAttributes:
    kinds: Sequence[str] | None = None
    absent: Mapping[str, str] | None = None


@dataclass(slots=True)
class ZoneAttributes:
    """services: which of compute, volume, network the zone is for."""

    services: Sequence[str] | None = None
    type: str | None = None
    hosts: int | None = None


@dataclass(slots=True)
class ProjectAttributes:
    description: str | None = None
    domain: str | None = None
    enabled: bool | None = None
    parent: str | None = None


@dataclass(slots=True)
class QuotaAttributes:
    """limit None with unlimited true: no limit. unit: instances, vcpus, mib, gib, count."""

    metric: str | None = None
    limit: float | None = None
    used: float | None = None
    unlimited: bool | None = None
    unit: str | None = None


@dataclass(slots=True)
class FolderAttributes:
    path: str | None = None
    type: str | None = None


@dataclass(slots=True)
class OtherAttributes:
    """For kinds mcm does not model; the envelope's native_kind names it."""

    description: str | None = None
