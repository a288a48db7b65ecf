"""The stream of events over HTTP."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, PresentedDep, RuntimeDep, authorize
from mcm.errors import BadRequest
from mcm.events.kinds import PERMISSIONS
from mcm.events.sieve import Sieve, sieve_of
from mcm.events.stream import EventStream

router = APIRouter(prefix="/events", tags=["events"])
_MOST = 2**63 - 1
_RECENT_S = 3600
_TEXT = {"type": "string"}
_EVENT = {"type": "object", "properties": {"id": _TEXT, "event": _TEXT, "data": _TEXT}}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: id, event (the kind) and data (JSON: id, at, kind, account_id, subject, "
        "data). An id alone is the position to go on from. stream.gap: what came after the given id is not all kept "
        "any more. stream.end: why it ends.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    }
}


# Asynchronous, unlike all others: an open stream must not hold a thread.
@router.get(
    "",
    dependencies=[authorize(Permission.OPERATION_READ)],
    status_code=200,
    response_class=EventStream,
    responses=_STREAM,
)
async def follow_events(
    request: Request,
    runtime: RuntimeDep,
    caller: CallerDep,
    presented: PresentedDep,
    after: Annotated[int | None, Query(ge=0, le=_MOST, description="only what came after this event; 0: all")] = None,
    recent_s: Annotated[
        int, Query(ge=0, le=_RECENT_S, description="without a position: also what came in the last so many seconds")
    ] = 0,
    kinds: Annotated[str | None, Query(max_length=500, description="only these kinds, comma separated")] = None,
    follow: Annotated[
        bool | None,
        Query(description="stay and tell what comes; default: when Accept names text/event-stream"),
    ] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", description="goes before `after`")] = None,
) -> EventStream:
    """What happens, in the order in which it was committed, as far as the caller may see it.

    Without a position a stream begins with what comes next, and one that does not stay with the oldest event kept."""
    wanted = _kinds(kinds)
    position = _number(last_event_id) if last_event_id else after
    staying = follow if follow is not None else "text/event-stream" in request.headers.get("accept", "")
    if staying:
        # A page of another site cannot read the stream, but would take the user's places.
        runtime.door.require_own_page(presented)
    again = replace(presented, again=True)

    def look() -> Sieve | None:
        return sieve_of(runtime.door.identify(again), wanted)

    sieve = sieve_of(caller, wanted) or Sieve({})
    seat = runtime.events.join(caller.principal_id) if staying else None
    return EventStream(runtime.database, runtime.events, seat, sieve, look, position, recent_s)


def _kinds(given: str | None) -> frozenset[str]:
    found = frozenset(part.strip() for part in (given or "").split(",") if part.strip())
    if strange := sorted(found - set(PERMISSIONS)):
        raise BadRequest(f"there is no kind of event '{strange[0][:100]}'", next_step=f"use {', '.join(PERMISSIONS)}")
    return found


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise BadRequest("Last-Event-ID is the id of an event, a number", next_step="leave it out to begin anew")
    return int(given)
