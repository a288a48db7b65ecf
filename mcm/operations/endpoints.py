"""Actions and operations over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import allowed
from mcm.contract.actions import ACTIONS
from mcm.db.session import after_commit
from mcm.edge.confirmation import require_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.operations import deciding, needs, presenting, repository, service
from mcm.operations.choices.endpoints import router as of_choices
from mcm.operations.orders import split
from mcm.operations.schemas import (
    ActionItem,
    DryRunAnswer,
    OperationCreate,
    OperationDetail,
    OperationItem,
    Resolution,
    Status,
    VerdictItem,
)
from mcm.operations.verdicts import standings, verdicts
from mcm.tenancy import sight

router = APIRouter(tags=["operations"])
_READ = [authorize(Permission.OPERATION_READ)]
_RUN = [authorize(Permission.OPERATION_RUN)]
DryRun = Annotated[bool, Query(description="validate and say what would be asked; send, store and reserve nothing")]


@router.get("/actions", dependencies=[authorize(Permission.PROVIDER_READ)])
def list_actions(runtime: RuntimeDep) -> list[ActionItem]:
    """Every action: what it needs and does, and which providers do it."""
    return [presenting.action_item(action, runtime.registry) for action in ACTIONS.values()]


@router.get("/resources/{resource_id}/actions", dependencies=_READ)
def list_actions_of_resource(
    resource_id: str, session: ReadSession, runtime: RuntimeDep, caller: CallerDep
) -> list[VerdictItem]:
    """Every action of its kind: allowed now, or why not and what would help."""
    row = repository.resource(session, resource_id)
    if row is None:
        raise service.no_resource()
    standing = standings(session, runtime.registry, [row])[0]
    return [presenting.verdict_item(found) for found in verdicts(caller, standing)]


@router.get("/operations", dependencies=_READ)
def list_operations(
    session: ReadSession,
    status: Annotated[list[Status] | None, Query(description="only these; may be repeated")] = None,
    resource: Annotated[str | None, Query(max_length=200, description="id of a resource")] = None,
    account: Annotated[str | None, Query(max_length=200, description="id of an account")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[OperationItem]:
    """Newest first."""
    found = repository.page(
        session,
        sight.after(session, cursor, datetime, str),
        limit + 1,
        statuses=status or (),
        account_id=account,
        resource_id=resource,
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[presenting.item(row) for row in found[:limit]],
        next_cursor=sight.cursor_of(session, [last.created_at, last.id]) if last else None,
    )


@router.post("/operations", status_code=202, dependencies=_RUN, response_model=OperationItem | DryRunAnswer)
def create_operation(
    body: OperationCreate, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Asks a cloud for something. The answer is the operation; follow it at its own address or by events.

    Everything that can be known is checked first. What is asked for twice with one Idempotency-Key happens once."""
    if dry_run:
        with unit.reading() as session:
            found = service.wanted(session, runtime.registry, mutation.caller, body)
            asked = (session, found.account, found.action, found.params)
            needs.require_room(*asked, found.row, found.region)
            doubts, costs = needs.doubts(*asked, found.region), allowed(mutation.caller, Permission.COST_READ)
            return presenting.dry_run(session, found, split(found.params)[0], doubts, costs=costs)

    if service.action_named(body.action).destructive:
        require_confirmed(mutation.caller)

    def change(session: Session) -> OperationItem:
        found = service.wanted(session, runtime.registry, mutation.caller, body)
        made = service.create(session, runtime.vault, mutation.caller, found)
        after_commit(session, runtime.operations.wake)
        return presenting.item(made)

    return mutation.run(change, status=202)


router.routes.extend(of_choices.routes)


@router.get("/operations/{operation_id}", dependencies=_READ)
def show_operation(operation_id: str, session: ReadSession) -> OperationDetail:
    row = service.get(session, operation_id)
    lines = [presenting.log_line(line) for line in repository.log(session, row.id)]
    return OperationDetail(**presenting.item(row).model_dump(), log=lines)


@router.post("/operations/{operation_id}/cancel", dependencies=_RUN, response_model=OperationItem)
def cancel_operation(operation_id: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Before it was sent. What the cloud has taken cannot be called back."""

    def change(session: Session) -> OperationItem:
        row = deciding.cancel(session, mutation.caller, deciding.to_change(session, mutation.caller, operation_id))
        after_commit(session, runtime.operations.wake)
        return presenting.item(row)

    return mutation.run(change)


@router.post("/operations/{operation_id}/retry", status_code=202, dependencies=_RUN, response_model=OperationItem)
def retry_operation(operation_id: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """One that failed or is in doubt, from the step it stands at."""

    def change(session: Session) -> OperationItem:
        row = deciding.to_change(session, mutation.caller, operation_id)
        if ACTIONS[row.action].destructive:
            require_confirmed(mutation.caller)
        row = deciding.retry(session, runtime.registry, mutation.caller, row)
        after_commit(session, runtime.operations.wake)
        return presenting.item(row)

    return mutation.run(change, status=202)


@router.post("/operations/{operation_id}/resolve", dependencies=_RUN, response_model=OperationItem)
def resolve_operation(operation_id: str, body: Resolution, mutation: MutationDep) -> Any:
    """Says how one in doubt ended, after somebody has looked."""

    def change(session: Session) -> OperationItem:
        row = deciding.to_change(session, mutation.caller, operation_id)
        return presenting.item(deciding.resolve(session, mutation.caller, row, body.outcome))

    return mutation.run(change)
