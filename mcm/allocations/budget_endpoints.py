"""Budgets over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.allocations import service
from mcm.allocations.budget_documents import (
    BudgetDetail,
    BudgetDocument,
    BudgetItem,
    BudgetRemoved,
    BudgetsApplied,
    BudgetWrite,
    NamedBudget,
)
from mcm.allocations.documents import RuleName
from mcm.allocations.parameters import Month
from mcm.allocations.questions import require_month
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import Cursor, Limit, Page
from mcm.models import Budget

router = APIRouter(prefix="/budgets", tags=["budgets"])
_READ, _WRITE = [authorize(Permission.COST_READ)], [authorize(Permission.COST_WRITE)]
Name = Annotated[RuleName, Path()]
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("", dependencies=_READ)
def list_budgets(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[BudgetItem]:
    rows, following = service.budget_page(session, limit, cursor)
    return Page(items=service.items(session, rows), next_cursor=following)


@router.get("/{name}", dependencies=_READ)
def show_budget(name: Name, session: ReadSession, response: Response, month: Month = None) -> BudgetDetail:
    """With what is spent of it, what the month is forecast to cost, and what was said about it."""
    row = service.get(session, name)
    response.headers["ETag"] = service.etag(row)
    return service.detail(session, row, require_month(month or service.this_month()))


@router.put("/{name}", dependencies=_WRITE, response_model=BudgetItem)
def write_budget(name: Name, body: BudgetWrite, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    """Makes it, or replaces it. What was said about it this month is not said again."""

    def change(session: Session) -> BudgetItem:
        return service.items(session, [service.write(session, mutation.caller, name, body, if_match)])[0]

    return mutation.run(change)


@router.put("", dependencies=_WRITE, response_model=BudgetsApplied)
def apply_budgets(
    body: BudgetDocument,
    unit: UnitDep,
    mutation: MutationDep,
    dry_run: Annotated[bool, Query(description="say which would be made or replaced; store nothing")] = False,
) -> Any:
    """Makes or replaces the budgets of a YAML document, all or none; others stay."""
    wanted = service.read(body.document)
    if dry_run:
        with unit.reading() as session:
            service.check(session, mutation.caller, wanted)
            return BudgetsApplied(dry_run=True, changed=[one.name for one in wanted], budgets=[])

    def change(session: Session) -> BudgetsApplied:
        rows = _written(session, mutation.caller, wanted)
        return BudgetsApplied(changed=[row.name for row in rows], budgets=service.items(session, rows))

    return mutation.run(change)


@router.delete("/{name}", dependencies=_WRITE, response_model=BudgetRemoved)
def remove_budget(name: Name, mutation: MutationDep, if_match: IfMatch = None, try_only: TryOnly = False) -> Any:
    def change(session: Session) -> BudgetRemoved:
        return BudgetRemoved(budget=service.remove(session, mutation.caller, name, if_match).name)

    return mutation.run(change, dry_run=try_only)


def _written(session: Session, caller: Caller, wanted: list[NamedBudget]) -> list[Budget]:
    return [
        service.write(session, caller, one.name, BudgetWrite.model_validate(one.model_dump(exclude={"name"})), None)
        for one in wanted
    ]
