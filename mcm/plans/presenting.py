"""Rows → plans, the recycle bin and retirement as the API shows them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from mcm.contract.actions import ACTIONS
from mcm.models import Plan, PlanItem, Recycled, ResourceRow, Retirement
from mcm.operations.impact import visible
from mcm.plans import repository
from mcm.plans.approval import sentence
from mcm.plans.schemas import PlanDetail, PlanItemView, PlanSummary, RecycledItem, RetirementItem
from mcm.plans.standing import status_of

_PLAN = set(PlanSummary.model_fields) & set(Plan.__table__.columns.keys()) - {"status"}
_RECYCLED = set(RecycledItem.model_fields) & set(Recycled.__table__.columns.keys())
_RETIREMENT = set(RetirementItem.model_fields) & set(Retirement.__table__.columns.keys())
_RESOURCE = ("name", "kind", "state", "account_id", "owner")


def summaries(session: Session, rows: Sequence[Plan]) -> list[PlanSummary]:
    counts = repository.counts(session, [row.id for row in rows])
    return [PlanSummary.model_validate(_summary(row, counts[row.id])) for row in rows]


def detail(session: Session, row: Plan, *, costs: bool) -> PlanDetail:
    """costs: whether the reader may know what things cost."""
    counts = repository.counts(session, [row.id])[row.id]
    items = [_item(*found) for found in repository.items(session, row.id)]
    impact = visible(session, row.impact, costs=costs)
    told = _summary(row, counts) | {"impact": impact, "drift": row.drift, "items": items}
    return PlanDetail.model_validate(told)


def recycled(row: Recycled, started: str | None = None) -> RecycledItem:
    values = {name: getattr(row, name) for name in _RECYCLED}
    return RecycledItem.model_validate(values | {"account": row.account_name, "start_operation": started})


def retirement(row: Retirement, resource: ResourceRow) -> RetirementItem:
    values = {name: getattr(row, name) for name in _RETIREMENT}
    return RetirementItem.model_validate(values | {name: getattr(resource, name) for name in _RESOURCE})


def _summary(row: Plan, counts: dict[str, int]) -> dict[str, Any]:
    english, chinese = sentence(row)
    action = ACTIONS[row.action]
    return {name: getattr(row, name) for name in _PLAN} | {
        "status": status_of(row),
        "destructive": action.destructive,
        "reversible_by": action.reversible_by,
        "requires_approval": bool(row.needs) and not row.alone,
        "approval": english,
        "approval_zh": chinese,
        "counts": counts,
    }


def _item(row: PlanItem, status: str | None, error: str | None) -> PlanItemView:
    return PlanItemView.model_validate(
        {
            "resource_id": row.resource_id,
            "name": row.name,
            "kind": row.kind,
            "account": row.account_name,
            "account_id": row.account_id,
            "state": row.seen["state"],
            "data_class": row.seen["data_class"],
            "version": row.version,
            "status": row.status,
            "why": row.why,
            "operation_id": row.operation_id,
            "operation_status": status,
            "operation_error": error,
        }
    )
