"""What happens when a schedule is due. Each time is written down before anything is asked for, and happens once.

What mcm was not there for in time is missed, not made up for: a machine that was to be stopped at night is not stopped
in the morning. A run that a dead process left is finished with what it had asked for.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import grants
from mcm.auth.permissions import Permission
from mcm.auth.service import LOCAL_PRINCIPAL, Caller, local_caller, system_caller
from mcm.contract.actions import ACTIONS
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Schedule, ScheduleRun
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.schedules import repository, targets
from mcm.schedules.calendar import Calendar

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
# How late a time may be taken up.
GRACE = timedelta(minutes=15)
_CHUNK = 50


def run(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs."""
    now = clock.now()
    with runtime.database.reading() as session:
        due = repository.due(session, now)
    for schedule_id in due:
        found = _begin(runtime, schedule_id)
        if found is not None:
            _act(runtime, *found)


def _begin(runtime: "Runtime", schedule_id: str) -> tuple[str, Schedule, Caller] | None:
    """Writes the run down and moves the schedule on. None: nothing is to be done this time."""
    now = clock.now()
    with runtime.database.writing() as session:
        row = repository.take(session, schedule_id, now)
        if row is None or row.next_at is None:
            return None
        planned = row.next_at
        row.next_at = Calendar(row.cron, row.time_zone, row.skip).next_after(now)
        made = ScheduleRun(
            id=new_id("srn"), schedule_id=row.id, due_at=planned, started_at=now, outcome="running", targets=0,
            asked=0, left={}, operations=[],
        )  # fmt: skip
        session.add(made)
        caller, why = _caller(session, row, made.id)
        if now - planned > GRACE:
            made.outcome, made.reason = "missed", f"mcm was not there within {GRACE.seconds // 60} minutes"
        elif caller is None:
            made.outcome, made.reason = "refused", why
            row.suspended = why
        session.flush()
        if made.outcome != "running" or caller is None:
            details = {"name": row.name, "reason": made.reason}
            audit.record(
                session, system_caller("schedule", made.id), "schedule.run", "schedule", row.id, outcome="failed",
                details=details,
            )  # fmt: skip
            log.warning("schedule %s: %s: %s", row.name, made.outcome, made.reason)
            return None
        session.expunge(row)
        return made.id, row, caller


def _act(runtime: "Runtime", run_id: str, row: Schedule, caller: Caller) -> None:
    action = ACTIONS[row.action]
    asked: list[str] = []
    try:
        with runtime.database.reading() as session:
            found = targets.judged(session, runtime.registry, caller, action, row.filter)
            ids = [one.row.id for one in found if one.verdict.allowed]
            left = targets.reasons(found)
        for start in range(0, len(ids), _CHUNK):
            with runtime.database.writing() as session:
                for resource_id in ids[start : start + _CHUNK]:
                    try:
                        body = OperationCreate(action=row.action, resource=resource_id, params=row.params)
                        wanted = operations.wanted(session, runtime.registry, caller, body)
                        asked.append(operations.create(session, runtime.vault, caller, wanted).id)
                    except McmError as error:
                        # Somebody was faster, or it is gone: the others go on.
                        left[error.code] = left.get(error.code, 0) + 1
                repository.finish(session, run_id, asked=len(asked), operations=asked)
                after_commit(session, runtime.operations.wake)
        outcome = {"outcome": "done", "reason": None}
    except McmError as error:
        outcome = {"outcome": "refused", "reason": error.message}
        found, left = [], {}
    with runtime.database.writing() as session:
        repository.finish(session, run_id, targets=len(found), asked=len(asked), left=left, **outcome)
        details = {"name": row.name, "asked": len(asked), "left": left, "run": run_id}
        audit.record(
            session, caller, "schedule.run", "schedule", row.id,
            outcome="succeeded" if outcome["outcome"] == "done" else "failed", details=details,
        )  # fmt: skip


def recover(runtime: "Runtime") -> None:
    """At start: what a dead process was in the middle of is over with what it had asked for."""
    with runtime.database.reading() as session:
        if not repository.running(session):
            return
    with runtime.database.writing() as session:
        for row in repository.running(session):
            row.outcome, row.reason = "done", "the process that ran it ended; nothing more was asked for"


def _caller(session: Session, row: Schedule, run_id: str) -> tuple[Caller | None, str]:
    """As whom it acts, with what they may do now; or why it cannot."""
    if row.principal_id == LOCAL_PRINCIPAL:
        return local_caller(f"schedule {row.name}", run_id), ""
    found = repository.principal(session, row.principal_id)
    if found is None or found[0].disabled_at is not None or found[1] is None:
        return None, "whoever wrote it may not come in any more"
    principal = found[0]
    limit = frozenset(map(Permission, row.permissions)) if row.permissions is not None else None
    caller = Caller(
        principal.id, principal.tenant_id, principal.name, f"schedule {row.name}", run_id, "session",
        grants=grants.load(session, principal.id), permissions=limit,
    )  # fmt: skip
    return caller, ""
