"""Cold moves to another cloud, over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import require_confirmed
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.moves import presenting, service
from mcm.moves.schemas import MoveCreate, MoveDetail, MoveItem, MovePreview, Status
from mcm.tenancy import sight

router = APIRouter(prefix="/moves", tags=["moves"])
_READ = [authorize(Permission.OPERATION_READ)]
_RUN = [authorize(Permission.OPERATION_RUN)]
DryRun = Annotated[
    bool, Query(description="say what would be done, or what a person has to do; send and store nothing")
]


@router.get("", dependencies=_READ)
def list_moves(
    session: ReadSession,
    status: Annotated[list[Status] | None, Query(description="only these; may be repeated")] = None,
    resource: Annotated[str | None, Query(max_length=200, description="id of the instance that moves")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[MoveItem]:
    """Newest first."""
    rows, steps = service.page(
        session, sight.after(session, cursor, datetime, str), limit + 1, statuses=status or (), resource=resource
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[presenting.item(row, steps[row.id]) for row in rows[:limit]],
        next_cursor=sight.cursor_of(session, [last.created_at, last.id]) if last is not None else None,
    )


@router.post("", status_code=202, dependencies=_RUN, response_model=MoveDetail | MovePreview)
def create_move(
    body: MoveCreate, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Moves an instance to another account or region while it is off, or a copy of it while it runs. The dry run says
    what is possible, and what a person has to do; a move that is not possible is refused with the same words."""
    if dry_run:
        with unit.reading() as session:
            return service.preview(session, runtime, mutation.caller, body)
    if body.retire:
        # The recycle bin deletes it some days later.
        require_confirmed(mutation.caller)

    def change(session: Session) -> MoveDetail:
        row = service.create(session, runtime, mutation.caller, body)
        return presenting.detail(row, service.steps_of(session, row))

    return mutation.run(change, status=202)


@router.get("/{move_id}", dependencies=_READ)
def show_move(move_id: str, session: ReadSession) -> MoveDetail:
    """Its steps, how far copies are, and what was compared."""
    row = service.get(session, move_id)
    return presenting.detail(row, service.steps_of(session, row))


@router.post("/{move_id}/cancel", status_code=202, dependencies=_RUN, response_model=MoveDetail)
def cancel_move(move_id: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Undoes what it did so far. Not once the new instance is verified."""

    def change(session: Session) -> MoveDetail:
        row = service.cancel(session, runtime, mutation.caller, service.to_change(session, mutation.caller, move_id))
        return presenting.detail(row, service.steps_of(session, row))

    return mutation.run(change, status=202)


@router.post("/{move_id}/retry", status_code=202, dependencies=_RUN, response_model=MoveDetail)
def retry_move(move_id: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Of one that failed or was cancelled: again, from its first step that is not done."""

    def change(session: Session) -> MoveDetail:
        row = service.to_change(session, mutation.caller, move_id)
        if row.wanted["retire"]:
            require_confirmed(mutation.caller)
        row = service.retry(session, runtime, mutation.caller, row)
        return presenting.detail(row, service.steps_of(session, row))

    return mutation.run(change, status=202)
