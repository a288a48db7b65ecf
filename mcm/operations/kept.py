"""Operations in hand between two looks that are close together: no row is released, asked for and taken anew for those.

Guarded by whom it belongs to. Measured by a clock that nobody sets.
"""

import heapq
import time
from datetime import datetime
from typing import TYPE_CHECKING

from mcm.kit import clock

if TYPE_CHECKING:
    from mcm.operations.turn import Work


class Kept:
    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._order: list[tuple[float, str]] = []

    def put(self, work: "Work") -> None:
        wait = _seconds_until(work.row.next_at)
        self._works[work.row.id] = work
        heapq.heappush(self._order, (time.monotonic() + wait, work.row.id))

    def due(self) -> list["Work"]:
        """Those whose look is due now; they are kept no more."""
        found, now = [], time.monotonic()
        while self._order and self._order[0][0] <= now:
            found.append(self._works.pop(heapq.heappop(self._order)[1]))
        return found

    def next_in(self) -> float | None:
        """Seconds until the next look; None: there is none."""
        return max(self._order[0][0] - time.monotonic(), 0.0) if self._order else None

    def all(self) -> list["Work"]:
        """Everything, whenever it is due; nothing is kept any more."""
        found = list(self._works.values())
        self._works, self._order = {}, []
        return found


def _seconds_until(at: datetime | None) -> float:
    return max((at - clock.now()).total_seconds(), 0.0) if at is not None else 0.0
