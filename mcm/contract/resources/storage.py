"""Attributes of volumes, snapshots and datastores. None: unknown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Attachment:
    """instance: its native id."""

    instance: str
    device: str | None = None
    delete_on_termination: bool | None = None


@dataclass(slots=True)
class VolumeAttributes:
    size_gib: float | None = None
    type: str | None = None
    iops: int | None = None
    throughput_mib_s: int | None = None
    encrypted: bool | None = None
    bootable: bool | None = None
    multi_attach: bool | None = None
    attachments: Sequence[Attachment] | None = None


@dataclass(slots=True)
class SnapshotAttributes:
    """source_kind: volume or instance. size_gib: of the source at that time, unless the cloud reports stored bytes."""

    size_gib: float | None = None
    source_kind: str | None = None
    source: str | None = None
    encrypted: bool | None = None
    description: str | None = None
    with_memory: bool | None = None


@dataclass(slots=True)
class DatastoreAttributes:
    capacity_gib: float | None = None
    used_gib: float | None = None
    provisioned_gib: float | None = None
    type: str | None = None
    shared: bool | None = None
    accessible: bool | None = None
    maintenance: bool | None = None
