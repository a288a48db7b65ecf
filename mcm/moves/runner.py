"""Gives moves their turns, each in a thread of its own: a copy of hours holds up nobody else's.

The lease on a move's row, not the threads, keeps two turns of one apart. Of one source account MCM_MOVE_SLOTS copy at
once; the others wait.
"""

import logging
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from mcm.errors import McmError
from mcm.kit import clock, process
from mcm.moves import repository, running, staging

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_IDLE_S = 0.2
_lock = threading.Lock()
# Move → its source account, of the turns of this process.
_busy: dict[str, str] = {}
_following = threading.Lock()


def wake(runtime: "Runtime") -> None:
    """Begins what waits where no jobs run that would do so within seconds: a command that works without a server."""
    if runtime.door.in_process:
        threading.Thread(target=_follow, args=(runtime,), daemon=True, name="mcm-moves").start()


def tick(runtime: "Runtime") -> None:
    """Every second or two, from the schedule of jobs."""
    recover(runtime)
    with runtime.database.reading() as session:
        due = repository.due(session, clock.now())
    for move_id, account_id in due:
        if _taken(move_id, account_id, runtime.settings.move_slots):
            threading.Thread(
                target=_turn, args=(runtime, move_id), daemon=True, name=f"mcm-move-{move_id[-6:]}"
            ).start()  # fmt: skip


def recover(runtime: "Runtime") -> None:
    """Frees what processes of this machine held that have died."""
    with runtime.database.reading() as session:
        dead = [ident for ident, owner in repository.leases(session) if process.is_dead(owner)]
    if dead:
        with runtime.database.writing() as session:
            repository.drop_leases(session, dead)
        log.warning("%d moves of a process that has died are taken up again", len(dead))


def run_due(runtime: "Runtime") -> int:
    """Gives everything that is due one turn, in this thread. Returns how many."""
    with runtime.database.reading() as session:
        due = repository.due(session, clock.now())
    for move_id, _ in due:
        running.take_turn(runtime, move_id)
    return len(due)


def run_until_idle(runtime: "Runtime", timeout_s: float) -> None:
    """For tests and commands without a server: returns when no move is open any more."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        with runtime.database.reading() as session:
            if not repository.open_at_all(session):
                return
        if not run_due(runtime):
            time.sleep(_IDLE_S)


def tidy(runtime: "Runtime") -> None:
    """Drops folders whose move is over, or was never written."""
    root = staging.root(runtime.settings)
    names = [one.name for one in root.iterdir()] if root.is_dir() else []
    if names:
        with runtime.database.reading() as session:
            known = repository.known(session, names)
        for name in set(names) - known:
            staging.drop(runtime.settings, name)


def _taken(move_id: str, account_id: str, slots: int) -> bool:
    with _lock:
        if move_id in _busy or Counter(_busy.values())[account_id] >= slots:
            return False
        _busy[move_id] = account_id
        return True


def _turn(runtime: "Runtime", move_id: str) -> None:
    try:
        running.take_turn(runtime, move_id)
    except McmError as error:
        log.warning("move %s goes on later: %s", move_id, error.message)
    except Exception:
        log.exception("move %s goes on later", move_id)
    finally:
        with _lock:
            _busy.pop(move_id, None)


def _follow(runtime: "Runtime") -> None:
    if not _following.acquire(blocking=False):
        return
    try:
        recover(runtime)
        run_until_idle(runtime, float("inf"))
    except McmError as error:
        log.warning("moves go on later: %s", error.message)
    except Exception:
        log.exception("moves go on later")
    finally:
        _following.release()
