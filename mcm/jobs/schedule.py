"""Runs the periodic jobs, and makes their failures heard."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mcm.db import standing
from mcm.errors import McmError
from mcm.kit import clock

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime
    from mcm.jobs.table import Table

log = logging.getLogger(__name__)


class Jobs:
    """Starts and stops with the application. Missed ticks are dropped, not piled up: the next one does the work."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._said = False
        # APScheduler's own log lines repeat for every tick; failures come through the listener.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
        )
        jobs: list[tuple[str, int, Callable[[], object]]] = [("gateway.close_idle", 60, runtime.gateway.close_idle)]
        # All else is done where clouds are read, and what it needs is loaded only there.
        self._table = None if runtime.worker is not None else _table(runtime)
        if self._table is not None:
            jobs += self._table.rows()
        for name, seconds, work in jobs:
            self._scheduler.add_job(_logged(name, self._unless_read_only(work)), "interval", seconds=seconds, id=name)
        self._scheduler.add_listener(_heard, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

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
        if self._table is not None:
            self._table.start()
        self._scheduler.start()
        self._runtime.executor.dispatch_soon()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._table is not None:
            self._table.stop()


def _table(runtime: "Runtime") -> "Table":
    from mcm.jobs.table import Table

    return Table(runtime)


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
