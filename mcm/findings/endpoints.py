"""What could be saved, and the plan that saves it, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import view_of
from mcm.edge.dependencies import ReadSession, RuntimeDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.errors import Forbidden
from mcm.findings import service, standing
from mcm.findings.schemas import (
    CostFinding,
    FindingDismissal,
    FindingKind,
    FindingPlan,
    FindingPlans,
    FindingsChecked,
    FindingSum,
    FindingSummary,
)
from mcm.kit import clock
from mcm.plans import presenting
from mcm.tenancy import sight

router = APIRouter(prefix="/findings", tags=["findings"])
_READ, _WRITE = [authorize(Permission.COST_READ)], [authorize(Permission.COST_WRITE)]
_RUN = [authorize(Permission.OPERATION_RUN)]
Status = Literal["open", "dismissed", "resolved", "all"]


@router.get("", dependencies=_READ)
def list_findings(
    session: ReadSession,
    kind: FindingKind | None = None,
    account: Annotated[str | None, Query(max_length=100, description="name or id")] = None,
    resource: Annotated[str | None, Query(max_length=64, description="id of a resource")] = None,
    status: Status = "open",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CostFinding]:
    """Of resources that you may see, newest first."""
    now = clock.now()
    after = sight.after(session, cursor, datetime, str)
    rows = standing.page(session, after, limit + 1, standing.wanted(status, now, kind, account, resource))
    following = None
    if len(rows) > limit:
        last = rows[limit - 1][0]
        following = sight.cursor_of(session, [last.since, last.id])
    return Page(items=[service.item(one, now) for one in rows[:limit]], next_cursor=following)


@router.get("/summary", dependencies=_READ)
def summarize_findings(
    session: ReadSession,
    account: Annotated[str | None, Query(max_length=100, description="name or id")] = None,
) -> FindingSummary:
    """How many are open by kind, and what they would save in a month as far as prices are known."""
    rows = standing.summary(session, standing.wanted("open", clock.now(), None, account, None))
    names = ("kind", "currency", "count", "priced", "saving")
    sums = [FindingSum.model_validate(dict(zip(names, row, strict=True))) for row in rows]
    return FindingSummary(as_of=standing.as_of(session), kinds=sums)


@router.post("/check", dependencies=_WRITE, response_model=FindingsChecked)
def check_findings(mutation: MutationDep) -> Any:
    """Looks through the inventory now; otherwise mcm does so by itself every hour."""

    def change(session: Session) -> FindingsChecked:
        if not view_of(session).everything:
            raise Forbidden(
                f"{mutation.caller.name} may not have everything looked through",
                next_step="mcm does so by itself; or ask somebody who holds the role in the whole",
            )
        return FindingsChecked.model_validate(service.check(session, mutation.caller))

    return mutation.run(change)


@router.post("/plan", status_code=201, dependencies=_RUN, response_model=FindingPlans)
def plan_findings(body: FindingPlan, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Makes a plan for each action that carries the findings out. Nothing is asked of any cloud."""

    def change(session: Session) -> FindingPlans:
        rows = service.plan(session, runtime.registry, runtime.settings, mutation.caller, body)
        return FindingPlans(plans=presenting.summaries(session, rows))

    return mutation.run(change, status=201)


@router.get("/{finding_id}", dependencies=_READ)
def show_finding(finding_id: str, session: ReadSession) -> CostFinding:
    return service.item(standing.get(session, finding_id), clock.now())


@router.post("/{finding_id}/dismiss", dependencies=_WRITE, response_model=CostFinding)
def dismiss_finding(finding_id: str, body: FindingDismissal, mutation: MutationDep) -> Any:
    """Until a time, or for good; also if it goes and comes back."""

    def change(session: Session) -> CostFinding:
        return service.item(service.dismiss(session, mutation.caller, finding_id, body), clock.now())

    return mutation.run(change)


@router.post("/{finding_id}/reopen", dependencies=_WRITE, response_model=CostFinding)
def reopen_finding(finding_id: str, mutation: MutationDep) -> Any:
    """Takes a dismissal back."""

    def change(session: Session) -> CostFinding:
        return service.item(service.reopen(session, mutation.caller, finding_id), clock.now())

    return mutation.run(change)
