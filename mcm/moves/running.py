"""What a turn of a move does: step after step as long as they are done at once; the way back when one fails.

Three ways a step may end: done, not yet (looked at again soon), or with an error. What may pass by itself (a cloud that
does not answer, a copy that was cut) is tried again a few times, each after a longer pause.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.contract import ProviderError, RateLimited, ResourceBusy, UnexpectedResponse, Unreachable
from mcm.db.session import after_commit
from mcm.errors import McmError, Unavailable
from mcm.kit import clock
from mcm.models import Move
from mcm.moves.disks import kind_of
from mcm.moves.errors import ImageCorrupt, StepFailed
from mcm.moves.noting import note, trouble
from mcm.moves.steps import NO_WAY_BACK, TABLE
from mcm.moves.work import Stopped, TurnLost, Work, claim
from mcm.plans import acting_as

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
LOOK = timedelta(seconds=1)
# How often in a row a step is tried that may pass by itself; pauses double up to a minute.
TRIES = 8
_LONGEST_S = 60.0
_PASSING = (Unreachable, RateLimited, ResourceBusy, UnexpectedResponse, ImageCorrupt, Unavailable)
_OVER = ("done", "skipped")


def take_turn(runtime: "Runtime", move_id: str) -> None:
    """From claim to release. Raises McmError only where the database takes no writes."""
    work = claim(runtime, move_id)
    if work is None:
        return
    try:
        try:
            while go_on(work):
                pass
        finally:
            work.let_go()
    except TurnLost:
        log.info("move %s: somebody else goes on with it", move_id)


def go_on(work: Work) -> bool:
    """One step, or the undoing of one. True: the next can be begun at once."""
    row = work.row
    if row.next_at is None:
        return False
    if row.status == "undoing":
        return _undo_next(work)
    number = next((step.number for step in work.steps if step.status not in _OVER), None)
    if number is None:
        _end(work, "succeeded")
        return False
    if row.cancel_at is not None and _may_undo(work):
        return _turn_back(work, number, None)
    return _do(work, number)


def _do(work: Work, number: int) -> bool:
    if work.steps[number].status != "running" or work.row.status == "queued":
        with work.locked(number) as (_, row, step):
            now = clock.now()
            row.status, row.started_at = "running", row.started_at or now
            step.status, step.started_at = "running", step.started_at or now
    try:
        done = TABLE[kind_of(work.steps[number].name)].do(work, number)
    except Stopped:
        return True
    except (ProviderError, McmError) as error:
        return _trouble(work, number, error)
    except TurnLost:
        raise
    except Exception as error:
        log.exception("move %s, step %s", work.row.id, work.steps[number].name)
        return _trouble(work, number, _fault(error))
    with work.locked(number) as (_, row, step):
        if done:
            row.waits = 0
            if step.name != "retire":
                note(step)
            step.status, step.finished_at = "skipped" if step.status == "skipped" else "done", clock.now()
        else:
            row.next_at = clock.now() + LOOK
    return done


def _trouble(work: Work, number: int, error: ProviderError | McmError) -> bool:
    if isinstance(error, _PASSING) and work.steps[number].tries + 1 < TRIES:
        _put_off(work, number, error)
        return False
    with work.locked(number) as (_, row, step):
        step.status, step.finished_at = "failed", clock.now()
        trouble(step, error)
        row.error_code, row.error_message = error.code, error.message
        row.next_step = getattr(error, "next_step", "") or None
    if _may_undo(work):
        return _turn_back(work, number, error)
    _end(work, "failed")
    return False


def _undo_failed(work: Work, number: int, error: ProviderError | McmError) -> bool:
    """The steps before it are undone all the same."""
    if isinstance(error, _PASSING) and work.steps[number].tries + 1 < TRIES:
        _put_off(work, number, error)
        return False
    with work.locked(number) as (_, _row, step):
        step.status = "left"
        trouble(step, error, "step_left")
    return True


def _fault(error: Exception) -> StepFailed:
    return StepFailed(f"mcm itself failed ({type(error).__name__}); the server's log has the details")


def _put_off(work: Work, number: int, error: ProviderError | McmError) -> None:
    with work.locked(number) as (_, row, step):
        step.tries += 1
        row.waits += 1
        pause = min(2.0**step.tries, _LONGEST_S)
        if isinstance(error, RateLimited) and error.retry_after:
            pause = max(pause, error.retry_after)
        trouble(step, error)
        row.next_at = clock.now() + timedelta(seconds=pause)


def _may_undo(work: Work) -> bool:
    """Until the new instance is verified."""
    return not any(step.name == NO_WAY_BACK and step.status == "done" for step in work.steps)


def _turn_back(work: Work, number: int, error: ProviderError | McmError | None) -> bool:
    with work.locked(number) as (session, row, _):
        row.status, row.ends_as = "undoing", "failed" if error is not None else "cancelled"
        row.next_at, row.waits = clock.now(), 0
        row.version += 1
        for step in work.steps:
            step.tries = 0
        details = {"step": work.steps[number].name, "error": error.code if error is not None else "cancelled"}
        _record(session, row, "move.undo", details)
    return True


def _undo_next(work: Work) -> bool:
    """The last one that has done something, or may have; then the one before."""
    todo = [step for step in work.steps if step.status in ("running", "failed", "done", "skipped")]
    for step in reversed(todo):
        undo = TABLE[kind_of(step.name)].undo
        if undo is not None and step.status != "skipped":
            return _undo(work, step.number)
        if step.status != "skipped":
            with work.locked(step.number) as (_, _row, found):
                found.status = "undone"
            return True
    _end(work, work.row.ends_as or "failed")
    return False


def _undo(work: Work, number: int) -> bool:
    undo = TABLE[kind_of(work.steps[number].name)].undo
    assert undo is not None
    try:
        done = undo(work, number)
    except TurnLost:
        raise
    except (ProviderError, McmError) as error:
        return _undo_failed(work, number, error)
    except Exception as error:
        log.exception("move %s, undoing step %s", work.row.id, work.steps[number].name)
        return _undo_failed(work, number, _fault(error))
    with work.locked(number) as (_, row, step):
        if done:
            step.status, step.finished_at = "undone", clock.now()
        else:
            row.next_at = clock.now() + LOOK
    return done


def _end(work: Work, status: str) -> None:
    with work.locked() as (session, row, _):
        now = clock.now()
        row.status, row.finished_at, row.next_at, row.holds, row.ends_as = status, now, None, None, None
        row.version += 1
        left = [step.name for step in work.steps if step.status == "left"]
        if left:
            said = f"look at what is left of {', '.join(left)}: mcm move show {row.id}"
            row.next_step = f"{row.next_step}; {said}" if row.next_step else said
        if status == "succeeded":
            row.error_code = row.error_message = row.next_step = None
        _record(session, row, "move.end", {"left": left} if left else {}, outcome=status)
        after_commit(session, lambda: log.info("move %s has %s", row.id, status))


def _record(
    session: Session, row: Move, action: str, details: Mapping[str, object], outcome: str = "succeeded"
) -> None:
    caller = acting_as.rebuilt(session, row.caller)
    if caller is not None:
        told = {"name": row.resource_name, "from": row.account_name, "to": row.target_account_name}
        told |= {"error": row.error_code} if row.error_code else {}
        audit.record(session, caller, action, "move", row.id, outcome=outcome, details={**told, **details})
