"""What instances and volumes used in a span of time, from the history of the inventory: exact, in whole microseconds.

Only what mcm has seen counts: before the first sighting, and in states that nobody knows, use is unknown and not 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.kit.money import EXACT, quotient
from mcm.kit.units import HOURS_PER_MONTH, MIB_PER_GIB
from mcm.models import ResourceRow, ResourceVersion

# Processors and memory are held in these; a stopped instance holds them where its cloud says that stopping changes
# nothing on the bill.
HOLDING = frozenset({"starting", "running", "rebooting", "stopping", "paused", "migrating"})
NOT_HOLDING = frozenset({"pending", "stopped", "suspended", "shelved", "terminated", "error"})
# The disk of an instance that is no volume of its own is there as long as the instance, but for these.
_KEEPS_DISK = HOLDING | {"stopped", "suspended", "error"}
LOCAL = "local ssd"
_MICROSECOND = timedelta(microseconds=1)
_HOUR = Decimal(3_600_000_000)
_READ = 2000
_COLUMNS = ("tenant_id", "kind", "native_id", "name", "region", "zone", "project", "project_name", "state", "presence",
            "missing_since", "tags", "attributes", "created_at", "valid_from")  # fmt: skip


@dataclass(slots=True)
class Used:
    """Of one resource: sums of size × microseconds. first: when it was seen first within the span; sizeless: for how
    long its size was not known; storage: GiB × microseconds by type of disk."""

    resource_id: str
    row: Mapping[str, Any]
    first: datetime
    vcpus: int = 0
    memory_mib: int = 0
    gpus: int = 0
    storage: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0
    sizeless: int = 0

    @property
    def hours(self) -> dict[str, Decimal]:
        """vcpu and gpu in hours, memory in GiB-hours."""
        return {
            "vcpu": quotient(Decimal(self.vcpus), _HOUR),
            "memory": quotient(Decimal(self.memory_mib), _HOUR * MIB_PER_GIB),
            "gpu": quotient(Decimal(self.gpus), _HOUR),
        }

    @property
    def gib_months(self) -> dict[str, Decimal]:
        return {name: quotient(amount, _HOUR * HOURS_PER_MONTH) for name, amount in sorted(self.storage.items())}


def of_account(session: Session, account_id: str, start: datetime, end: datetime) -> Iterator[Used]:
    """In the order of their ids; those that were not there in [start, end) are left out."""
    used: Used | None = None
    for resource_id, row, until in _history(session, account_id, start, end):
        if used is not None and used.resource_id != resource_id:
            yield used
            used = None
        since = max(row["valid_from"], start)
        if row["presence"] == "missing" and row["missing_since"] is not None:
            until = min(until, row["missing_since"])
        if row["presence"] == "gone" or until <= since:
            continue
        if used is None:
            used = Used(resource_id, row, since)
        used.row = row
        _add(used, row, (until - since) // _MICROSECOND)
    if used is not None:
        yield used


def _history(session: Session, account_id: str, start: datetime, end: datetime) -> Iterator[tuple[str, Any, datetime]]:
    """(resource, what held, until when), oldest first for each resource. Both reads come in the order of the ids."""
    current = ResourceRow.__table__
    older = ResourceVersion.__table__
    kinds = ("instance", "volume")
    now = select(current.c.id, *(current.c[name] for name in _COLUMNS)).where(
        current.c.account_id == account_id, current.c.kind.in_(kinds), current.c.valid_from < end
    )
    then = select(older.c.resource_id.label("id"), *(older.c[name] for name in _COLUMNS), older.c.valid_to).where(
        older.c.account_id == account_id, older.c.kind.in_(kinds), older.c.valid_from < end, older.c.valid_to > start
    )
    streamed = {"yield_per": _READ}
    past = iter(session.execute(then.order_by(older.c.resource_id, older.c.valid_to).execution_options(**streamed)))
    waiting = next(past, None)
    for row in session.execute(now.order_by(current.c.id).execution_options(**streamed)):
        while waiting is not None and waiting.id <= row.id:
            yield waiting.id, waiting._mapping, min(waiting.valid_to, end)
            waiting = next(past, None)
        yield row.id, row._mapping, end
    while waiting is not None:
        yield waiting.id, waiting._mapping, min(waiting.valid_to, end)
        waiting = next(past, None)


def _add(used: Used, row: Mapping[str, Any], length: int) -> None:
    attributes = row["attributes"] or {}
    if row["kind"] == "volume":
        size = attributes.get("size_gib")
        if size is None:
            used.sizeless += length
            return
        _add_disk(used, str(attributes.get("type") or ""), size, length)
        return
    if row["state"] in _KEEPS_DISK:
        _add_disk(used, LOCAL, attributes.get("local_disk_gib"), length)
    holds = row["state"] in HOLDING or (row["state"] == "stopped" and attributes.get("stop_billing") == "keeps")
    if not holds:
        if row["state"] not in NOT_HOLDING:
            used.unknown += length
        return
    vcpus, memory_mib = attributes.get("vcpus"), attributes.get("memory_mib")
    if vcpus is None or memory_mib is None:
        used.sizeless += length
    used.vcpus += (vcpus or 0) * length
    used.memory_mib += (memory_mib or 0) * length
    used.gpus += (attributes.get("gpu_count") or 0) * length


def _add_disk(used: Used, name: str, size: float | None, length: int) -> None:
    if size:
        amount = EXACT.multiply(Decimal(str(size)), Decimal(length))
        used.storage[name] = EXACT.add(used.storage.get(name, Decimal(0)), amount)
