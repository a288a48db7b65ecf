"""The log of what was done to a world, for its change feed."""

import threading
from collections import deque
from collections.abc import Iterator

from mcm.contract import ResourceKind as K

_KEPT = 200_000


class Journal:
    """`counter`: how many entries were ever written; a cursor is a counter and a time."""

    def __init__(self) -> None:
        self.counter = 0
        self._lock = threading.Lock()
        self._entries: deque[tuple[int, K, str, str, float]] = deque(maxlen=_KEPT)

    def note(self, kind: K, region: str, native_id: str, now: float) -> None:
        with self._lock:
            self.counter += 1
            self._entries.append((self.counter, kind, region, native_id, now))

    def reaches(self, counter: int) -> bool:
        """Whether everything after `counter` is still here."""
        return self.counter - len(self._entries) <= counter <= self.counter

    def since(self, counter: int, kind: K, region: str) -> Iterator[str]:
        """Native ids, newest first, each once."""
        seen: set[str] = set()
        with self._lock:
            entries = tuple(self._entries)
        for number, its_kind, its_region, native_id, _ in reversed(entries):
            if number <= counter:
                return
            if (its_kind, its_region) == (kind, region) and native_id not in seen:
                seen.add(native_id)
                yield native_id
