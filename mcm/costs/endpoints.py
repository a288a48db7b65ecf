"""Comparisons: what a workload or a selection costs on every location, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.costs import estimates, exporting
from mcm.costs.comparing import compare
from mcm.costs.quote_endpoints import router as quotes
from mcm.costs.schemas import (
    CompareRequest,
    Comparison,
    EstimateDetail,
    EstimateItem,
    EstimateRemoved,
    EstimateWrite,
    ExportFormat,
)
from mcm.edge.dependencies import CallerDep, ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.edge.tongue import Language

router = APIRouter(tags=["costs"])
# Who may describe a workload may keep what it would cost.
_READ, _WRITE = [authorize(Permission.COST_READ)], [authorize(Permission.WORKLOAD_WRITE)]
DryRun = Annotated[bool, Query(description="say what it would do; store nothing")]
Lang = Annotated[Language, Query(description="of headings and sentences")]


@router.post("/costs/compare", dependencies=_READ)
def compare_costs(body: CompareRequest, session: ReadSession, caller: CallerDep) -> Comparison:
    """What it costs on every location, line by line. Stores nothing and needs no Idempotency-Key."""
    return compare(session, caller, body).comparison


@router.get("/estimates", dependencies=_READ)
def list_estimates(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[EstimateItem]:
    """The newest first."""
    return estimates.page(session, limit=limit, cursor=cursor)


@router.post("/estimates", status_code=201, dependencies=_WRITE, response_model=EstimateDetail | Comparison)
def create_estimate(body: EstimateWrite, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Compares, and keeps the answer with all its prices, rates and warnings. It is never reckoned again."""
    if dry_run:
        with unit.reading() as session:
            estimates.require_reading(mutation.caller)
            return compare(session, mutation.caller, body).comparison

    def change(session: Session) -> EstimateDetail:
        return estimates.detail(session, estimates.create(session, mutation.caller, body))

    return mutation.run(change, status=201)


@router.get("/estimates/{estimate_id}", dependencies=_READ)
def show_estimate(estimate_id: str, session: ReadSession) -> EstimateDetail:
    """As it was made, whatever prices are today."""
    return estimates.detail(session, estimates.get(session, estimate_id))


@router.get("/estimates/{estimate_id}/export", dependencies=_READ, response_class=StreamingResponse)
def export_estimate(
    estimate_id: str, session: ReadSession, format: ExportFormat = "xlsx", lang: Lang = "en"
) -> StreamingResponse:
    """As a table (csv), a workbook whose sums are formulas (xlsx) or a page that prints well (html)."""
    row = estimates.get(session, estimate_id)
    content = exporting.export(estimates.comparison(row), format, lang, title=row.title)
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.{format}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(iter([content]), media_type=exporting.MEDIA_TYPES[format], headers=headers)


@router.delete("/estimates/{estimate_id}", dependencies=_WRITE, response_model=EstimateRemoved)
def remove_estimate(estimate_id: str, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    if dry_run:
        with unit.reading() as session:
            return EstimateRemoved(dry_run=True, estimate=estimates.to_change(session, mutation.caller, estimate_id).id)

    def change(session: Session) -> EstimateRemoved:
        return EstimateRemoved(estimate=estimates.remove(session, mutation.caller, estimate_id).id)

    return mutation.run(change)


router.routes.extend(quotes.routes)
