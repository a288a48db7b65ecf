"""Where a plan stands, and what must hold before anything is done with it."""

from typing import Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.contract.actions import ACTIONS
from mcm.events import telling
from mcm.kit import clock
from mcm.models import Plan
from mcm.plans import repository, versions
from mcm.plans.errors import PlanNotFound, PlanNotOpen, PlanStale

_SHOWN = 50


def get(session: Session, plan_id: str) -> Plan:
    found = repository.find(session, plan_id)
    if found is None:
        raise PlanNotFound(f"there is no plan '{plan_id}'", next_step="`mcm plan list` shows those there are")
    return found


def status_of(row: Plan) -> str:
    """As it is now: a plan whose time is over is expired also before anybody has written so."""
    return "expired" if row.status in repository.OPEN and row.expires_at <= clock.now() else row.status


def require(row: Plan, *statuses: str, doing: str) -> None:
    now = status_of(row)
    if now not in statuses:
        raise PlanNotOpen(
            f"plan {row.id} is {now.replace('_', ' ')} and cannot be {doing}",
            next_step="make a new plan" if now in ("expired", "stale", "applied") else f"mcm plan show {row.id}",
            details={"status": now},
        )


def require_undrifted(session: Session, row: Plan) -> None:
    """Raises PlanStale when a target is not what it was, or the plan not what its hash says."""
    found = drift(session, row)
    if found:
        names = ", ".join(f"'{one['name']}' ({', '.join(one['changed'])})" for one in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise PlanStale(
            f"what the plan was made for has changed: {names}{more}; nothing was asked for",
            next_step="make a new plan",
            details={"drift": found[:_SHOWN], "changed": len(found)},
        )


def drift(session: Session, row: Plan) -> list[dict[str, Any]]:
    items = repository.targets(session, row.id)
    if versions.plan_hash(row.action, row.params, ((item.resource_id, item.version) for item in items)) != row.hash:
        return [{"resource_id": "", "name": row.id, "changed": ["hash"], "before": {}, "after": {}}]
    return versions.drift(session, ACTIONS[row.action], items)


def mark_stale(session: Session, caller: Caller, plan_id: str) -> None:
    """In a transaction of its own, after a change was refused for it. Looks again: it may be what it was by now."""
    row = repository.locked(session, plan_id)
    if row is None or status_of(row) not in repository.OPEN:
        return
    found = drift(session, row)
    if not found:
        return
    row.status, row.drift, row.finished_at = "stale", found, clock.now()
    row.version += 1
    session.flush()
    audit.record(session, caller, "plan.stale", "plan", row.id, outcome="failed", details={"changed": len(found)})
    telling.plan(session, row)
