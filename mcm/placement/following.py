"""What becomes of instances that were asked for, and of room whose time is over. Periodic; one decision at a time.

An instance that could not be made goes to the next candidate, the others staying where they are. What nobody knows the
outcome of is waited for: two of it would be worse than one too few.
"""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, system_caller, view, view_of
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.kit import clock
from mcm.models import Operation, Placement, PlacementInstance, ResourceRow
from mcm.operations import service as operations
from mcm.operations.service import Wanted
from mcm.placement import binding, keeping, repository, reserving
from mcm.placement.demand import data_class, demand
from mcm.placement.gathering import asked_of
from mcm.placement.measures import FORGET
from mcm.placement.service import end
from mcm.plans import acting_as
from mcm.workloads.documents import Tier, Workload

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_FAILED = ("failed", "cancelled")
# At how many places one instance is tried.
MAX_TRIES = 4


class _Collided(Exception):
    """An operation could not be written, which spoils its transaction."""

    def __init__(self, one: PlacementInstance, reason: str, error: McmError) -> None:
        super().__init__(reason)
        self.tier, self.number, self.reason, self.error = one.tier, one.number, reason, error


def tick(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs."""
    with runtime.database.reading() as session:
        found = repository.binding(session)
    for placement_id in found:
        try:
            try:
                with runtime.database.writing() as session:
                    _follow(session, runtime, placement_id)
            except _Collided as collided:
                _give_up(runtime, placement_id, collided)
        except McmError as error:
            log.warning("placement %s: it goes on later: %s", placement_id, error.message)
    expire(runtime)


def go_on(session: Session, runtime: "Runtime", placement_id: str) -> None:
    """The same for one of them, now. Raises McmError where what is to be made elsewhere cannot be asked for."""
    try:
        _follow(session, runtime, placement_id)
    except _Collided as collided:
        raise collided.error from collided


def expire(runtime: "Runtime") -> None:
    """Gives back room whose time is over, or whose owner is not there any more."""
    now = clock.now()
    with runtime.database.reading() as session:
        if not repository.late(session, now):
            return
    with runtime.database.writing() as session:
        for row in repository.expire(session, now):
            end(row, "expired", "nobody applied it in time")
        session.flush()
        held = repository.overdue(session, now)
        for one in held:
            one.status = "expired" if one.until <= now else "released"
        owners = {one.placement_id for one in held}
        for row in repository.orphaned(session, owners):
            end(row, "expired", "whoever asked for it may not come in any more")
        repository.forget(session, now - FORGET)
        if held:
            caller = system_caller("placement", "expire")
            audit.record(session, caller, "placement.expire", "placement", "expired", details={"released": len(held)})


def _follow(session: Session, runtime: "Runtime", placement_id: str) -> None:
    row = repository.locked(session, placement_id)
    if row is None or row.status != "binding":
        return
    instances = [one for one in repository.instances(session, row.id) if one.status != "moved"]
    known = repository.operations(session, [one.operation_id for one in instances if one.operation_id])
    for one in instances:
        operation = known.get(one.operation_id or "")
        if one.status != "asked":
            continue
        if operation is None or operation.status in _FAILED:
            _move(session, runtime, row, one, operation)
        elif operation.status == "succeeded":
            one.status = "made"
            _mark(session, row, one, operation)
    session.flush()
    if not any(one.status == "asked" for one in instances):
        _finish(session, row, instances)


def _give_up(runtime: "Runtime", placement_id: str, collided: _Collided) -> None:
    with runtime.database.writing() as session:
        one = session.get(PlacementInstance, (placement_id, collided.tier, collided.number), with_for_update=True)
        if one is not None and one.status == "asked":
            one.status, one.reason = "failed", collided.reason


def _finish(session: Session, row: Placement, instances: list[PlacementInstance]) -> None:
    now = clock.now()
    made = [one for one in instances if one.status == "made"]
    lost = [one for one in instances if one.status == "failed"]
    for one in lost:
        reserving.lessen(session, row, one)
    if made:
        reserving.settle(session, row, now)
    reserving.release(session, row, "released")
    status = "bound" if not lost else "partial" if made else "failed"
    reason = None
    if lost:
        names = ", ".join(one.name for one in lost[:10])
        kept = (
            f"; {', '.join(one.name for one in made[:10])} are there and stay until somebody deletes them"
            if made
            else ""
        )
        reason = f"{len(lost)} of {len(instances)} instances could not be made ({names}): {lost[0].reason}{kept}"
    end(row, status, reason)
    session.flush()
    caller = acting_as.rebuilt(session, row.caller) or system_caller("placement", row.id)
    details = {"workload": row.workload, "status": status, "made": len(made), "lost": len(lost)}
    outcome = "succeeded" if status == "bound" else "failed"
    audit.record(session, caller, "placement.bound", "placement", row.id, outcome=outcome, details=details)


def _mark(session: Session, row: Placement, one: PlacementInstance, operation: Operation) -> None:
    """What the decision knew of its data holds for the instance, so that it is judged as what it is."""
    made = session.get(ResourceRow, operation.made_id) if operation.made_id else None
    if made is not None and made.data_class is None:
        workload = Workload.model_validate(row.inputs["workload"])
        tier = next(tier for tier in workload.tiers if tier.name == one.tier)
        made.data_class, made.owner = data_class(workload, tier), made.owner or workload.owner
        made.version += 1


def _move(
    session: Session, runtime: "Runtime", row: Placement, one: PlacementInstance, operation: Operation | None
) -> None:
    """To the next candidate; where there is none the instance has failed."""
    one.tried = sorted({*one.tried, one.location})
    one.reason = (operation.error_message if operation is not None else None) or "it was cancelled"
    caller = acting_as.rebuilt(session, row.caller)
    cancelled = operation is not None and operation.status == "cancelled"
    if caller is None or cancelled or len(one.tried) >= MAX_TRIES:
        one.status = "failed"
        return
    if row.needs and not row.alone:
        # Somebody else has said yes to the place where it failed, and to no other.
        one.status, one.reason = "failed", f"{one.reason}; another place would need another approval"
        return
    # Whoever asked may be looking on: what they see afterwards is what they saw before.
    before, seen = one.reason, view_of(session)
    limit(session, view(caller, Permission.OPERATION_RUN))
    try:
        found = _elsewhere(session, runtime, caller, row, one)
        if found is None:
            one.status = "failed"
            return
    except McmError as error:
        one.status, one.reason = "failed", f"{before}; then {error.message}"
        return
    finally:
        limit(session, seen)
    try:
        one.operation_id = operations.create(session, runtime.vault, caller, found).id
    except McmError as error:
        raise _Collided(one, f"{before}; then {error.message}", error) from error
    after_commit(session, runtime.operations.wake)


def _elsewhere(
    session: Session, runtime: "Runtime", caller: Caller, row: Placement, one: PlacementInstance
) -> Wanted | None:
    """Decides anew for this one instance, everything else staying where it is, and holds room for it; None: nowhere."""
    workload = Workload.model_validate(row.inputs["workload"])
    smaller, pins = _only(workload, row, one)
    if smaller is None:
        return None
    asked = replace(asked_of(row.inputs), pins=pins, without={one.tier: one.tried})
    tenant, locked, key = (row.tenant_id, str(row.inputs["tenant"])), set[str](), _key(row, one)
    while True:
        found, outcome = reserving.decided(session, runtime.registry, smaller, tenant, asked)
        if outcome["chosen"] is None:
            return None
        part = next(part for part in outcome["chosen"]["parts"] if (part["tier"], part["part"]) == key)
        place = next(keeping.rebuilt(each) for each in found["places"] if each["id"] == part["location"])
        if place.area in locked:
            break
        # Looked at once more behind the lock: somebody may have been faster.
        repository.generation(session, place.area)
        locked.add(place.area)
    tier: Tier = next(tier for tier in workload.tiers if tier.name == one.tier)
    choice = found["choices"][one.tier][place.id]
    wanted = binding.wanted_one(session, runtime, caller, row, tier, place, choice, one.name)
    reserving.swap(session, row, one, place, part, binding.HELD_FOR)
    one.location = place.id
    row.chosen = [*row.chosen, {**part, "count": 1, "moved": one.number}]
    session.flush()
    return wanted


def _only(workload: Workload, row: Placement, one: PlacementInstance) -> tuple[Workload | None, dict[str, str]]:
    """The workload with but this instance of its tier to place, and where everything else is.

    None: its tier goes to several places with several instances each, and what holds for one more is not known."""
    mine = [part for part in demand(workload).parts if part.tier == one.tier]
    if len(mine) > 1 and any(part.count > 1 for part in mine):
        return None, {}
    where = {(part["tier"], part["part"]): str(part["location"]) for part in row.chosen if "moved" not in part}
    pins = {
        f"{tier}#{number}": location for (tier, number), location in where.items() if (tier, number) != _key(row, one)
    }
    if len(mine) > 1:
        return workload, pins
    tiers = [tier.model_copy(update={"count": 1}) if tier.name == one.tier else tier for tier in workload.tiers]
    sites = {"sites": 1, "cities": 1} if workload.sites > 1 or workload.cities > 1 else {}
    return workload.model_copy(update={"tiers": tiers, **sites}), pins


def _key(row: Placement, one: PlacementInstance) -> tuple[str, int]:
    """The part that the instance is of: parts are numbered in the order in which instances are."""
    number = 0
    for part in row.chosen:
        if part["tier"] == one.tier and "moved" not in part:
            number += int(part["count"])
            if one.number <= number:
                return one.tier, int(part["part"])
    return one.tier, 0
