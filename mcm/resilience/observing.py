"""From answered and unanswered reads to the share of time in which a cloud's API answered. Pure.

Time is cut into ten minutes. One in which most reads were answered counts as answered, one without reads as the one
before it for an hour at most; beyond that nobody looked, and it counts as nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mcm.kit.money import EXACT

STEP = timedelta(minutes=10)
# Slow kinds are read once an hour: an account of which only those are read is still looked at.
HELD_STEPS = 6
_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Observed:
    """available: answered / observed; None: nobody looked. coverage: observed / period. outages: how often it stopped
    answering; unanswered_s: how long it did not."""

    available: Decimal | None
    coverage: Decimal
    answered_s: int
    unanswered_s: int
    period_s: int
    outages: int
    first: datetime | None
    last: datetime | None
    reads: int


def observed(reads: Iterable[tuple[str, int, int]], since: datetime, until: datetime) -> Observed:
    """reads: (bucket as `2026-11-22T02:1`, answered, not answered), by time."""
    up: dict[int, bool] = {}
    number = 0
    begin, steps = _floor(since), 0
    for bucket, answered, silent in reads:
        at = datetime.fromisoformat(f"{bucket}0:00").replace(tzinfo=UTC)
        up[(at - begin) // STEP] = answered >= silent
        number += answered + silent
    steps = -(-(until - begin) // STEP)
    good = bad = outages = 0
    last: tuple[int, bool] | None = None
    for step in range(steps):
        if step in up:
            if not up[step] and (last is None or last[1]):
                outages += 1
            last = step, up[step]
        elif last is None or step - last[0] > HELD_STEPS:
            continue
        if last[1]:
            good += 1
        else:
            bad += 1
    known = [begin + STEP * one for one in up]
    return Observed(
        available=share(good, good + bad), coverage=share(good + bad, steps) or Decimal(0),
        answered_s=good * 600, unanswered_s=bad * 600, period_s=steps * 600, outages=outages,
        first=min(known, default=None), last=max(known, default=None), reads=number,
    )  # fmt: skip


def share(part: int, whole: int) -> Decimal | None:
    """Six places, rounded down: what is not 1 is not shown as 1."""
    if not whole:
        return None
    return EXACT.divide(Decimal(part * 1_000_000 // whole), Decimal(1_000_000)).quantize(_SIX)


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)
