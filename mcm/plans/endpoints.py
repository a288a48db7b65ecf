"""Plans over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed
from mcm.contract.actions import ACTIONS
from mcm.edge.confirmation import recently_confirmed, require_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, Unit, UnitDep, authorize
from mcm.edge.mounting import mount
from mcm.edge.mutation import Mutation, MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.models import Plan
from mcm.plans import applying, approval, presenting, repository, service, standing
from mcm.plans.bin_endpoints import router as recycle_bin
from mcm.plans.errors import PlanStale
from mcm.plans.retirement_endpoints import router as retirement
from mcm.plans.schemas import (
    Approval,
    PlanCreate,
    PlanDetail,
    PlanDryRun,
    PlanLimits,
    PlanRetried,
    PlanStatus,
    PlanSummary,
    Rejection,
)
from mcm.tenancy import sight

plans = APIRouter(prefix="/plans", tags=["plans"])
_READ = [authorize(Permission.OPERATION_READ)]
_RUN = [authorize(Permission.OPERATION_RUN)]
_APPROVE = [authorize(Permission.PLAN_APPROVE), recently_confirmed]
DryRun = Annotated[bool, Query(description="say what would be asked for now; store and send nothing")]


@plans.get("", dependencies=_READ)
def list_plans(
    session: ReadSession,
    status: Annotated[list[PlanStatus] | None, Query(description="only these; may be repeated")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[PlanSummary]:
    """Newest first. A plan shows itself to those who may see all of its resources."""
    found = repository.page(session, sight.after(session, cursor, datetime, str), limit + 1, status or ())
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=presenting.summaries(session, found[:limit]),
        next_cursor=sight.cursor_of(session, [last.created_at, last.id]) if last else None,
    )


@plans.get("/limits", dependencies=_READ)
def show_plan_limits(runtime: RuntimeDep) -> PlanLimits:
    """From how many targets on somebody else has to approve, and how much may be destroyed without."""
    return PlanLimits.model_validate(runtime.settings, from_attributes=True)


@plans.post("", status_code=201, dependencies=_RUN, response_model=PlanDetail)
def create_plan(body: PlanCreate, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Looks what an action would do to many resources, and writes it down. Nothing is asked of any cloud."""

    def change(session: Session) -> PlanDetail:
        row = service.create(session, runtime.registry, runtime.settings, mutation.caller, body)
        return presenting.detail(session, row, costs=allowed(mutation.caller, Permission.COST_READ))

    return mutation.run(change, status=201)


@plans.get("/{plan_id}", dependencies=_READ)
def show_plan(plan_id: str, session: ReadSession, caller: CallerDep) -> PlanDetail:
    """Targets, what was left and why, what hangs on them, and what came of each."""
    return presenting.detail(session, standing.get(session, plan_id), costs=allowed(caller, Permission.COST_READ))


@plans.post("/{plan_id}/approve", dependencies=_APPROVE, response_model=PlanSummary)
def approve_plan(plan_id: str, body: Approval, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """By somebody else than who asked for it, and of exactly the plan with this hash."""

    def change(session: Session) -> PlanSummary:
        row = approval.approve(session, mutation.caller, runtime.settings, plan_id, body.hash)
        return presenting.summaries(session, [row])[0]

    return _unless_stale(unit, mutation, plan_id, lambda: mutation.run(change))


@plans.post("/{plan_id}/reject", dependencies=_APPROVE, response_model=PlanSummary)
def reject_plan(plan_id: str, body: Rejection, mutation: MutationDep) -> Any:
    def change(session: Session) -> PlanSummary:
        row = approval.reject(session, mutation.caller, plan_id, body.reason)
        return presenting.summaries(session, [row])[0]

    return mutation.run(change)


@plans.post("/{plan_id}/apply", status_code=202, dependencies=_RUN, response_model=PlanSummary | PlanDryRun)
def apply_plan(plan_id: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Uses it once: asks for one operation for each target. What is left after some seconds is asked for in the
    background; applying it again meanwhile goes on with it."""
    if dry_run:
        with unit.reading() as session:
            row = sight.changeable(
                session, mutation.caller, Permission.OPERATION_READ, lambda: standing.get(session, plan_id)
            )
            applying.check(session, mutation.caller, row)
            number = len(repository.waiting(session, row.id, row.impact["targets"]))
            said = f"would ask for {row.action} on {number} resources; nothing was sent"
            return PlanDryRun(id=row.id, action=row.action, would_ask=number, sentence=said)

    def change(session: Session) -> PlanSummary:
        row = applying.begin(session, mutation.caller, plan_id)
        _confirmed(mutation.caller, row)
        return presenting.summaries(session, [row])[0]

    answer = _unless_stale(unit, mutation, plan_id, lambda: mutation.run(change, status=202))
    applying.go_on(runtime, plan_id)
    return answer


@plans.post("/{plan_id}/retry", status_code=202, dependencies=_RUN, response_model=PlanRetried)
def retry_plan(plan_id: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Asks again for each of its operations that failed."""

    def change(session: Session) -> PlanRetried:
        row, number = applying.retry(session, runtime, mutation.caller, plan_id)
        _confirmed(mutation.caller, row)
        return PlanRetried(**presenting.summaries(session, [row])[0].model_dump(), retried=number)

    return mutation.run(change, status=202)


@plans.post("/{plan_id}/cancel", dependencies=_RUN, response_model=PlanSummary)
def cancel_plan(plan_id: str, mutation: MutationDep) -> Any:
    def change(session: Session) -> PlanSummary:
        return presenting.summaries(session, [service.cancel(session, mutation.caller, plan_id)])[0]

    return mutation.run(change)


def _confirmed(caller: Caller, row: Plan) -> None:
    """As for one operation: what destroys wants the person again. Raises ConfirmationNeeded."""
    if ACTIONS[row.action].destructive:
        require_confirmed(caller)


def _unless_stale(unit: Unit, mutation: Mutation, plan_id: str, work: Callable[[], Response]) -> Response:
    """What was found to have changed is written down although the request is refused."""
    try:
        return work()
    except PlanStale:
        with unit.writing() as session:
            standing.mark_stale(session, mutation.caller, plan_id)
        raise


router = APIRouter()
for part in (plans, recycle_bin, retirement):
    mount(router, part)
