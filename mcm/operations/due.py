"""What needs a turn, and when something will. Asked after every few turns, so each question is built once."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Operation

_NOW: BindParameter[Any] = bindparam("now")
_FREE = or_(Operation.lease_until.is_(None), Operation.lease_until < _NOW)
_QUEUED = Operation.status == "queued"
_READY = select(Operation.id).where(Operation.next_at <= _NOW, _FREE).order_by(Operation.next_at, Operation.id)
_UNDER_WAY = _READY.where(Operation.status != "queued")
_WAITING = _READY.where(_QUEUED, Operation.account_id == bindparam("account")).limit(bindparam("slots"))
# What the cloud works on, or what is being begun right now.
_WORKING = or_(Operation.status.in_(("sent", "observed")), and_(_QUEUED, Operation.lease_until >= _NOW))
_ACCOUNTS = (
    select(
        Operation.account_id,
        func.sum(case((_WORKING, 1), else_=0)),
        func.sum(case((and_(_QUEUED, Operation.next_at <= _NOW, _FREE), 1), else_=0)),
        # What waits for a slot begins when one becomes free; what was put off has its time.
        func.min(case((and_(Operation.next_at > _NOW, or_(_QUEUED, _FREE)), Operation.next_at))),
    )
    .where(Operation.next_at.is_not(None))
    .group_by(Operation.account_id)
)
_NEXT = select(func.min(Operation.next_at)).where(_FREE)


def look(session: Session, now: datetime, slots: int) -> tuple[list[str], datetime | None]:
    """(what needs a turn now, when the next of what is in nobody's hands will): all that is under way and due, and of
    each account the longest waiting for as many slots as are free. What waits must not hide what is under way."""
    found = list(session.scalars(_UNDER_WAY, {"now": now}))
    times = []
    for account, working, waiting, next_at in session.execute(_ACCOUNTS, {"now": now}):
        times += [next_at] if next_at is not None else []
        if waiting and working < slots:
            found += session.scalars(_WAITING, {"now": now, "account": account, "slots": slots - working})
    return found, min(times, default=None)


def next_at(session: Session) -> datetime | None:
    """When the next turn is due, also if that is over.

    Includes what a process held whose lease is over: nobody can tell that a process of another machine has died."""
    return session.scalar(_NEXT, {"now": clock.now()})
