"""What is done by itself, and how often, where clouds are read."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from mcm.allocations import watching as budgets
from mcm.audit.exporting import HeadExport
from mcm.audit.keys import SegmentKeys
from mcm.errors import McmError
from mcm.events.service import bell_of
from mcm.findings import service as findings
from mcm.jobs import housekeeping
from mcm.moves import runner as moves
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


class Table:
    """`start` before the first of its rows is run, `stop` after the last."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._offset: float | None = None
        self._jumped_s = 0.0
        self._notices = Sender(runtime.settings, runtime.database, runtime.vault)

    def start(self) -> None:
        # A database that takes no writes now: the runs of a dead process stay as they are until the next start.
        with suppress(McmError):
            schedules.recover(self._runtime)
        bell_of(self._runtime.database).listen(self._notices.wake)

    def stop(self) -> None:
        bell_of(self._runtime.database).forget(self._notices.wake)
        self._notices.stop()

    def rows(self) -> list[tuple[str, int, Callable[[], object]]]:
        """(name, seconds between two runs, work) of each."""
        runtime = self._runtime
        head = HeadExport(runtime.settings, runtime.database, SegmentKeys(runtime.vault))
        return [
            ("sync.dispatch", 2, self.dispatch),
            ("sync.heartbeat", 30, runtime.executor.heartbeat),
            ("sync.recover", 60, runtime.executor.recover),
            ("operations.tick", 5, runtime.operations.tick),
            ("plans.tick", 5, lambda: plans.tick(runtime)),
            ("placements.tick", 5, lambda: placements.tick(runtime)),
            ("moves.tick", 2, lambda: moves.tick(runtime)),
            ("optimizer.tick", 2, lambda: optimizer.tick(runtime)),
            ("prices.tick", 5, lambda: prices.tick(runtime)),
            ("utilisation.tick", 5, lambda: utilisation.tick(runtime)),
            ("schedules.run", 5, lambda: schedules.run(runtime)),
            ("policies.tick", 10, lambda: policies.tick(runtime)),
            ("notices.tick", 5, self._notices.tick),
            ("audit.export_head", 60, head.run),
            ("findings.look", 3600, lambda: findings.run(runtime)),
            ("budgets.watch", 3600, lambda: budgets.run(runtime)),
            ("housekeeping", 3600, self.tidy),
        ]

    def dispatch(self) -> None:
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

    def tidy(self) -> None:
        if abs(self._jumped_s) > _TRUSTED_S:
            log.warning(
                "the clock has jumped by %.0f s: nothing is dropped for its age until mcm is restarted", self._jumped_s
            )
            return
        housekeeping.run(self._runtime)
