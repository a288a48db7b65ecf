"""From a decision to its instances, through the same operations that people ask for. Never commits.

Everything hard is looked at again first. A place that does not take what was asked is left for the next candidate, and
so is an instance that failed there later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.kit import clock
from mcm.models import Placement, PlacementInstance
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.placement import gate, keeping, reserving
from mcm.placement.demand import data_class
from mcm.placement.engine import Against, against
from mcm.placement.errors import NoCandidateLeft
from mcm.placement.gathering import Asked, asked_of, given_for, inputs
from mcm.placement.locations import Location
from mcm.placement.reserving import ATTEMPTS
from mcm.placement.service import places_of, require, to_change
from mcm.plans import acting_as
from mcm.workloads.documents import Tier, Workload

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

# Longer than any instance takes to be made.
HELD_FOR = timedelta(hours=6)
_CREATE = "instance.create"
_MAX_NAME = 80


class Refused(Exception):
    """A place does not take an instance."""

    def __init__(self, tier: str, location: str, error: McmError) -> None:
        super().__init__(error.message)
        self.tier, self.location, self.error = tier, location, error


def preview(session: Session, runtime: "Runtime", caller: Caller, placement_id: str) -> list[Against]:
    """What stands in the way of applying it now. Raises what `apply` raises before anything is asked for."""
    row = to_change(session, caller, placement_id)
    require(row, "reserved", doing="applied")
    return against(_now(session, runtime, row, asked_of(row.inputs)), row.chosen)


def apply(session: Session, runtime: "Runtime", caller: Caller, placement_id: str) -> Placement:
    """Looks at every hard rule again and asks for the instances; where something changed, those of the next candidate.

    What somebody approved for one place is not made at another: then it waits for approval again. Raises
    PlacementNeedsApproval, PlacementNotOpen, NoCandidateLeft."""
    row = to_change(session, caller, placement_id)
    require(row, "reserved", doing="applied")
    limit(session, view(caller, Permission.OPERATION_RUN))
    asked, before, met = asked_of(row.inputs), row.hash, list[dict[str, Any]]()
    for _ in range(ATTEMPTS):
        met += [
            {"tier": one.tier, "location": one.location, "rule": one.rule}
            for one in reserving.hold_or_next(session, runtime.registry, row, asked, clock.now() + HELD_FOR)
        ]
        if not row.chosen:
            break
        if row.needs and not row.alone and row.hash != before:
            # Somebody else has said yes to another place.
            row.status, row.decided_by, row.decided_at = "awaiting_approval", None, None
            row.version += 1
            return _recorded(session, caller, row, "placement.change", met)
        try:
            wanted = _wanted(session, runtime, caller, row)
        except Refused as refused:
            met.append({"tier": refused.tier, "location": refused.location, "rule": refused.error.code})
            asked = _without(asked, refused.tier, refused.location)
            reserving.take_up(row, *_decide(session, runtime, row, asked))
            continue
        # Trouble from here on, such as a limit of the tenant that others have used up, undoes all of it.
        _ask(session, runtime, caller, wanted)
        row.status, row.applied_at, row.caller = "binding", clock.now(), acting_as.packed(caller)
        row.version += 1
        after_commit(session, runtime.operations.wake)
        return _recorded(session, caller, row, "placement.apply", met)
    raise NoCandidateLeft(
        f"no place is left for placement {row.id}: what was chosen was taken, or may not be used any more",
        next_step="decide anew, and look why: mcm place -f FILE --explain",
        details={"tried": met[:50]},
    )


def wanted_one(
    session: Session,
    runtime: "Runtime",
    caller: Caller,
    row: Placement,
    tier: Tier,
    place: Location,
    choice: Mapping[str, Any],
    name: str,
) -> operations.Wanted:
    """What is to be asked for, checked and not stored. choice: of the inputs, for the tier there. Raises McmError.

    The decision has just asked the policies, with everything that is known of the place; in an account of another
    tenant those of that tenant are asked besides."""
    workload = Workload.model_validate(row.inputs["workload"])
    body = OperationCreate(
        action=_CREATE, account=place.account_id, region=place.region,
        params=_params(runtime, row, workload, tier, place, choice, name),
    )  # fmt: skip
    judged = gate.asked_already(str(row.inputs["tenant"]), place.tenant)
    return operations.wanted(session, runtime.registry, caller, body, judged=judged)


def _wanted(
    session: Session, runtime: "Runtime", caller: Caller, row: Placement
) -> list[tuple[PlacementInstance, operations.Wanted]]:
    """Raises Refused."""
    places = {one["id"]: keeping.rebuilt(one) for one in row.inputs["places"]}
    tiers = {tier.name: tier for tier in Workload.model_validate(row.inputs["workload"]).tiers}
    numbers: dict[str, int] = {}
    found = []
    for part in row.chosen:
        tier, place = tiers[part["tier"]], places[str(part["location"])]
        choice = row.inputs["choices"][tier.name][place.id]
        for _ in range(int(part["count"])):
            number = numbers[tier.name] = numbers.get(tier.name, 0) + 1
            name = name_of(row.workload, tier.name, number)
            try:
                wanted = wanted_one(session, runtime, caller, row, tier, place, choice, name)
            except McmError as error:
                raise Refused(tier.name, place.id, error) from error
            one = PlacementInstance(
                placement_id=row.id,
                tier=tier.name,
                number=number,
                location=place.id,
                name=name,
                status="asked",
                tried=[],
            )
            found.append((one, wanted))
    return found


def _ask(
    session: Session,
    runtime: "Runtime",
    caller: Caller,
    wanted: Sequence[tuple[PlacementInstance, operations.Wanted]],
) -> None:
    for one, found in wanted:
        one.operation_id = operations.create(session, runtime.vault, caller, found).id
        session.add(one)
    session.flush()


def _params(
    runtime: "Runtime", row: Placement, workload: Workload, tier: Tier, place: Location, choice: Mapping[str, Any],
    name: str,
) -> dict[str, Any]:  # fmt: skip
    """What the cloud has no use for is left out."""
    ignored = runtime.registry.descriptor(place.provider).actions[_CREATE].ignores
    found: dict[str, Any] = {"name": name, "image": choice["image"], "tags": tags(row.id, workload, tier)}
    if choice["sized"]:
        found["flavor"] = choice["flavor"]
    else:
        found |= {"vcpus": _up(float(tier.vcpus)), "memory_mib": _up(float(tier.memory_gib) * 1024)}
    disk = float(tier.disk_gib + sum(one.size_gib for one in tier.disks))
    if disk:
        found["disk_gib"] = _up(disk)
    if place.zone:
        found["zone"] = place.zone
    if choice["networks"]:
        found["networks"] = choice["networks"]
    found |= given_for(row.params, place, tier.name)
    return {key: value for key, value in found.items() if key not in ignored}


def tags(placement_id: str, workload: Workload, tier: Tier) -> dict[str, str]:
    """By which whoever looks at the cloud sees what it is."""
    found = {
        "workload": workload.name,
        "tier": tier.name,
        "data_class": data_class(workload, tier),
        "placement": placement_id,
        "application": workload.application,
        "environment": workload.environment,
        "owner": workload.owner,
    }
    return {key: value[:200] for key, value in found.items() if value}


def name_of(workload: str, tier: str, number: int) -> str:
    end = f"-{tier}-{number}"
    return f"{workload[: _MAX_NAME - len(end)]}{end}"


def _decide(session: Session, runtime: "Runtime", row: Placement, asked: Asked) -> Any:
    tenant = (row.tenant_id, str(row.inputs["tenant"]))
    workload = Workload.model_validate(row.inputs["workload"])
    return reserving.decided(session, runtime.registry, workload, tenant, replace(asked, unheld=row.id))


def _now(session: Session, runtime: "Runtime", row: Placement, asked: Asked) -> dict[str, Any]:
    tenant = (row.tenant_id, str(row.inputs["tenant"]))
    workload = Workload.model_validate(row.inputs["workload"])
    return inputs(session, runtime.registry, workload, tenant, replace(asked, unheld=row.id))


def _without(asked: Asked, tier: str, location: str) -> Asked:
    found = {name: list(ids) for name, ids in asked.without.items()}
    found.setdefault(tier, []).append(location)
    return replace(asked, without=found)


def _recorded(
    session: Session, caller: Caller, row: Placement, action: str, met: Sequence[Mapping[str, Any]]
) -> Placement:
    session.flush()
    details = {"workload": row.workload, "hash": row.hash, "at": sorted(places_of(row)), "met": list(met)[:50]}
    audit.record(session, caller, action, "placement", row.id, details=details)
    return row


def _up(value: float) -> int:
    return -int(-value // 1)
