"""Writes events in the transaction of what happened. Never commits.

They get their numbers at the very end of the transaction, under a lock that is held until it has committed: whoever
sees a number sees all lower ones, and a reader that goes on from the last one it saw misses none.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from mcm.audit.canonical import plain
from mcm.db.session import Database, after_commit, at_the_very_end
from mcm.events.bell import Bell
from mcm.events.kinds import PERMISSIONS
from mcm.kit import clock
from mcm.models import Event

_BELL, _ROWS = "events.bell", "events.rows"
# Any number of mcm's own, the same in every process.
_LOCK = 6_383_102_131
_MOST_TEXT = 200


def install(database: Database) -> Bell:
    """From now on what the database's writing sessions emit is told within this process."""
    bell = Bell()
    database.carried[_BELL] = bell
    return bell


def bell_of(database: Database) -> Bell:
    """A database without one gets one that nobody rings."""
    found = database.carried.get(_BELL)
    return found if isinstance(found, Bell) else install(database)


def emit(
    session: Session,
    kind: str,
    *,
    tenant_id: str,
    account_id: str = "",
    project: str | None = None,
    subject_kind: str,
    subject_id: str,
    data: Mapping[str, object] | None = None,
) -> None:
    """The row is written when the session's transaction commits, and only then.

    tenant_id "": only those who see everything see it. data: small, and free of secrets and of a cloud's own words:
    it leaves mcm in notices."""
    if kind not in PERMISSIONS:
        raise ValueError(f"{kind} is no kind of event")
    if session.in_nested_transaction():
        raise RuntimeError("a savepoint that is rolled back would not take its event along: emit outside of it")
    rows: list[dict[str, Any]] | None = session.info.get(_ROWS)
    if rows is None:
        rows = session.info[_ROWS] = []
        at_the_very_end(session, lambda: _write(session, session.info.pop(_ROWS)))
        bell = session.info.get(_BELL)
        if isinstance(bell, Bell):
            after_commit(session, bell.ring)
    rows.append(
        {
            "at": clock.now(),
            "kind": kind,
            "tenant_id": tenant_id,
            "account_id": account_id,
            "project": project,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "data": plain({name: _short(value) for name, value in (data or {}).items() if value is not None}),
        }
    )


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    # Row by row: what is inserted together may be numbered in any order.
    for row in rows:
        connection.execute(insert(Event), row)


def _short(value: object) -> object:
    return value[:_MOST_TEXT] if isinstance(value, str) else value
