"""Samples → the distribution of a day. Pure.

A sample belongs to the day (UTC) in which its interval ends; one that ends at midnight to the day before. Percentiles
are by the nearest rank and weigh by time, so that five minutes and an hour can stand side by side.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mcm.contract import Metric, Sample

DAY_S = 86_400
SHARES = frozenset({Metric.CPU, Metric.MEMORY})
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Distribution:
    samples: int
    coverage_s: int
    min: float
    p50: float
    p95: float
    max: float
    mean: float


def day_of(at: datetime) -> date:
    return (at.astimezone(UTC) - _INSTANT).date()


def usable(sample: Sample) -> float | None:
    """What the cloud said, a share at most 1 (turbo clocks go beyond); None for what cannot be."""
    value = float(sample.value)
    if not math.isfinite(value) or value < 0 or not 0 < sample.seconds <= DAY_S:
        return None
    return min(value, 1.0) if sample.metric in SHARES else value


def distribution(found: Iterable[tuple[float, int, float]]) -> Distribution:
    """found: end (any number that tells ends apart), seconds, value; of one that comes twice the last holds."""
    parts = sorted((value, seconds) for seconds, value in {end: (s, v) for end, s, v in found}.values())
    total = sum(seconds for _, seconds in parts)
    weighed = math.fsum(value * seconds for value, seconds in parts)
    return Distribution(
        samples=len(parts), coverage_s=min(total, DAY_S), min=parts[0][0], p50=_rank(parts, total, 50),
        p95=_rank(parts, total, 95), max=parts[-1][0], mean=weighed / total,
    )  # fmt: skip


def _rank(parts: list[tuple[float, int]], total: int, percent: int) -> float:
    """The smallest value that so much of the time was not above."""
    below = 0
    for value, seconds in parts:
        below += seconds
        if below * 100 >= total * percent:
            return value
    return parts[-1][0]
