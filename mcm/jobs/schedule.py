"""The table of periodic jobs, and the listeners that make their failures heard."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mcm.allocations import watching as budgets
from mcm.audit.exporting import HeadExport
from mcm.audit.keys import SegmentKeys
from mcm.db import standing
from mcm.errors import McmError
from mcm.events.service import bell_of
from mcm.findings import service as findings
from mcm.jobs import housekeeping
from mcm.kit import clock
from mcm.notices.sender import Sender
from mcm.optimizer import runner as optimizer
from mcm.placement import following as placements
from mcm.plans import upkeep as plans
from mcm.policies import checking as policies
from mcm.prices import fetching as prices
from mcm.schedules import firing as schedules
from mcm.utilisation import reading as utilisation

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_JUMP_S = 30.0
# A clock that jumped further may be wrong, and would make everything that is kept look old enough to go.
_TRUSTED_S = 86_400.0


class Jobs:
    """Starts and stops with the application. Missed ticks are dropped, not piled up: the next one does the work."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._offset: float | None = None
        self._said = False
        self._jumped_s = 0.0
        # APScheduler's own log lines repeat for every tick; failures come through the listener.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
        )
        jobs: list[tuple[str, int, Callable[[], object]]] = [("gateway.close_idle", 60, runtime.gateway.close_idle)]
        self._notices = Sender(runtime.settings, runtime.database, runtime.vault)
        # All else is done where clouds are read.
        if runtime.worker is None:
            jobs += self._table()
        for name, seconds, work in jobs:
            self._scheduler.add_job(_logged(name, self._unless_read_only(work)), "interval", seconds=seconds, id=name)
        self._scheduler.add_listener(_heard, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def _table(self) -> list[tuple[str, int, Callable[[], object]]]:
        runtime = self._runtime
        head = HeadExport(runtime.settings, runtime.database, SegmentKeys(runtime.vault))
        return [
            ("sync.dispatch", 2, self._dispatch),
            ("sync.heartbeat", 30, runtime.executor.heartbeat),
            ("sync.recover", 60, runtime.executor.recover),
            ("operations.tick", 5, runtime.operations.tick),
            ("plans.tick", 5, lambda: plans.tick(runtime)),
            ("placements.tick", 5, lambda: placements.tick(runtime)),
            ("optimizer.tick", 2, lambda: optimizer.tick(runtime)),
            ("prices.tick", 5, lambda: prices.tick(runtime)),
            ("utilisation.tick", 5, lambda: utilisation.tick(runtime)),
            ("schedules.run", 5, lambda: schedules.run(runtime)),
            ("policies.tick", 10, lambda: policies.tick(runtime)),
            ("notices.tick", 5, self._notices.tick),
            ("audit.export_head", 60, head.run),
            ("findings.look", 3600, lambda: findings.run(runtime)),
            ("budgets.watch", 3600, lambda: budgets.run(runtime)),
            ("housekeeping", 3600, self._tidy),
        ]

    def _unless_read_only(self, work: Callable[[], object]) -> Callable[[], object]:
        """A restored copy that nobody has confirmed keeps still: it neither reads clouds nor drops what is old."""

        def run() -> None:
            with self._runtime.database.reading() as session:
                found = standing.read_only(session)
            if found is None:
                work()
            elif not self._said:
                self._said = True
                log.warning("%s: %s", standing.sentence(found), standing.NEXT_STEP)

        return run

    def start(self) -> None:
        if self._runtime.worker is None:
            # A database that takes no writes now: the runs of a dead process stay as they are until the next start.
            with suppress(McmError):
                schedules.recover(self._runtime)
        self._scheduler.start()
        if self._runtime.worker is None:
            bell_of(self._runtime.database).listen(self._notices.wake)
        self._runtime.executor.dispatch_soon()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        bell_of(self._runtime.database).forget(self._notices.wake)
        self._notices.stop()

    def _dispatch(self) -> None:
        offset = time.time() - time.monotonic()
        jump = 0.0 if self._offset is None else offset - self._offset
        # At the first tick too: the clock may have been set while mcm was not running.
        if self._offset is None or abs(jump) > _JUMP_S:
            late = housekeeping.reanchor(self._runtime)
            if jump or late:
                log.warning("the clock jumped by %.0f s; %d reads were due anew", jump, late)
            self._offset = offset
            self._jumped_s += jump
        self._runtime.executor.dispatch()

    def _tidy(self) -> None:
        if abs(self._jumped_s) > _TRUSTED_S:
            log.warning(
                "the clock has jumped by %.0f s: nothing is dropped for its age until mcm is restarted", self._jumped_s
            )
            return
        housekeeping.run(self._runtime)


def _logged(name: str, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except McmError as error:
            log.warning("job %s at %s: %s", name, clock.to_text(clock.now()), error.message)

    return run


def _heard(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("job %s was missed", event.job_id)
    else:
        log.error("job %s failed", event.job_id, exc_info=event.exception)
