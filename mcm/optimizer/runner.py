"""Carries out what was asked for, one search at a time in the whole installation: the database lets no second one run.

Three parts: everything is read in one transaction, the search has none open, what it came to is written in another.
"""

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import limit, view
from mcm.db import standing
from mcm.errors import McmError
from mcm.events import telling
from mcm.kit import clock, process
from mcm.models import Optimization, OptimizationRow
from mcm.optimizer import building, gathering, repository, running
from mcm.optimizer.errors import InvalidOptimization
from mcm.optimizer.results import Result
from mcm.optimizer.schemas import OptimizationAsked
from mcm.plans import acting_as

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_lock = threading.Lock()


def wake(runtime: "Runtime") -> None:
    """Begins what waits, in a thread of its own, where no jobs run that would do so within seconds: a command that
    works without a server. Returns at once."""
    if runtime.door.in_process:
        _begin(runtime)


def _begin(runtime: "Runtime") -> None:
    threading.Thread(target=_work, args=(runtime,), daemon=True, name="mcm-optimizer").start()


def tick(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs."""
    recover(runtime)
    with runtime.database.reading() as session:
        idle = repository.waiting(session) is None
    if not idle and not _lock.locked():
        _begin(runtime)


def recover(runtime: "Runtime") -> None:
    """What a process was searching for that is no more is over, without a result."""
    with runtime.database.reading() as session:
        dead = [row.id for row in repository.running(session) if row.owner is None or process.is_dead(row.owner)]
    for optimization_id in dead:
        _finish(runtime, optimization_id, "abandoned", {"code": "gone", "params": {}})


def run_next(runtime: "Runtime") -> bool:
    """In this thread. False: nothing waits, or another process is searching."""
    try:
        with runtime.database.writing() as session:
            standing.require_confirmed(session)
            optimization_id = repository.waiting(session)
            if optimization_id is None or not repository.take(session, optimization_id, process.owner()):
                return False
            telling.optimization(session, session.get_one(Optimization, optimization_id))
    except IntegrityError:
        return False
    try:
        _run(runtime, optimization_id)
    except running.Cancelled:
        _finish(runtime, optimization_id, "cancelled", None)
    except McmError as error:
        _finish(runtime, optimization_id, "failed", {"code": "refused", "params": {"message": error.message}})
    except Exception:
        log.exception("optimization %s failed", optimization_id)
        _finish(runtime, optimization_id, "failed", {"code": "failed", "params": {}})
    return True


def _work(runtime: "Runtime") -> None:
    if not _lock.acquire(blocking=False):
        return
    try:
        # A database that is taken away meanwhile: what waits is taken up at the next start.
        with suppress(McmError):
            while run_next(runtime):
                pass
    except Exception:
        log.exception("optimizations could not be carried out")
    finally:
        _lock.release()


def _run(runtime: "Runtime", optimization_id: str) -> None:
    with runtime.database.reading() as session:
        row = session.get_one(Optimization, optimization_id)
        caller = acting_as.rebuilt(session, row.caller)
        if caller is None:
            raise InvalidOptimization(f"{row.requested_by} may not come in any more")
        asked, tenant_id = OptimizationAsked.model_validate(row.asked), row.tenant_id
        limit(session, view(caller, Permission.PLACEMENT_RUN))
        picture = gathering.picture(session, runtime.registry, tenant_id, asked)
        egress = gathering.egress(session, picture, asked, tenant_id)
    built = building.built(picture, asked, egress)
    ended = _Ended(runtime, optimization_id)
    answer = running.answer(
        built.problem, seconds=asked.time_limit_s, memory_mib=runtime.settings.optimizer_memory_mib, cancelled=ended
    )
    if ended():
        raise running.Cancelled
    made = Result(picture, built, answer, asked, egress)
    rows = made.rows()
    summary = made.summary(rows)
    with runtime.database.writing() as session:
        found = session.get_one(Optimization, optimization_id, with_for_update=True)
        if found.status != "running":
            return
        found.result, found.tenants = summary.model_dump(mode="json"), sorted(picture.tenants)
        session.add_all(
            OptimizationRow(
                optimization_id=optimization_id, number=one.number, kind=one.kind, resource_id=one.subject.id,
                data=one.model_dump(mode="json", exclude={"number", "kind", "plan_id"}),
            )
            for one in rows
        )  # fmt: skip
        _close(session, found, "done")
        details = {"goal": found.goal, "method": summary.method, "moves": summary.moves, "left": summary.left}
        audit.record(session, caller, "optimization.run", "optimization", optimization_id, details=details)


class _Ended:
    """Whether somebody wants no answer any more. A database that does not answer now is no cancellation."""

    def __init__(self, runtime: "Runtime", optimization_id: str) -> None:
        self._runtime, self._id = runtime, optimization_id

    def __call__(self) -> bool:
        try:
            with self._runtime.database.reading() as session:
                return repository.wants_end(session, self._id)
        except McmError:
            return False


def _finish(runtime: "Runtime", optimization_id: str, status: str, error: dict[str, object] | None) -> None:
    with runtime.database.writing() as session:
        row = session.get_one(Optimization, optimization_id, with_for_update=True)
        if row.status == "running":
            row.error = error
            _close(session, row, status)


def _close(session: Session, row: Optimization, status: str) -> None:
    row.status, row.runs, row.owner, row.finished_at = status, None, None, clock.now()
    telling.optimization(session, row)
