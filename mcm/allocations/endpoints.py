"""Who pays: allocation rules, reports, budgets, forecasts, over HTTP."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from mcm.allocations import service
from mcm.allocations.budget_endpoints import router as budgets
from mcm.allocations.foretold import AnomalyList, ForecastList
from mcm.allocations.parameters import CostKind, GroupBy, InCurrency, Month, NarrowingDep
from mcm.allocations.rule_endpoints import router as rules
from mcm.allocations.schemas import CostReport, SourceItem
from mcm.allocations.sheet_files import as_csv, as_xlsx
from mcm.allocations.sheet_page import as_html
from mcm.allocations.sheets import sheet
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, authorize
from mcm.edge.paging import Cursor, Limit, Page

router = APIRouter(tags=["cost-reports"])
_READ = [authorize(Permission.COST_READ)]
_FORMATS: dict[str, tuple[Any, str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": (as_html, "text/html; charset=utf-8"),
}
Compare = Annotated[bool, Query(description="with the month before, and why it changed")]


@router.get("/cost-reports", dependencies=_READ)
def show_cost_report(
    session: ReadSession,
    narrowing: NarrowingDep,
    month: Month = None,
    group_by: GroupBy = "tenant",
    cost: CostKind = "billed",
    currency: InCurrency = None,
    compare: Compare = False,
) -> CostReport:
    """What a month cost, shared by the rules, of what the caller sees."""
    asked = service.question(
        session, month=month, by=group_by, cost=cost, currency=currency, only=narrowing.only, compare=compare
    )
    return service.report(session, asked)


@router.get(
    "/cost-reports/export",
    dependencies=_READ,
    response_class=Response,
    responses={200: {"content": {media: {} for _, media in _FORMATS.values()}, "description": "the file"}},
)
def export_cost_report(
    session: ReadSession,
    narrowing: NarrowingDep,
    month: Month = None,
    group_by: GroupBy = "tenant",
    cost: CostKind = "billed",
    currency: InCurrency = None,
    compare: Compare = False,
    format: Literal["csv", "xlsx", "html"] = "csv",
    lang: Literal["en", "zh-CN"] = "en",
) -> Response:
    """The same report as a file; the HTML page needs nothing else and prints well."""
    asked = service.question(
        session, month=month, by=group_by, cost=cost, currency=currency, only=narrowing.only, compare=compare
    )
    write, media = _FORMATS[format]
    body = write(sheet(service.report(session, asked), lang))
    headers = {
        "Content-Disposition": f'attachment; filename="cost-{asked.month}.{format}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=media, headers=headers)


@router.get("/cost-reports/sources", dependencies=_READ)
def list_cost_sources(
    session: ReadSession,
    narrowing: NarrowingDep,
    month: Month = None,
    cost: CostKind = "billed",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[SourceItem]:
    """What lies behind a line of a report: which charges, shared by which rules, and how to find them."""
    asked = service.question(
        session, month=month, by="tenant,application,cost_center,environment", cost=cost, only=narrowing.only
    )
    return service.sources(session, asked, limit, cursor)


@router.get("/forecasts", dependencies=_READ)
def list_forecasts(
    session: ReadSession,
    narrowing: NarrowingDep,
    cost: CostKind = "billed",
    currency: InCurrency = None,
    ahead: Annotated[int, Query(ge=0, le=3, description="0: this month")] = 0,
) -> ForecastList:
    """What a month will cost, by the simple method that was nearest in the months before."""
    asked = service.question(session, cost=cost, currency=currency, only=narrowing.only)
    return service.forecasts(session, asked, ahead)


@router.get("/anomalies", dependencies=_READ)
def list_anomalies(
    session: ReadSession,
    narrowing: NarrowingDep,
    month: Month = None,
    cost: CostKind = "billed",
    days: Annotated[int, Query(ge=1, le=92, description="how far back")] = 14,
    sensitivity: Annotated[Decimal, Query(ge=1, le=100, description="deviations that count as odd")] = Decimal(5),
    least: Annotated[Decimal, Query(ge=0, le=10**12, description="the smallest excess of a day")] = Decimal(1),
) -> AnomalyList:
    """Days on which a service of an account cost far more than in the weeks before."""
    asked = service.question(session, month=month, cost=cost, only=narrowing.only)
    return service.odd_days(session, asked, days, sensitivity, least)


router.routes.extend(rules.routes)
router.routes.extend(budgets.routes)
