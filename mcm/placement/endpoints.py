"""Where one workload may run and runs best: decisions and what is held for them, over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mounting import mount
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.placement import amounts, binding, following, outcomes, presenting, repository, service
from mcm.placement.location_endpoints import latencies, locations
from mcm.placement.schemas import (
    ApplyPreview,
    Approval,
    PlacementCreate,
    PlacementDetail,
    PlacementItem,
    PlacementPreview,
    PlacementStatus,
    Rejection,
    ReplayItem,
    ReservationItem,
    ReservationStatus,
    WhyItem,
)
from mcm.tenancy import sight

placements = APIRouter(prefix="/placements", tags=["placement"])
reservations = APIRouter(prefix="/reservations", tags=["placement"])
_READ = [authorize(Permission.PLACEMENT_READ)]
_RUN = [authorize(Permission.PLACEMENT_RUN)]
_APPROVE = [authorize(Permission.PLAN_APPROVE), recently_confirmed]
DryRun = Annotated[bool, Query(description="say what it would do; store, hold and send nothing")]


@placements.get("", dependencies=_READ)
def list_placements(
    session: ReadSession,
    status: Annotated[list[PlacementStatus] | None, Query(description="only these; may be repeated")] = None,
    workload: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[PlacementItem]:
    """Newest first."""
    found = repository.page(session, sight.after(session, cursor, datetime, str), limit + 1, status or (), workload)
    last = found[limit - 1] if len(found) > limit else None
    may_tell = presenting.Sight(session)
    return Page(
        items=[presenting.item(session, row, may_tell) for row in found[:limit]],
        next_cursor=sight.cursor_of(session, [last.created_at, last.id]) if last is not None else None,
    )


@placements.post("", status_code=201, dependencies=_RUN, response_model=PlacementDetail | PlacementPreview)
def create_placement(
    body: PlacementCreate, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Decides where a workload goes and holds the room; nothing is asked of any cloud. That nothing fits is an answer
    too: status `impossible`, with what would make it fit."""
    if not dry_run and (saved := mutation.earlier()):
        return saved
    with unit.reading() as session:
        found = service.wanted(session, mutation.caller, body)
        made = service.preview(session, runtime.registry, found)
        if dry_run:
            return PlacementPreview(
                workload=found.workload.name,
                hash=outcomes.digest(made[1]),
                as_of=datetime.fromisoformat(made[0]["now"]),
                outcome=presenting.outcome(
                    made[1],
                    presenting.seen(session, made[0]),
                    priced=amounts.shown_to(mutation.caller, [found.tenant[0]]),
                ),
            )

    def change(session: Session) -> PlacementDetail:
        row = service.create(
            session, runtime.registry, runtime.settings, mutation.caller, found, made, body.minutes
        )  # fmt: skip
        return presenting.detail(session, row, mutation.caller)

    return mutation.run(change, status=201)


@placements.get("/{placement_id}", dependencies=_READ)
def show_placement(placement_id: str, session: ReadSession, caller: CallerDep) -> PlacementDetail:
    """Every candidate with each rule, the scores, what was chosen, what was made of it and what is held for it."""
    return presenting.detail(session, service.get(session, placement_id), caller)


@placements.get("/{placement_id}/why", dependencies=_READ)
def explain_placement(
    placement_id: str, session: ReadSession, caller: CallerDep, location: Annotated[str, Query(max_length=700)]
) -> WhyItem:
    """Why not there: of each tier the rules that keep it away, or how much worse it would be."""
    return presenting.why(session, service.get(session, placement_id), location, caller)


@placements.post("/{placement_id}/replay", dependencies=_RUN, response_model=ReplayItem)
def replay_placement(placement_id: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """Makes the decision again of what it was made of then, and tells what would be decided now. Stores nothing but
    that somebody asked."""
    if saved := mutation.earlier():
        return saved
    with unit.reading() as session:
        row = service.get(session, placement_id)
        again, now, inputs = service.replayed(session, runtime.registry, row)
        answer = presenting.replay(session, row, again, now, inputs, mutation.caller)

    def change(session: Session) -> ReplayItem:
        service.note_replay(session, mutation.caller, placement_id, answer.same)
        return answer

    return mutation.run(change)


@placements.post(
    "/{placement_id}/apply", status_code=202, dependencies=_RUN, response_model=PlacementDetail | ApplyPreview
)
def apply_placement(
    placement_id: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Looks at every hard rule again and asks for the instances, here or at the next candidate. Some placements need
    somebody else's approval first. Applied once more while instances are being made, it looks what became of them."""
    if dry_run:
        with unit.reading() as session:
            against = binding.preview(session, runtime, mutation.caller, placement_id)
            row = service.get(session, placement_id)
            number, may_tell = sum(int(one["count"]) for one in row.chosen), presenting.Sight(session)
            said = f"would make {number} instances: {presenting.parts_at(row.chosen, may_tell)}; nothing was sent"
            return ApplyPreview(
                id=row.id,
                would_make=number,
                at=sorted(filter(may_tell, service.places_of(row))),
                against=[
                    {"tier": one.tier, "location": may_tell.told(one.location), "rule": one.rule} for one in against
                ],
                sentence=said if not against else f"something changed since: the next candidate is asked ({said})",
            )

    def change(session: Session) -> PlacementDetail:
        row = service.to_change(session, mutation.caller, placement_id)
        if row.status == "binding":
            following.go_on(session, runtime, placement_id)
        else:
            row = binding.apply(session, runtime, mutation.caller, placement_id)
        return presenting.detail(session, row, mutation.caller)

    return mutation.run(change, status=202)


@placements.post("/{placement_id}/approve", dependencies=_APPROVE, response_model=PlacementItem)
def approve_placement(placement_id: str, body: Approval, mutation: MutationDep) -> Any:
    """By somebody else than who asked for it, and of exactly the decision with this hash."""

    def change(session: Session) -> PlacementItem:
        return presenting.item(session, service.approve(session, mutation.caller, placement_id, body.hash))

    return mutation.run(change)


@placements.post("/{placement_id}/reject", dependencies=_APPROVE, response_model=PlacementItem)
def reject_placement(placement_id: str, body: Rejection, mutation: MutationDep) -> Any:
    def change(session: Session) -> PlacementItem:
        return presenting.item(session, service.reject(session, mutation.caller, placement_id, body.reason))

    return mutation.run(change)


@placements.post("/{placement_id}/cancel", dependencies=_RUN, response_model=PlacementItem)
def cancel_placement(placement_id: str, mutation: MutationDep) -> Any:
    """Gives back the room that is held."""

    def change(session: Session) -> PlacementItem:
        return presenting.item(session, service.cancel(session, mutation.caller, placement_id))

    return mutation.run(change)


@reservations.get("", dependencies=_READ)
def list_reservations(
    session: ReadSession,
    status: Annotated[list[ReservationStatus] | None, Query(description="only these; may be repeated")] = None,
    placement: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ReservationItem]:
    """Room that decisions hold or held, newest first."""
    found = repository.reservations(
        session, sight.after(session, cursor, datetime, str), limit + 1, status or (), placement
    )
    last = found[limit - 1] if len(found) > limit else None
    may_tell = presenting.Sight(session)
    return Page(
        items=[presenting.reservation(row, may_tell) for row in found[:limit]],
        next_cursor=sight.cursor_of(session, [last.created_at, last.id]) if last is not None else None,
    )


@reservations.post("/{reservation_id}/release", dependencies=_RUN, response_model=ReservationItem)
def release_reservation(reservation_id: str, mutation: MutationDep) -> Any:
    """Gives back everything that its placement holds, which is cancelled by that."""

    def change(session: Session) -> ReservationItem:
        row = service.release(session, mutation.caller, reservation_id)
        return presenting.reservation(row, presenting.Sight(session))

    return mutation.run(change)


router = APIRouter()
for part in (placements, reservations, locations, latencies):
    mount(router, part)
