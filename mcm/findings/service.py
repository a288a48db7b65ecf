"""Looking for what could be saved, not wanting to hear of it, and making plans of it. Never commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view_of
from mcm.findings import looking, standing
from mcm.findings.errors import FindingNotOpen, FindingWithoutAction, InvalidDismissal
from mcm.findings.schemas import CostFinding, FindingDismissal, FindingPlan
from mcm.kit import clock
from mcm.models import Finding, Plan
from mcm.plans import service as plans
from mcm.plans.schemas import PlanCreate
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

_COLUMNS = tuple(name for name in CostFinding.model_fields if name in set(Finding.__table__.columns.keys()))


def run(runtime: "Runtime") -> None:
    """From the schedule of jobs: looks with one transaction, writes down with another."""
    now = clock.now()
    with runtime.database.reading() as session:
        found = list(looking.look(session, now))
    with runtime.database.writing() as session:
        standing.record(session, found, now)


def check(session: Session, caller: Caller) -> dict[str, int]:
    """Now, under a view of everything."""
    now = clock.now()
    counts = standing.record(session, list(looking.look(session, now)), now)
    audit.record(session, caller, "finding.check", "findings", "all", details=dict(counts))
    return counts


def dismiss(session: Session, caller: Caller, finding_id: str, wanted: FindingDismissal) -> Any:
    """The finding as `standing.get` gives it. Raises FindingNotFound, FindingNotOpen, InvalidDismissal."""
    now = clock.now()
    if wanted.until is not None and wanted.until <= now:
        raise InvalidDismissal(
            "the dismissal would be over already", next_step="name a time to come, or none for good"
        )  # fmt: skip
    found = _to_change(session, caller, finding_id)
    row: Finding = found[0]
    if row.resolved_at is not None:
        raise FindingNotOpen("the finding is resolved", next_step="nothing: it is so no more")
    row.dismissed_at, row.dismissed_until = now, wanted.until
    row.dismissed_by, row.dismissed_why = caller.name, wanted.reason
    return _changed(session, caller, found, "finding.dismiss")


def reopen(session: Session, caller: Caller, finding_id: str) -> Any:
    """Takes a dismissal back. Raises FindingNotFound."""
    found = _to_change(session, caller, finding_id)
    row: Finding = found[0]
    row.dismissed_at = row.dismissed_until = row.dismissed_by = row.dismissed_why = None
    return _changed(session, caller, found, "finding.reopen")


def plan(session: Session, registry: Registry, settings: Settings, caller: Caller, wanted: FindingPlan) -> list[Plan]:
    """Nothing is asked of any cloud. Raises FindingNotFound, FindingNotOpen, FindingWithoutAction and what
    making a plan raises."""
    now = clock.now()
    inside = view_of(session)
    rows: list[Finding] = []
    for ident in dict.fromkeys(wanted.findings):
        row: Finding = _to_change(session, caller, ident)[0]
        if row.resolved_at is not None or standing.is_dismissed(row, now):
            raise FindingNotOpen(
                f"the finding {ident} is {_status(row, now)}", next_step="leave it out, or reopen it if it is dismissed"
            )
        if not row.action:
            raise FindingWithoutAction(
                f"the finding {ident} has no action: a commitment is bought at the cloud, not by mcm",
                next_step="leave it out; its evidence says what to buy there",
            )
        rows.append(row)
    made = []
    for action, params, resources in _grouped(rows):
        # Choosing targets narrows the view to where this action may be done.
        limit(session, inside)
        order = PlanCreate(action=action, resources=resources, params=params, note=wanted.note)
        made.append(plans.create(session, registry, settings, caller, order))
    return made


def item(found: Any, now: datetime) -> CostFinding:
    """found: as in `standing.page`."""
    row, name, kind, state, account, account_id, region = found
    told = {column: getattr(row, column) for column in _COLUMNS} | {
        "status": _status(row, now), "name": name, "resource_kind": kind, "state": state, "account": account,
        "account_id": account_id, "region": region, "action": row.action or None,
    }  # fmt: skip
    return CostFinding.model_validate(told)


def _grouped(rows: Sequence[Finding]) -> list[tuple[str, dict[str, Any], list[str]]]:
    groups: dict[tuple[str, bytes], tuple[str, dict[str, Any], list[str]]] = {}
    for row in rows:
        key = (row.action, orjson.dumps(row.params, option=orjson.OPT_SORT_KEYS))
        groups.setdefault(key, (row.action, dict(row.params), []))[2].append(row.resource_id)
    return list(groups.values())


def _to_change(session: Session, caller: Caller, finding_id: str) -> Any:
    return sight.changeable(session, caller, Permission.COST_READ, lambda: standing.get(session, finding_id))


def _changed(session: Session, caller: Caller, found: Any, action: str) -> Any:
    row: Finding = found[0]
    session.flush()
    details: dict[str, object] = {
        "kind": row.kind, "resource": row.resource_id, "reason": row.dismissed_why,
        "until": clock.to_text(row.dismissed_until) if row.dismissed_until else None,
    }  # fmt: skip
    audit.record(session, caller, action, "finding", row.id, details=details)
    return found


def _status(row: Finding, now: datetime) -> str:
    if row.resolved_at is not None:
        return "resolved"
    return "dismissed" if standing.is_dismissed(row, now) else "open"
