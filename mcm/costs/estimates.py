"""Comparisons that are kept: stored as they were answered, and shown so however prices change. Never commits."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed, view_of
from mcm.costs import repository
from mcm.costs.comparing import compare
from mcm.costs.errors import EstimateNotFound
from mcm.costs.schemas import Comparison, EstimateDetail, EstimateItem, EstimateWrite
from mcm.errors import Forbidden
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Estimate, Principal
from mcm.paging import Page
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight


def create(session: Session, caller: Caller, wanted: EstimateWrite) -> Estimate:
    """Raises what `compare` raises, and Forbidden."""
    require_reading(caller)
    made = compare(session, caller, wanted)
    text = made.comparison.model_dump_json()
    named = made.comparison.subject
    row = Estimate(
        id=new_id("est"), title=wanted.title or named.title or named.name or named.filter or "",
        tenant_id=tenancy.home(session, caller, wanted.tenant), principal_id=caller.principal_id,
        asked=wanted.model_dump(mode="json", exclude_none=True), comparison=text,
        hash=hashlib.sha256(text.encode()).hexdigest(), accounts=sorted(made.accounts),
        resources=[list(one) for one in made.subject.resources], created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _told(session, caller, row, "estimate.create")
    return row


def require_reading(caller: Caller) -> None:
    """Whoever keeps an estimate reads what it says: the route itself asks for the right to write. Raises Forbidden."""
    if not allowed(caller, Permission.COST_READ):
        raise Forbidden(
            f"{caller.name} lacks the permission '{Permission.COST_READ}'",
            next_step="ask an administrator for a role that includes it",
        )


def page(session: Session, *, limit: int, cursor: str | None) -> Page[EstimateItem]:
    after = sight.after(session, cursor, datetime, str)
    rows = repository.estimates(session, after=after, limit=limit + 1, visible=_visible(session))
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = sight.cursor_of(session, [last.created_at, last.id])
    return Page(items=[item(session, row) for row in rows[:limit]], next_cursor=following)


def get(session: Session, estimate_id: str) -> Estimate:
    """Raises EstimateNotFound, also for one that tells of something the session may not see."""
    found = None if "\0" in estimate_id else repository.estimate(session, estimate_id, _visible(session))
    if found is None:
        raise EstimateNotFound("there is no estimate with this id", next_step="GET /api/v1/estimates lists all")
    return found


def remove(session: Session, caller: Caller, estimate_id: str) -> Estimate:
    row = to_change(session, caller, estimate_id)
    _told(session, caller, row, "estimate.remove")
    session.delete(row)
    session.flush()
    return row


def to_change(session: Session, caller: Caller, estimate_id: str) -> Estimate:
    return sight.changeable(session, caller, Permission.COST_READ, lambda: get(session, estimate_id))


def comparison(row: Estimate) -> Comparison:
    return Comparison.model_validate_json(row.comparison)


def item(session: Session, row: Estimate) -> EstimateItem:
    return EstimateItem.model_validate(_shown(session, row, orjson.loads(row.comparison)))


def detail(session: Session, row: Estimate) -> EstimateDetail:
    kept = comparison(row)
    shown = _shown(session, row, orjson.loads(row.comparison))
    return EstimateDetail.model_validate(shown | {"asked": row.asked, "comparison": kept})


def _shown(session: Session, row: Estimate, kept: dict[str, Any]) -> dict[str, Any]:
    best = next((one for one in kept["columns"] if one["rank"] == 1), None)
    principal = session.scalar(select(Principal.name).where(Principal.id == row.principal_id))
    return {
        "id": row.id, "title": row.title, "tenant_id": row.tenant_id, "made_by": principal or row.principal_id,
        "created_at": row.created_at, "hash": row.hash, "subject": kept["subject"]["kind"],
        "currency": kept["currency"],
        "columns": len(kept["columns"]), "cheapest": best and best["key"], "total": best and best["total"]["amount"],
    }  # fmt: skip


def _visible(session: Session) -> set[str]:
    return set() if view_of(session).everything else repository.account_ids(session)


def _told(session: Session, caller: Caller, row: Estimate, action: str) -> None:
    details = {"title": row.title, "tenant": row.tenant_id, "hash": row.hash}
    audit.record(session, caller, action, "estimate", row.id, details=details)
