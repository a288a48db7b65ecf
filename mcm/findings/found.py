"""What a look at the inventory can find. Thresholds are here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mcm.prices.offers import Basis


class Kind(StrEnum):
    IDLE_INSTANCE = "idle_instance"
    OVERSIZED_INSTANCE = "oversized_instance"
    ORPHANED_VOLUME = "orphaned_volume"
    ORPHANED_ADDRESS = "orphaned_address"
    OLD_SNAPSHOT = "old_snapshot"
    UNCOMMITTED_INSTANCE = "uncommitted_instance"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


# What is not in it is done at the cloud itself, by a person.
ACTIONS = {
    Kind.IDLE_INSTANCE: "instance.stop",
    Kind.OVERSIZED_INSTANCE: "instance.resize",
    Kind.ORPHANED_VOLUME: "volume.delete",
    Kind.ORPHANED_ADDRESS: "public_ip.release",
    Kind.OLD_SNAPSHOT: "snapshot.delete",
}
# Over how many days is looked, how many of them need measurements, and which share of the time.
WINDOW_DAYS, LEAST_DAYS, LEAST_COVERAGE = 14, 7, 0.5
IDLE_CPU = 0.05
# What a smaller size may be used at most, by what was used 95 % of the time of the worst day.
FULL_CPU, FULL_MEMORY = 0.7, 0.8
ORPHANED_DAYS, OLD_SNAPSHOT_DAYS = 14, 90
# From here on nobody doubts it.
SURE_DAYS = 60
# A commitment is paid for its whole term: who has run for so long without a break, and the longest term that is named.
STEADY_DAYS, SURELY_STEADY_DAYS, LONGEST_TERM_MONTHS = 30, 180, 12


@dataclass(frozen=True, slots=True)
class Saving:
    """In a month. amount: None where no price is known. notes: codes of what to know about it."""

    amount: Decimal | None
    currency: str | None
    basis: Basis
    notes: tuple[str, ...] = ()


UNKNOWN = Saving(None, None, Basis.UNKNOWN, ("no_price",))
NO_RATE = Saving(None, None, Basis.UNKNOWN, ("no_exchange_rate",))


@dataclass(frozen=True, slots=True)
class Found:
    """evidence: numbers and dates by name; JSON knows all of them."""

    kind: Kind
    resource_id: str
    confidence: Confidence
    saving: Saving
    evidence: Mapping[str, Any]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str | None:
        """None: nothing that mcm does to a resource; a commitment is bought at the cloud."""
        return ACTIONS.get(self.kind)


def of_coverage(coverage: float, days: int) -> Confidence:
    if coverage >= 0.9 and days >= WINDOW_DAYS:
        return Confidence.HIGH
    return Confidence.MEDIUM if coverage >= 0.7 else Confidence.LOW


def of_age(days: int, least: int) -> Confidence:
    return Confidence.HIGH if days >= max(SURE_DAYS, 2 * least) else Confidence.MEDIUM


def lower(confidence: Confidence) -> Confidence:
    return Confidence.LOW if confidence is not Confidence.HIGH else Confidence.MEDIUM
