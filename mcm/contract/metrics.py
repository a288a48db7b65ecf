"""How much of what runs is used: the optional ability to read measurements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from mcm.contract.resources import ResourceRef


class Metric(StrEnum):
    """CPU and memory: the used share of what the resource has, 0 to 1. The rest: bytes in a second."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK_READ = "disk_read"
    DISK_WRITE = "disk_write"
    NETWORK_IN = "network_in"
    NETWORK_OUT = "network_out"


@dataclass(frozen=True, slots=True)
class Sample:
    """The mean of one metric of one resource over `seconds` that end at `at` (UTC)."""

    ref: ResourceRef
    metric: Metric
    at: datetime
    seconds: int
    value: float


@runtime_checkable
class MetricsReader(Protocol):
    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        """Measurements of instances and hosts between two times, in any order, at the finest interval the cloud still
        has of that time and never finer than five minutes. What was not measured is left out, never 0: a machine that
        was off has no samples. Raises when the cloud cannot be asked; a resource it does not know is left out."""
        ...
