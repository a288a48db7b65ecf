"""Brings deliveries on their way, each target by itself: one that hangs holds up nobody else."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from mcm.db import standing
from mcm.db.session import Database
from mcm.errors import McmError
from mcm.kit import clock
from mcm.notices import repository
from mcm.notices.sending import Post
from mcm.notices.spreading import spread
from mcm.settings import Settings
from mcm.vault import Vault

log = logging.getLogger(__name__)
_THREADS = 16
# Of these, targets whose last try failed take no more than so many: those that answer always find one.
_DOUBTFUL = 8
_IDLE_S, _AFTER_TROUBLE_S, _TOGETHER_S = 30.0, 5.0, 0.2


class Sender:
    """Thread-safe. Does nothing until it is woken."""

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self._database, self.post = database, Post(settings, database, vault)
        self._changed = threading.Condition()
        self._dispatcher: threading.Thread | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._stopping = self._woken = self._freed = False
        # Target → whether its last try failed, while it is being tried.
        self._busy: dict[str, bool] = {}

    def wake(self) -> None:
        with self._changed:
            if self._stopping:
                return
            self._woken = True
            if self._dispatcher is None:
                self._dispatcher = threading.Thread(target=self._run, name="mcm-notices", daemon=True)
                self._dispatcher.start()
            self._changed.notify_all()

    def tick(self) -> None:
        """From the schedule: what other processes have committed, and what is due again."""
        with self._database.reading() as session:
            found = repository.next_due(session)
            behind = bool(repository.behind(session))
        if behind or (found is not None and found <= clock.now()):
            self.wake()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._dispatcher is not None:
            self._dispatcher.join()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)

    def spread(self) -> None:
        with self._database.reading() as session:
            behind = repository.behind(session)
        for target_id in behind:
            more = True
            while more and not self._stopping:
                with self._database.writing(durable=False) as session:
                    more = spread(session, target_id)

    def _run(self) -> None:
        while not self._stopping:
            try:
                pause = self._dispatch()
            except McmError as error:
                log.warning("notices cannot be sent: %s", error.message)
                pause = _AFTER_TROUBLE_S
            except Exception:
                log.exception("notices cannot be sent")
                pause = _AFTER_TROUBLE_S
            with self._changed:
                if not self._woken and not self._stopping:
                    self._changed.wait(pause)
                if not self._stopping:
                    # Commits come in bursts.
                    self._changed.wait_for(lambda: self._stopping, _TOGETHER_S)
                self._woken = False

    def _dispatch(self) -> float:
        """Starts what is due. Returns after how many seconds to look again, if nobody wakes."""
        with self._database.reading() as session:
            if standing.read_only(session):
                return _IDLE_S
        if not self._freed:
            # Whatever this process does next, those that were killed before it are done.
            with self._database.writing(durable=False) as session:
                repository.free(session)
            self._freed = True
        self.spread()
        now = clock.now()
        with self._database.reading() as session:
            due = repository.due(session, now)
            coming = repository.next_due(session)
        for delivery_id, target_id, failures in due:
            self._start(delivery_id, target_id, failures > 0)
        if coming is None or coming <= now:
            # What is due now was started, and wakes this when it has ended; or a lease of another process holds it.
            return _IDLE_S if coming is None else _AFTER_TROUBLE_S
        return min((coming - now).total_seconds(), _IDLE_S)

    def _start(self, delivery_id: str, target_id: str, doubtful: bool) -> None:
        with self._changed:
            full = len(self._busy) >= _THREADS or (doubtful and sum(self._busy.values()) >= _DOUBTFUL)
            if self._stopping or target_id in self._busy or full:
                return
            self._busy[target_id] = doubtful
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mcm-notice")
            self._threads.submit(self._try, delivery_id, target_id)

    def _try(self, delivery_id: str, target_id: str) -> None:
        try:
            outcome = self.post.try_once(delivery_id)
            if outcome is not None and not outcome.ok:
                log.info("notice %s did not arrive: %s", delivery_id, outcome.problem)
        except McmError as error:
            log.warning("notice %s: what came of it could not be recorded: %s", delivery_id, error.message)
        except Exception:
            log.exception("notice %s could not be sent", delivery_id)
        finally:
            with self._changed:
                self._busy.pop(target_id, None)
                self._woken = True
                self._changed.notify_all()
