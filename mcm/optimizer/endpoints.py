"""Many workloads at once: the plan that places them best, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.db.session import after_commit
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.optimizer import moving, runner, service
from mcm.optimizer.schemas import (
    Applied,
    ApplyRequest,
    OptimizationCreate,
    OptimizationDetail,
    OptimizationItem,
    OptimizationRowItem,
)

router = APIRouter(prefix="/optimizations", tags=["optimizations"])
_READ = [authorize(Permission.PLACEMENT_READ)]
_RUN = [authorize(Permission.PLACEMENT_RUN)]
DryRun = Annotated[bool, Query(description="say what plans would be made; make none")]


@router.get("", dependencies=_READ)
def list_optimizations(
    session: ReadSession, caller: CallerDep, limit: Limit = 100, cursor: Cursor = None
) -> Page[OptimizationItem]:
    """The newest first. One shows itself to those who may see everything that is in it."""
    return service.page(session, caller, limit=limit, cursor=cursor)


@router.post("", status_code=202, dependencies=_RUN, response_model=OptimizationDetail)
def create_optimization(body: OptimizationCreate, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Asks for it; it runs beside the requests, one at a time. Nothing moves by it."""

    def change(session: Session) -> OptimizationDetail:
        row = service.create(session, runtime.settings, mutation.caller, body)
        after_commit(session, lambda: runner.wake(runtime))
        return service.detail(row, mutation.caller)

    return mutation.run(change, status=202)


@router.get("/{optimization_id}", dependencies=_READ)
def show_optimization(optimization_id: str, session: ReadSession, caller: CallerDep) -> OptimizationDetail:
    """How it stands, and what it came to, before and after by place."""
    return service.detail(service.get(session, optimization_id), caller)


@router.get("/{optimization_id}/rows", dependencies=_READ)
def list_optimization_rows(
    optimization_id: str,
    session: ReadSession,
    caller: CallerDep,
    kind: Annotated[Literal["move", "left"] | None, Query(description="only these")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[OptimizationRowItem]:
    """Who moves, what saves most first; then who is left over, and why."""
    return service.rows(session, caller, optimization_id, kind=kind, limit=limit, cursor=cursor)


@router.post("/{optimization_id}/cancel", dependencies=_RUN, response_model=OptimizationDetail)
def cancel_optimization(optimization_id: str, mutation: MutationDep) -> Any:
    def change(session: Session) -> OptimizationDetail:
        return service.detail(service.cancel(session, mutation.caller, optimization_id), mutation.caller)

    return mutation.run(change)


@router.post("/{optimization_id}/apply", dependencies=_RUN, response_model=Applied)
def apply_optimization(
    optimization_id: str, body: ApplyRequest, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep,
    dry_run: DryRun = False,
) -> Any:  # fmt: skip
    """Makes plans of the moves that mcm can carry out; each needs what any plan needs before it is applied. Those
    between clouds begin at once where `moves` says so, and are for a person where mcm cannot carry them out."""
    if dry_run:
        with unit.reading() as session:
            return moving.apply(session, runtime, mutation.caller, optimization_id, body, dry_run=True)

    def change(session: Session) -> Applied:
        return moving.apply(session, runtime, mutation.caller, optimization_id, body, dry_run=False)

    return mutation.run(change)
