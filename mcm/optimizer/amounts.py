"""Results without amounts, for who sees where things go and not what they cost."""

from typing import Any

from mcm.auth.service import Caller
from mcm.models import Optimization
from mcm.optimizer.schemas import OptimizationDetail, OptimizationItem, OptimizationRowItem, Told
from mcm.optimizer.texts import told
from mcm.placement import amounts


def shown_to(caller: Caller, row: Optimization) -> bool:
    return amounts.shown_to(caller, {row.tenant_id, *row.tenants})


def item(found: OptimizationItem) -> OptimizationItem:
    return found.model_copy(update={"saving": None, **amounts.withheld(shown=False)})


def detail(found: OptimizationDetail) -> OptimizationDetail:
    result = None if found.result is None else found.result.model_copy(update={"saving": None, "figures": {}})
    return found.model_copy(update={"saving": None, "result": result, **amounts.withheld(shown=False)})


def row(found: OptimizationRowItem) -> OptimizationRowItem:
    risk = found.risk
    if risk is not None:
        risk = risk.model_copy(update={"egress": None, "policies": amounts.said_without(risk.policies)})
    hidden: dict[str, Any] = {"before": None, "after": None, "saving": None, "risk": risk}
    hidden |= {"reasons": [_reason(one) for one in found.reasons], **amounts.withheld(shown=False)}
    return found.model_copy(update=hidden)


def _reason(found: Told) -> Told:
    # A policy's message may hold what it costs there; of what was kept before this was noted, nobody knows.
    if found.code != "violates" or not found.params.get("priced", True):
        return found
    title, title_zh = found.params["title"], found.params["title_zh"]
    return told("violates", {**found.params, "message": title, "message_zh": title_zh or title})
