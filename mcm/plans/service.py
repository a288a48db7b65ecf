"""Making plans and taking them back. Never commits."""

from datetime import timedelta

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.contract.actions import Action
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Plan, PlanItem
from mcm.operations.impact import impact
from mcm.operations.orders import split, validated
from mcm.operations.service import action_named
from mcm.plans import approval, repository, versions
from mcm.plans.choosing import Chosen, choose
from mcm.plans.errors import InvalidPlan
from mcm.plans.schemas import PlanCreate
from mcm.plans.standing import get, require
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.tenancy import sight


def create(session: Session, registry: Registry, settings: Settings, caller: Caller, wanted: PlanCreate) -> Plan:
    """Nothing but the plan itself is written. Raises UnknownAction, InvalidParams, InvalidPlan, FilterError."""
    action = _action(wanted)
    params = validated(action.id, wanted.params)
    public, secret = split(params)
    if secret:
        raise InvalidPlan(f"{action.id} with {', '.join(secret)} cannot be planned: a plan holds no secrets")
    choice = choose(session, registry, caller, action, params, wanted.filter, wanted.resources)
    targets = choice.targets
    seen = versions.seen(session, action, [one.row for one in choice.items])
    digests = {ident: versions.digest(found) for ident, found in seen.items()}
    needed = approval.needs(action, targets, settings)
    alone = bool(needed) and approval.alone(session, caller)
    now = clock.now()
    row = Plan(
        id=new_id("pln"), status="awaiting_approval" if needed and not alone else "draft", action=action.id,
        params=public, filter=wanted.filter, note=wanted.note,
        hash=versions.plan_hash(action.id, public, ((one.id, digests[one.id]) for one in targets)),
        tenant_id=caller.tenant_id, principal_id=caller.principal_id, requested_by=caller.name, needs=needed,
        alone=alone, impact=impact(session, targets, [one.row for one in choice.items if one.why]), drift=[],
        created_at=now, expires_at=now + timedelta(hours=settings.plan_hours), version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all([_item(row.id, one, seen[one.row.id], digests[one.row.id]) for one in choice.items])
    session.flush()
    audit.record(
        session, caller, "plan.create", "plan", row.id,
        details={"action": action.id, "targets": len(targets), "hash": row.hash, "needs": needed},
    )  # fmt: skip
    telling.plan(session, row)
    return row


def cancel(session: Session, caller: Caller, plan_id: str) -> Plan:
    """By whoever could apply it. What was asked for already goes on."""
    row = to_change(session, caller, plan_id)
    require(row, *repository.OPEN, doing="cancelled")
    row.status, row.finished_at = "cancelled", clock.now()
    row.version += 1
    session.flush()
    audit.record(session, caller, "plan.cancel", "plan", row.id, details={"action": row.action})
    telling.plan(session, row)
    return row


def to_change(session: Session, caller: Caller, plan_id: str) -> Plan:
    """Locked, under the view of a change. Raises PlanNotFound, Forbidden."""
    found = sight.changeable(session, caller, Permission.OPERATION_READ, lambda: get(session, plan_id))
    return repository.locked(session, found.id) or found


def _action(wanted: PlanCreate) -> Action:
    action = action_named(wanted.action)
    if not action.targets:
        raise InvalidPlan(
            f"{action.id} makes something new; a plan acts on what is there", next_step="ask for it as an operation"
        )
    if (wanted.filter is None) == (not wanted.resources):
        raise InvalidPlan("a plan is about what matches `filter`, or about `resources`: give one of them")
    return action


def _item(plan_id: str, one: Chosen, seen: dict[str, object], digest: str) -> PlanItem:
    row = one.row
    return PlanItem(
        plan_id=plan_id, resource_id=row.id, status="left" if one.why else "target", kind=row.kind, name=row.name,
        tenant_id=row.tenant_id, account_id=row.account_id,
        account_name=one.account.name if one.account is not None else row.account_id, project=row.project, seen=seen,
        version=digest, why=one.why,
    )  # fmt: skip
