"""Attributes of services above instances. None: unknown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class LoadBalancerAttributes:
    """scheme: internal or internet."""

    type: str | None = None
    scheme: str | None = None
    dns_name: str | None = None
    addresses: Sequence[str] | None = None
    zones: Sequence[str] | None = None


@dataclass(slots=True)
class DatabaseAttributes:
    engine: str | None = None
    engine_version: str | None = None
    flavor: str | None = None
    size_gib: float | None = None
    multi_zone: bool | None = None
    endpoint: str | None = None
    port: int | None = None
    encrypted: bool | None = None
    public: bool | None = None
    deletion_protection: bool | None = None


@dataclass(slots=True)
class BucketAttributes:
    """public: reachable without signing in; None when it was not asked. location: the region that holds the data."""

    size_gib: float | None = None
    objects: int | None = None
    public: bool | None = None
    versioning: bool | None = None
    encrypted: bool | None = None
    location: str | None = None
