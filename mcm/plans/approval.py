"""Who has to be asked: the rule, its sentences, and what a second person may say. Never commits."""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.contract.actions import Action
from mcm.events import telling
from mcm.kit import clock
from mcm.models import Plan, ResourceRow
from mcm.plans import repository
from mcm.plans.errors import OwnPlan, PlanHashDiffers
from mcm.plans.standing import get, require, require_undrifted
from mcm.settings import Settings
from mcm.tenancy import sight

_SENSITIVE = ("confidential", "restricted")
_WHY = {
    "destructive": ("something is lost that cannot be brought back", "将丢失无法恢复的内容"),
    "many": ("it has many targets", "目标数量较多"),
    "sensitive": ("among the targets are confidential or restricted data", "目标中包含机密或受限数据"),
}
_NOBODY_NEEDED = ("nobody has to approve it", "无需审批")
_ALONE = ("local mode: nobody else to ask", "本地模式：没有其他人可以审批")


def needs(action: Action, targets: Sequence[ResourceRow], settings: Settings) -> list[str]:
    found = []
    if action.destructive and targets:
        found.append("destructive")
    if len(targets) > settings.approval_above:
        found.append("many")
    if any(row.data_class in _SENSITIVE for row in targets):
        found.append("sensitive")
    return found


def alone(session: Session, caller: Caller) -> bool:
    """One person with a database of their own. Where somebody holds a role that approves, they are asked."""
    return caller.method == "local" and not repository.approver_besides(session, caller.principal_id)


def sentence(row: Plan) -> tuple[str, str]:
    """(English, Chinese): why somebody else has to approve, or why nobody has to."""
    if not row.needs:
        return _NOBODY_NEEDED
    why = [_WHY.get(code, (code, code)) for code in row.needs]
    english, chinese = "; ".join(one[0] for one in why), "；".join(one[1] for one in why)
    if row.alone:
        return f"{_ALONE[0]} ({english})", f"{_ALONE[1]}（{chinese}）"
    return f"somebody else has to approve it: {english}", f"需要他人审批：{chinese}"


def approve(session: Session, caller: Caller, settings: Settings, plan_id: str, given: str) -> Plan:
    """Once, by somebody else, of exactly what they saw. Raises OwnPlan, PlanHashDiffers, PlanNotOpen, PlanStale."""
    row = _to_decide(session, caller, plan_id)
    if not hmac.compare_digest(given.encode(), row.hash.encode()):
        raise PlanHashDiffers(
            "this is not the plan's hash: you have seen another plan; nothing was approved",
            next_step=f"look at it again: mcm plan show {row.id}",
        )
    require_undrifted(session, row)
    _decided(row, caller, "approved")
    row.expires_at = clock.now() + timedelta(hours=settings.plan_hours)
    _record(session, caller, row, "plan.approve")
    return row


def reject(session: Session, caller: Caller, plan_id: str, reason: str) -> Plan:
    row = _to_decide(session, caller, plan_id)
    _decided(row, caller, "rejected")
    row.reason, row.finished_at = reason, clock.now()
    _record(session, caller, row, "plan.reject")
    return row


def _to_decide(session: Session, caller: Caller, plan_id: str) -> Plan:
    found = sight.changeable(session, caller, Permission.OPERATION_READ, lambda: get(session, plan_id))
    row = repository.locked(session, found.id) or found
    if row.principal_id == caller.principal_id:
        raise OwnPlan(
            "you asked for this plan yourself: somebody else has to decide",
            next_step=f"ask somebody with the role approver to look at plan {row.id}",
        )
    require(row, "awaiting_approval", doing="decided about")
    return row


def _decided(row: Plan, caller: Caller, status: str) -> None:
    row.status, row.decided_at = status, clock.now()
    row.decided_by_id, row.decided_by = caller.principal_id, caller.name
    row.version += 1


def _record(session: Session, caller: Caller, row: Plan, action: str) -> None:
    session.flush()
    details = {"action": row.action, "hash": row.hash, "requested_by": row.requested_by}
    audit.record(
        session, caller, action, "plan", row.id, details=details | ({"reason": row.reason} if row.reason else {})
    )
    telling.plan(session, row)
