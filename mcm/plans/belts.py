"""How much may be destroyed: in one request, and in one account within a day. One place for every way that leads there.

An approved plan goes past both, and still counts. A plan that nobody else could approve goes past the first only.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from mcm.contract.actions import ACTIONS, Action
from mcm.kit import clock
from mcm.models import Account, Operation, Plan, Recycled, RecycleRule
from mcm.plans import limits
from mcm.plans.errors import ApprovalOver, DestroyBelt, DestroyBudgetUsed, RecycleFirst

DAY = timedelta(hours=24)
_DESTROYED = "plans.destroyed"
# Any number of mcm's own, the same in every process.
_KEY = 6_383_102_119
_DESTRUCTIVE = sorted(action.id for action in ACTIONS.values() if action.destructive)


def check(
    session: Session, action: Action, account: Account, resource_id: str | None, plan_id: str | None = None
) -> None:
    """Before an operation is written. Raises RecycleFirst, DestroyBelt, DestroyBudgetUsed."""
    if not action.destructive:
        return
    _recycle_first(session, action, account, resource_id)
    approved, alone = _plan(session, plan_id)
    _belt(session, action, approved or alone)
    if not approved:
        require_budget(session, action, account.id, account.name)


def check_again(session: Session, row: Operation) -> None:
    """Before an operation is asked for again. Raises RecycleFirst, ApprovalOver, DestroyBelt, DestroyBudgetUsed."""
    action = ACTIONS[row.action]
    _require_fresh(session, row)
    if not action.destructive:
        return
    account = session.get(Account, row.account_id)
    if account is not None:
        _recycle_first(session, action, account, row.resource_id)
    approved, alone = _plan(session, row.plan_id)
    _belt(session, action, approved or alone)
    if not approved:
        require_budget(session, action, row.account_id, row.account_name, without=(row.id,))


def require_budget(
    session: Session, action: Action, account_id: str, account_name: str, *, without: Collection[str] = ()
) -> None:
    """Raises DestroyBudgetUsed. without: operations that are counted by asking for them again."""
    if not action.destructive:
        return
    allowed = limits.of(session)
    if session.get_bind().dialect.name == "postgresql":
        # Two at once would each see room for one.
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, :key))")
        session.execute(lock, {"account": account_id, "key": _KEY})
    used = destroyed(session, account_id, without)
    if used >= allowed.per_day:
        raise DestroyBudgetUsed(
            f"{used} resources of account '{account_name}' were destroyed within 24 hours, {allowed.per_day} may be; "
            "nothing was changed",
            next_step="wait, or let somebody approve a plan: mcm plan create --action "
            f"{action.id} ID… (the limit is MCM_DESTROY_PER_DAY)",
            details={"used": used, "limit": allowed.per_day},
        )


def destroyed(session: Session, account_id: str, without: Collection[str] = ()) -> int:
    """What was asked for within a day, without what ended before anything was sent."""
    never_sent = and_(Operation.status.in_(("cancelled", "failed")), Operation.sent_at.is_(None))
    query = select(func.count()).where(
        Operation.account_id == account_id,
        Operation.action.in_(_DESTRUCTIVE),
        Operation.created_at > clock.now() - DAY,
        ~never_sent,
        Operation.id.not_in(list(without)),
    )
    return session.scalar(query) or 0


def kept_days(session: Session, account_id: str) -> int:
    return session.scalar(select(RecycleRule.days).where(RecycleRule.account_id == account_id)) or 0


def _plan(session: Session, plan_id: str | None) -> tuple[bool, bool]:
    """(somebody else has approved it, there is nobody else to ask)"""
    if plan_id is None:
        return False, False
    found = session.execute(select(Plan.decided_at, Plan.alone, Plan.status).where(Plan.id == plan_id)).first()
    if found is None or found.status not in ("applying", "applied"):
        return False, False
    return found.decided_at is not None, bool(found.alone)


def _require_fresh(session: Session, row: Operation) -> None:
    """An approval is for that day's work, not for ever."""
    found = session.get(Plan, row.plan_id) if row.plan_id is not None else None
    if found is None or found.decided_at is None:
        return
    hours = limits.of(session).plan_hours
    if found.decided_at + timedelta(hours=hours) < clock.now():
        raise ApprovalOver(
            f"plan {found.id} was approved more than {hours} hours ago; nothing was asked for",
            next_step="make a new plan of what is left",
        )


def _belt(session: Session, action: Action, planned: bool) -> None:
    limit = limits.of(session).per_request
    number = session.info[_DESTROYED] = session.info.get(_DESTROYED, 0) + 1
    if number > limit and not planned:
        raise DestroyBelt(
            f"one request may destroy {limit} resources; nothing was changed",
            next_step=f"make a plan and let somebody approve it: mcm plan create --action {action.id} ID…",
            details={"limit": limit},
        )


def _recycle_first(session: Session, action: Action, account: Account, resource_id: str | None) -> None:
    if action.id != "instance.delete" or resource_id is None:
        return
    days = kept_days(session, account.id)
    if not days:
        return
    ending = or_(Recycled.status == "deleting", Recycled.status == "deleted")
    if session.scalar(select(Recycled.id).where(Recycled.resource_id == resource_id, ending).limit(1)) is None:
        raise RecycleFirst(
            f"account '{account.name}' keeps what is deleted for {days} days; nothing was changed",
            next_step=f"mcm recycle put {resource_id}, and `mcm recycle delete` there if it must go at once",
            details={"days": days},
        )
