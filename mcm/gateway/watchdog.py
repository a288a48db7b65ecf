"""Ends reads at their deadline: one thread that sleeps until the earliest armed deadline."""

import logging
import threading
import time
from typing import Protocol

log = logging.getLogger(__name__)
# A wait longer than the platform can count raises, and would end the thread.
_LONGEST_WAIT_S = 3600.0


class Guarded(Protocol):
    def expire(self) -> None: ...


class Watchdog:
    """Starts its thread with the first deadline; a daemon, so it never holds the process."""

    def __init__(self) -> None:
        self._armed: dict[int, tuple[float, Guarded]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ending = False

    def arm(self, guarded: Guarded, until: float) -> None:
        with self._changed:
            self._armed[id(guarded)] = (until, guarded)
            if self._thread is None:
                self._ending = False
                self._thread = threading.Thread(target=self._run, name="mcm-watchdog", daemon=True)
                self._thread.start()
            self._changed.notify()

    def disarm(self, guarded: Guarded) -> None:
        with self._changed:
            self._armed.pop(id(guarded), None)
            if self._ending:
                self._changed.notify()

    def stop(self) -> None:
        """Ends its thread once no deadline is armed; what is armed afterwards starts another."""
        with self._changed:
            self._ending = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._ending and not self._armed:
                    self._thread = None
                    return
                now = time.monotonic()
                due = [item for until, item in self._armed.values() if until <= now]
                for item in due:
                    self._armed.pop(id(item), None)
                if not due:
                    next_one = min((until for until, _ in self._armed.values()), default=None)
                    self._changed.wait(None if next_one is None else min(max(next_one - now, 0.01), _LONGEST_WAIT_S))
                    continue
            for item in due:
                try:
                    item.expire()
                except Exception:
                    log.exception("a deadline could not be enforced")
