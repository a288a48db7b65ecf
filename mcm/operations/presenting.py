"""Rows → operations, actions and verdicts as the API shows them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mcm.contract import ProviderDescriptor
from mcm.contract.actions import ACTIONS, Action
from mcm.models import Operation, OperationLog
from mcm.operations import bill
from mcm.operations.impact import impact
from mcm.operations.lines import line
from mcm.operations.needs import Problem
from mcm.operations.reasons import Verdict
from mcm.operations.schemas import (
    ActionItem,
    DryRunAnswer,
    Impact,
    LogLine,
    Offer,
    OperationItem,
    StepItem,
    VerdictItem,
    Warned,
)
from mcm.operations.service import Wanted
from mcm.operations.verdicts import support
from mcm.registry import Registry

_COLUMNS = set(OperationItem.model_fields) & set(Operation.__table__.columns.keys()) - {"steps"}


def item(row: Operation) -> OperationItem:
    return OperationItem(
        **{name: getattr(row, name) for name in _COLUMNS},
        account=row.account_name,
        kind=ACTIONS[row.action].kind.value,
        steps=[StepItem(**{name: step[name] for name in StepItem.model_fields}) for step in row.steps],
        made_native_id=(row.made or {}).get("native_id"),
        requested_by=row.caller["name"],
        cancel_requested=row.cancel_at is not None,
    )


def log_line(row: OperationLog) -> LogLine:
    text, text_zh = line(row.code, row.values)
    return LogLine(at=row.at, event=row.code, text=text, text_zh=text_zh, values=row.values)


def dry_run(
    session: Session, found: Wanted, params: dict[str, object], doubts: Sequence[Problem] = (), *, costs: bool = False
) -> DryRunAnswer:
    """costs: whether whoever asks may know what things cost."""
    action, radius = found.action, None
    if action.destructive and found.row is not None:
        told = impact(session, [found.row], [])
        radius = Impact(**(told if costs else bill.hidden(told)))
    return DryRunAnswer(
        action=action.id,
        resource_id=found.row.id if found.row is not None else None,
        resource_name=found.name,
        account=found.account.name,
        region=found.region,
        params=params,
        destructive=action.destructive,
        bill=action.bill.value,
        reversible_by=action.reversible_by,
        sentence=f"would ask for {found.sentence}; nothing was sent",
        warnings=[Warned(param=param, **doubt.told) for param, _, doubt in doubts],
        impact=radius,
    )


def verdict_item(found: Verdict) -> VerdictItem:
    action = ACTIONS[found.action]
    return VerdictItem(
        action=found.action,
        allowed=found.allowed,
        reason_code=found.reason_code,
        reason=found.reason,
        reason_zh=found.reason_zh,
        how_to_fix=found.how_to_fix,
        how_to_fix_zh=found.how_to_fix_zh,
        destructive=action.destructive,
        params=action.params.model_json_schema(),
    )


def action_item(action: Action, registry: Registry) -> ActionItem:
    said = {name: _offer(registry.descriptor(name), action) for name in registry.names()}
    return ActionItem(
        id=action.id,
        kind=action.kind.value,
        effect=action.effect.value,
        destructive=action.destructive,
        bill=action.bill.value,
        reversible_by=action.reversible_by,
        states=sorted(action.states),
        leads_to=sorted(action.leads_to),
        makes=action.makes.value if action.makes is not None else None,
        on_account=not action.targets,
        timeout_s=action.timeout_s,
        params=action.params.model_json_schema(),
        providers=said,
    )


def _offer(descriptor: ProviderDescriptor, action: Action) -> Offer:
    hindrance = support(descriptor, action)
    if hindrance is not None:
        return Offer(support="unsupported", reason=hindrance.reason, reason_zh=hindrance.reason_zh)
    return Offer(support="proven" if action.id in descriptor.proven else "unproven", reason="", reason_zh="")
