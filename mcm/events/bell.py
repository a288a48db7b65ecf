"""Tells, within this process, that events were committed."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Bell:
    """Thread-safe. Listeners must return at once: they are called by whoever has just committed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[], None], ...] = ()

    def listen(self, listener: Callable[[], None]) -> None:
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def forget(self, listener: Callable[[], None]) -> None:
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one != listener)

    def ring(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                # What it was rung for is committed: whoever did that has not failed.
                log.exception("a listener for events failed")
