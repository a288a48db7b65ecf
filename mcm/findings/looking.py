"""Looks through the inventory for what could be saved. Reads, and writes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION, InstanceState, ResourceKind, VolumeState
from mcm.costs import service as costs
from mcm.findings import sizes
from mcm.findings.found import (
    IDLE_CPU,
    LEAST_COVERAGE,
    LEAST_DAYS,
    OLD_SNAPSHOT_DAYS,
    ORPHANED_DAYS,
    UNKNOWN,
    WINDOW_DAYS,
    Found,
    Kind,
    Saving,
    lower,
    of_age,
    of_coverage,
)
from mcm.findings.saving import Prices, difference
from mcm.findings.sizes import Size
from mcm.findings.steady import Steady
from mcm.kit import clock
from mcm.models import RelationRow, ResourceRow
from mcm.prices.offers import Basis
from mcm.utilisation import service as utilisation
from mcm.utilisation.service import Window

_LOT = 500
_Flavors = dict[tuple[str, str], list[Size]]


def look(session: Session, now: datetime) -> Iterator[Found]:
    """Of all that the session sees; at most one finding of a kind for each resource."""
    book = costs.book(session)
    places = [where for where in costs.places(session) if where.account_id is not None]
    book.load(where for where in places if where.ownership == "public")
    prices = Prices(book, {(str(where.account_id), where.region): where for where in places})
    yield from _instances(session, prices, now)
    for row in _rows(session, ResourceKind.VOLUME, ResourceRow.state == VolumeState.AVAILABLE):
        if row.attributes.get("attachments") == [] and (days := (now - row.valid_from).days) >= ORPHANED_DAYS:
            evidence = {"days": days, "since": _text(row.valid_from), "size_gib": row.attributes.get("size_gib")}
            yield Found(Kind.ORPHANED_VOLUME, row.id, of_age(days, ORPHANED_DAYS), prices.volume(row), evidence)
    for row in _rows(session, ResourceKind.PUBLIC_IP):
        told = row.attributes
        lost = told.get("idle") is True and not told.get("associated_with")
        if lost and (days := (now - row.valid_from).days) >= ORPHANED_DAYS:
            evidence = {"days": days, "since": _text(row.valid_from), "address": told.get("address")}
            yield Found(Kind.ORPHANED_ADDRESS, row.id, of_age(days, ORPHANED_DAYS), prices.address(row), evidence)
    yield from _snapshots(session, prices, now)


def _snapshots(session: Session, prices: Prices, now: datetime) -> Iterator[Found]:
    # An image that is made of a snapshot needs it.
    needed = (
        select(RelationRow.target_id)
        .join(ResourceRow, ResourceRow.id == RelationRow.source_id)
        .where(
            RelationRow.target_kind == ResourceKind.SNAPSHOT, ResourceRow.kind == ResourceKind.IMAGE,
            ResourceRow.presence != "gone",
        )
    )  # fmt: skip
    old = ResourceRow.created_at <= now - timedelta(days=OLD_SNAPSHOT_DAYS)
    for row in _rows(session, ResourceKind.SNAPSHOT, old, ResourceRow.id.not_in(needed)):
        days = (now - (row.created_at or now)).days
        evidence = {"days": days, "created_at": _text(row.created_at), "size_gib": row.attributes.get("size_gib")}
        yield Found(Kind.OLD_SNAPSHOT, row.id, of_age(days, OLD_SNAPSHOT_DAYS), prices.snapshot(row), evidence)


def _instances(session: Session, prices: Prices, now: datetime) -> Iterator[Found]:
    flavors = _flavors(session)
    until = now.date()
    since = until - timedelta(days=WINDOW_DAYS)
    lot: list[ResourceRow] = []

    def judged() -> Iterator[Found]:
        used = utilisation.windows(session, [row.id for row in lot], since, until, ("cpu", "memory"))
        steady = Steady(session, lot, prices, now)
        for row in lot:
            # What is idle or too large is not bought for a year.
            found = _instance(row, used.get(row.id, {}), flavors, prices) or steady.found(row, _size(row.attributes))
            if found is not None:
                yield found

    for row in _rows(session, ResourceKind.INSTANCE, ResourceRow.state == InstanceState.RUNNING):
        lot.append(row)
        if len(lot) == _LOT:
            yield from judged()
            lot = []
    if lot:
        yield from judged()


def _instance(row: ResourceRow, used: dict[str, Window], flavors: _Flavors, prices: Prices) -> Found | None:
    cpu = _enough(used.get("cpu"))
    now = _size(row.attributes)
    if cpu is None:
        return None
    evidence: dict[str, Any] = {
        "days": cpu.days, "from": cpu.first.isoformat(), "to": cpu.last.isoformat(),
        "coverage": round(cpu.coverage, 4), "cpu_p95": round(cpu.p95, 4), "cpu_max": round(cpu.max, 4),
    }  # fmt: skip
    memory = _enough(used.get("memory"))
    if memory is not None:
        evidence["memory_p95"] = round(memory.p95, 4)
    sure = of_coverage(cpu.coverage, cpu.days)
    if cpu.p95 < IDLE_CPU:
        saving, told = _of_stopping(row, now, prices), row.attributes.get("stop_billing")
        return Found(Kind.IDLE_INSTANCE, row.id, sure if told == "stops" else lower(sure), saving, evidence)
    if now is None:
        return None
    known = flavors.get((row.realm, row.region), []) + flavors.get((row.realm, GLOBAL_REGION), [])
    if not known and row.attributes.get("flavor"):
        return None
    smaller = sizes.smaller(now, known, cpu.p95, memory.p95 if memory is not None else None)
    if smaller is None:
        return None
    saving = difference(prices.machine(row, now), prices.machine(row, smaller))
    if saving.amount is not None and saving.amount <= 0:
        return None
    evidence |= {"vcpus": now.vcpus, "memory_mib": now.memory_mib}
    evidence |= {"to_vcpus": smaller.vcpus, "to_memory_mib": smaller.memory_mib, "to_flavor": smaller.name or None}
    return Found(Kind.OVERSIZED_INSTANCE, row.id, sure, saving, evidence, sizes.params(smaller))


def _of_stopping(row: ResourceRow, now: Size | None, prices: Prices) -> Saving:
    """Disks and addresses are paid on; where the cloud bills a stopped machine as before, stopping saves nothing."""
    told = row.attributes.get("stop_billing")
    if told == "keeps":
        return Saving(None, None, Basis.UNKNOWN, ("stopping_keeps_the_bill",))
    found = prices.machine(row, now) if now is not None else UNKNOWN
    return found if told == "stops" else Saving(
        found.amount, found.currency, found.basis, (*found.notes, "stop_billing_unknown")
    )  # fmt: skip


def _enough(found: Window | None) -> Window | None:
    enough = found is not None and found.days >= LEAST_DAYS and found.coverage >= LEAST_COVERAGE
    return found if enough else None


def _size(told: dict[str, Any]) -> Size | None:
    if not told.get("vcpus") or not told.get("memory_mib"):
        return None
    return Size(
        "", told.get("flavor") or "", told["vcpus"], told["memory_mib"], told.get("gpu_count") or 0,
        told.get("architecture"),
    )  # fmt: skip


def _flavors(session: Session) -> _Flavors:
    """By realm and region."""
    found: _Flavors = defaultdict(list)
    for row in _rows(session, ResourceKind.FLAVOR):
        size = _size(row.attributes)
        if size is not None:
            found[row.realm, row.region].append(size._replace(native_id=row.native_id, name=row.name))
    return dict(found)


def _rows(session: Session, kind: ResourceKind, *conditions: Any) -> Iterator[ResourceRow]:
    """A lot at a time; rows are let go as they have been looked at."""
    after = ""
    while True:
        query = select(ResourceRow).where(
            ResourceRow.kind == kind, ResourceRow.presence == "present", ResourceRow.id > after, *conditions
        )
        rows: Sequence[ResourceRow] = session.scalars(query.order_by(ResourceRow.id).limit(_LOT)).all()
        yield from rows
        if len(rows) < _LOT:
            return
        after = rows[-1].id


def _text(at: datetime | None) -> str | None:
    return None if at is None else clock.to_text(at)
