"""How a cloud changes by itself: a closed formula of seed and clock, so that nothing has to be replayed or remembered.

Change number k hits the slot whose turn is k modulo the number of slots. A slot's turns run through a fixed round
of aspects, so how often each aspect of a slot has changed follows from the time alone.
"""

from collections.abc import Iterator
from math import gcd
from typing import NamedTuple

from mcm_providers.simulated.cloud.ids import mixed

EPOCH = 1_735_689_600.0  # 2025-01-01T00:00:00Z
_ROUND = ("power", "tags", "host", "power", "size", "tags", "power", "life")


class Life(NamedTuple):
    """How often each aspect of a slot has changed. `life`: how many instances had the slot before this one."""

    power: int = 0
    tags: int = 0
    host: int = 0
    size: int = 0
    life: int = 0
    changed_at: float = EPOCH
    born_at: float = 0.0


_ASPECTS = Life._fields[:5]
_WHOLE = [_ROUND.count(aspect) for aspect in _ASPECTS]
# _PARTS[start][rest]: changes of each aspect in `rest` turns of a round that begins at `start`
_PARTS = [
    [
        tuple(sum(_ROUND[(start + turn) % len(_ROUND)] == aspect for turn in range(rest)) for aspect in _ASPECTS)
        for rest in range(len(_ROUND))
    ]
    for start in range(len(_ROUND))
]


class Drift:
    """`slots` take turns; `rate` changes per minute over all of them."""

    def __init__(self, key: int, slots: int, rate: float) -> None:
        self.rate = rate if slots else 0.0
        self._slots, self._key = max(slots, 1), key
        self._step = next(n for n in range(key % self._slots | 1, 2**62, 2) if gcd(n, self._slots) == 1)
        self._back = pow(self._step, -1, self._slots)

    def turns(self, now: float) -> int:
        """How many changes have happened by `now`."""
        return max(int((now - EPOCH) * self.rate / 60.0), 0)

    def between(self, since: float, now: float) -> Iterator[tuple[int, float]]:
        """(slot, a moment right after it) of every change after `since` up to `now`."""
        for turn in range(self.turns(since), self.turns(now)):
            yield turn * self._back % self._slots, self._time(turn + 0.5)

    def life(self, slot: int, now: float) -> Life:
        if not self.rate:
            return Life()
        turns, place = self.turns(now), slot * self._step % self._slots
        if turns <= place:
            return Life()
        count = (turns - place + self._slots - 1) // self._slots
        start = mixed(self._key ^ slot) % len(_ROUND)
        whole, rest = divmod(count, len(_ROUND))
        power, tags, host, size, life = (
            whole * full + part for full, part in zip(_WHOLE, _PARTS[start][rest], strict=True)
        )
        to_birth = (start + count - 1 - _ROUND.index("life")) % len(_ROUND)
        born = self._time((count - 1 - to_birth) * self._slots + place) if life else 0.0
        changed_at = self._time((count - 1) * self._slots + place)
        return Life(power, tags, host, size, life, changed_at, born)

    def _time(self, turn: float) -> float:
        return EPOCH + (turn + 1) * 60.0 / self.rate
