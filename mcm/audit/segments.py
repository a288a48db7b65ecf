"""The life of segments: sealed when they are full or old enough, their rows deleted when they are past their time."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.audit.chain import failing_closed, pruned_mac_of, seal_of
from mcm.audit.lost import lost_keys
from mcm.audit.verify import verify_rows
from mcm.auth.service import system_caller
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import AuditEvent, AuditSegment
from mcm.models.audit import place

__all__ = ["place", "prune", "seal_due"]

log = logging.getLogger(__name__)
_segments, _events = AuditSegment.__table__, AuditEvent.__table__
MOST_ROWS = 50_000
LONGEST = timedelta(days=31)


def seal_due(session: Session, *, most_rows: int = MOST_ROWS, longest: timedelta = LONGEST) -> int | None:
    """Seals the open segment when it is due, and opens the next. Its number, or None."""
    chain = audit.chain_of(session)
    connection = session.connection()
    if connection.scalar(select(_segments.c.number).limit(1)) is None:
        return None
    with failing_closed():
        # A copy: the row of a result cannot be changed.
        segment = dict(chain.locked_head(connection))
        rows = segment["last_seq"] - segment["first_seq"] + 1
        now = clock.now()
        if not rows or (rows < most_rows and now - segment["created_at"] < longest):
            return None
        number = int(segment["number"])
        segment["sealed_at"] = now
        seal = seal_of(chain.keys.of(number, segment["key_sealed"]), segment)
        connection.execute(update(AuditSegment).where(_segments.c.number == number).values(sealed_at=now, seal=seal))
        chain.open_next(connection, number + 1, segment["last_seq"] + 1, seal)
    return number


def prune(session: Session, days: int) -> int | None:
    """Deletes the rows of the oldest segment that is not pruned, when all of them are older; how many those were, None
    when there is nothing to prune.

    What does not verify stays, as evidence. The seal stays, and the deletion is itself in the trail.
    """
    chain = audit.chain_of(session)
    connection = session.connection()
    # What nobody can prove stays: deleting it would leave no trace of it.
    kept = _segments.c.master_key_id.in_(lost_keys(connection))
    oldest = select(_segments).where(_segments.c.pruned_at.is_(None), ~kept).order_by(_segments.c.number).limit(1)
    if connection.dialect.name == "postgresql":
        # Another process may be at the same.
        oldest = oldest.with_for_update()
    found = connection.execute(oldest).mappings().one_or_none()
    if found is None or not _past(found, clock.now() - timedelta(days=days)):
        return None
    number = found["number"]
    with failing_closed():
        key = chain.keys.of(number, found["key_sealed"])
        if found["seal"] != seal_of(key, found) or verify_rows(connection, chain.keys, found) is not None:
            log.error("audit segment %d is past its time but does not verify: kept; see `mcm audit verify`", number)
            return None
        pruned = dict(found) | {"pruned_at": clock.now()}
        values = {"pruned_at": pruned["pruned_at"], "pruned_mac": pruned_mac_of(key, pruned)}
        connection.execute(update(AuditSegment).where(_segments.c.number == number).values(values))
        between = _events.c.seq.between(found["first_seq"], found["last_seq"])
        rows: int = connection.execute(delete(AuditEvent).where(between)).rowcount
    if rows:
        details = {"first_seq": found["first_seq"], "last_seq": found["last_seq"], "rows": rows, "kept_days": days}
        caller = system_caller("job", new_id("rq"))
        audit.record(session, caller, "audit.prune", "audit_segment", str(number), details=details)
    return rows


def _past(segment: RowMapping, oldest: datetime) -> bool:
    if segment["sealed_at"] is None:
        return False
    newest: datetime = segment["last_at"] or segment["sealed_at"]
    return newest < oldest and segment["sealed_at"] < oldest
