"""Gives due operations their turns in threads of this process, within each account's slots.

The database says what is due; the lease on an operation's row, not this pool, keeps two turns of one apart. Another
engine may call `take_turn` for due operations wherever it likes.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from mcm.db import standing
from mcm.errors import McmError
from mcm.kit import clock, process
from mcm.operations import due, repository
from mcm.operations.kept import Kept
from mcm.operations.pace import Pace
from mcm.sync.tools import Tools
from mcm.vault import Vault

if TYPE_CHECKING:
    from mcm.operations.turn import Work

log = logging.getLogger(__name__)
# Without a word from this process: others may have put something there, or the clock was set.
_IDLE_S = 2.0
_AFTER_TROUBLE_S = 2.0
# What is looked at again this soon is not released in between.
_KEEPS_S = 2.0
# Turns that end within as many seconds are followed by one look for what is due, not by one each.
_GATHER_S = 0.03


class OperationExecutor:
    """`wake` after something was asked for; `stop` waits for the turns that are under way, which are short."""

    def __init__(self, tools: Tools, vault: Vault) -> None:
        self._tools, self._vault = tools, vault
        self._threads: ThreadPoolExecutor | None = None
        self._changed = threading.Condition()
        self._woken = False
        self._stopping = False
        self._busy: set[str] = set()
        self._kept, self._pace = Kept(), Pace()
        # How many turns were begun.
        self._begun = 0
        self._dispatcher: threading.Thread | None = None

    def wake(self) -> None:
        """Starts looking, if nobody does yet: an idle process costs no thread."""
        with self._changed:
            if self._stopping:
                return
            self._woken = True
            if self._dispatcher is None:
                self._dispatcher = threading.Thread(target=self._run, name="mcm-operations", daemon=True)
                self._dispatcher.start()
            self._changed.notify_all()

    def recover(self) -> int:
        """Frees what processes of this machine held that have died. Returns how many."""
        with self._tools.database.reading() as session:
            if standing.read_only(session):
                return 0
            dead = [ident for ident, owner in repository.leases(session) if process.is_dead(owner)]
        if dead:
            with self._tools.database.writing() as session:
                repository.drop_leases(session, dead)
            log.warning("%d operations of a process that has died are taken up again", len(dead))
        return len(dead)

    def tick(self) -> None:
        """From the schedule: takes up what is due, also what another process or an earlier one left."""
        self.recover()
        with self._tools.database.reading() as session:
            found = due.next_at(session)
        if found is not None:
            self.wake()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._dispatcher is not None:
            self._dispatcher.join()
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        for work in self._kept.all():
            self._let_go(work)

    def run_until_idle(self, timeout_s: float) -> None:
        """For tests and commands without a server: returns when nothing is due within `timeout_s`."""
        until = time.monotonic() + timeout_s
        self.wake()
        while time.monotonic() < until:
            # A turn that is under way, or ends while this looks, may have left something that is due later.
            begun = self._begun
            if not self._busy:
                with self._tools.database.reading() as session:
                    still = due.next_at(session) is None
                if still and self._begun == begun:
                    return
            time.sleep(0.02)

    def _run(self) -> None:
        look_at, gathered = time.monotonic(), 0.0
        while not self._stopping:
            if time.monotonic() >= (min(look_at, gathered) if self._woken else look_at):
                self._woken = False
                look_at = time.monotonic() + self._looked()
                gathered = time.monotonic() + _GATHER_S
            with self._changed:
                for work in self._kept.due():
                    self._submit(work.row.id, work)
                pause = (min(look_at, gathered) if self._woken else look_at) - time.monotonic()
                next_in = self._kept.next_in()
                if pause > 0 and not self._stopping:
                    self._changed.wait(pause if next_in is None else min(pause, next_in))

    def _looked(self) -> float:
        try:
            return self._dispatch()
        except McmError as error:
            log.warning("looking for due operations failed: %s", error.message)
        except Exception:
            log.exception("looking for due operations failed")
        return _AFTER_TROUBLE_S

    def _dispatch(self) -> float:
        """Starts what is due and has a slot. Returns after how many seconds to look again, if nobody wakes."""
        now = clock.now()
        slots = self._tools.settings.operation_slots
        with self._tools.database.reading() as session:
            if standing.read_only(session):
                return _IDLE_S
            ready, next_at = due.look(session, now, slots)
        for operation_id in ready:
            if not self._begin(operation_id):
                return _IDLE_S
        return min(max((next_at - clock.now()).total_seconds(), 0.01), _IDLE_S) if next_at is not None else _IDLE_S

    def _begin(self, operation_id: str) -> bool:
        """False: this executor is being stopped."""
        with self._changed:
            if self._stopping:
                return False
            if operation_id not in self._busy:
                self._busy.add(operation_id)
                self._begun += 1
                self._submit(operation_id, None)
            return True

    def _submit(self, operation_id: str, work: "Work | None") -> None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._tools.settings.workers, thread_name_prefix="mcm-operation")
        self._threads.submit(self._turn, operation_id, work)

    def _turn(self, operation_id: str, work: "Work | None") -> None:
        """work: in hand already."""
        # Only where turns are taken: the process that answers loads none of it.
        from mcm.operations import acting

        left = None
        try:
            if self._stopping:
                left = work
            elif work is not None:
                left = acting.go_on(work)
            else:
                left = acting.take_turn(self._tools, self._vault, operation_id, keeps_s=_KEEPS_S, pace=self._pace)
        except McmError as error:
            log.error("operation %s: its turn could not be recorded: %s", operation_id, error.message)
            time.sleep(_AFTER_TROUBLE_S)
        except Exception:
            log.exception("operation %s: its turn failed", operation_id)
            time.sleep(_AFTER_TROUBLE_S)
        with self._changed:
            if left is not None:
                self._kept.put(left)
            else:
                self._busy.discard(operation_id)
                # A slot may be free, or the next look soon: the dispatcher must not sleep over it.
                self._woken = True
            self._changed.notify_all()

    def _let_go(self, work: "Work") -> None:
        from mcm.operations.turn import TurnLost

        try:
            with suppress(TurnLost):
                work.let_go()
        except McmError as error:
            log.warning("operation %s stays taken for a while: %s", work.row.id, error.message)
