"""Room held for a decision: looked at and taken in one transaction, behind the lock of its region. Never commits.

Whoever comes second sees what the first has taken, and goes on with the next candidate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import CapacityReservation, Placement, PlacementInstance
from mcm.placement import keeping, outcomes, repository
from mcm.placement.engine import Against, against
from mcm.placement.gathering import Asked, inputs
from mcm.placement.locations import Location
from mcm.workloads.documents import Workload

if TYPE_CHECKING:
    from mcm.registry import Registry

# How many times the next candidate is tried before the answer is that others are faster.
ATTEMPTS = 5


class Taken(Exception):
    """Somebody else has it by now, or it may not be used any more."""

    def __init__(self, found: Sequence[Against]) -> None:
        super().__init__(", ".join(f"{one.location}: {one.rule}" for one in found))
        self.found = list(found)


def hold(
    session: Session, registry: "Registry", row: Placement, asked: Asked, until: datetime
) -> Sequence[CapacityReservation]:
    """Takes the room of `row.chosen`, in place of what the decision held before. Raises Taken; then nothing is held
    that was not before, if the caller rolls back to where it began."""
    places = {one["id"]: keeping.rebuilt(one) for one in row.inputs["places"]}
    ids = sorted({str(one["location"]) for one in row.chosen})
    if lost := [ident for ident in ids if ident not in places]:
        raise Taken([Against("", ident, "gone", {}) for ident in lost])
    generations = {
        area: repository.generation(session, area) for area in sorted({places[ident].area for ident in ids})
    }  # fmt: skip
    # From here on nobody else takes any of it: what is read now holds until the end of the transaction.
    now = inputs(
        session, registry, Workload.model_validate(row.inputs["workload"]), (row.tenant_id, row.inputs["tenant"]),
        replace(asked, unheld=row.id),
    )  # fmt: skip
    if found := against(now, row.chosen):
        raise Taken(found)
    release(session, row, "released")
    for one in generations.values():
        one.generation += 1
    made = [_row(row, one, places[str(one["location"])], generations, until) for one in row.chosen]
    session.add_all(made)
    session.flush()
    return made


def swap(
    session: Session, row: Placement, one: PlacementInstance, place: Location, part: Mapping[str, Any], ttl: timedelta
) -> None:
    """Room for one instance at another place, in place of what is held for it where it failed."""
    area = repository.generation(session, place.area)
    area.generation += 1
    count = int(part["count"])
    each = {name: value / count for name, value in part["needs"].items()}
    lessen(session, row, one)
    needs = {**part, "count": 1, "needs": each}
    session.add(_row(row, needs, place, {place.area: area}, clock.now() + ttl))
    session.flush()


def lessen(session: Session, row: Placement, one: PlacementInstance) -> None:
    """Gives back the room of one instance that failed."""
    for held in repository.reserved_for(session, row.id):
        if held.tier != one.tier or held.location not in {one.location, *one.tried}:
            continue
        if held.instances <= 1:
            held.status = "released"
        else:
            for name in ("vcpus", "memory_gib", "disk_gib", "gpus"):
                setattr(held, name, getattr(held, name) * (held.instances - 1) / held.instances)
            held.instances -= 1
        session.flush()
        return


def settle(session: Session, row: Placement, now: datetime) -> None:
    """What it was for is made: it counts until the place was measured after this."""
    for one in repository.reserved_for(session, row.id):
        one.status, one.settled_at = "committed", now
    session.flush()


def release(session: Session, row: Placement, status: str, tier: str | None = None) -> int:
    """Gives back what is held. Returns how many."""
    number = 0
    for one in repository.reserved_for(session, row.id):
        if tier is None or one.tier == tier:
            one.status = status
            number += 1
    session.flush()
    return number


def decided(
    session: Session, registry: "Registry", workload: Workload, tenant: tuple[str, str], asked: Asked
) -> tuple[dict[str, Any], outcomes.Outcome]:
    """Inputs of now and what they lead to."""
    found = inputs(session, registry, workload, tenant, asked)
    return found, outcomes.decide(found)


def take_up(row: Placement, found: Mapping[str, Any], outcome: outcomes.Outcome) -> None:
    """The decision as the row has it from now on."""
    row.inputs, row.outcome, row.hash = dict(found), outcome, outcomes.digest(outcome)
    row.chosen = list(outcome["chosen"]["parts"]) if outcome["chosen"] is not None else []
    row.spilled = any(one["group"] > 0 for one in row.chosen)


def hold_or_next(
    session: Session, registry: "Registry", row: Placement, asked: Asked, until: datetime
) -> list[Against]:  # fmt: skip
    """Holds what was chosen, or else what is chosen now; returns what kept it from earlier choices.

    The row is `impossible` where nothing is left."""
    met: list[Against] = []
    for _ in range(ATTEMPTS):
        if not row.chosen:
            break
        try:
            with session.begin_nested():
                hold(session, registry, row, asked, until)
            return met
        except Taken as taken:
            met += taken.found
        tenant = (row.tenant_id, str(row.inputs["tenant"]))
        again = replace(asked, unheld=row.id)
        take_up(row, *decided(session, registry, Workload.model_validate(row.inputs["workload"]), tenant, again))
    row.chosen = []
    return met


def _row(
    row: Placement, part: Mapping[str, Any], place: Location, generations: Mapping[str, Any], until: datetime
) -> CapacityReservation:
    needs = part["needs"]
    return CapacityReservation(
        id=new_id("crs"), placement_id=row.id, tenant_id=row.tenant_id, account_id=place.account_id, location=place.id,
        place=place.place, area=place.area, tier=part["tier"], instances=int(part["count"]), vcpus=needs["vcpus"],
        memory_gib=needs["memory_gib"], disk_gib=needs["disk_gib"], gpus=needs["gpus"],
        generation=generations[place.area].generation, status="reserved", created_at=clock.now(), until=until,
    )  # fmt: skip
