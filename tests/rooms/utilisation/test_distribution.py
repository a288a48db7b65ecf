"""The distribution of a day against one that is reckoned second by second."""

import math
import random
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcm.contract import Metric, ResourceKind, ResourceRef, Sample
from mcm.utilisation.distribution import day_of, distribution, usable

_PARTS = st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1, allow_subnormal=False)), min_size=1, max_size=40)


@given(_PARTS, st.randoms(use_true_random=False))
def test_it_is_what_every_second_says_in_whatever_order(parts: list[tuple[int, float]], dice: random.Random) -> None:
    found = [(float(number), seconds, value) for number, (seconds, value) in enumerate(parts)]
    every = sorted(value for _, seconds, value in found for _ in range(seconds))
    made = distribution(found)
    assert made.coverage_s == len(every)
    assert (made.samples, made.min, made.max) == (len(parts), every[0], every[-1])
    assert made.p50 == every[math.ceil(len(every) * 0.5) - 1]
    assert made.p95 == every[-(-len(every) * 95 // 100) - 1]
    assert made.mean == pytest.approx(sum(every) / len(every), abs=1e-9)
    shuffled = list(found)
    dice.shuffle(shuffled)
    # What is said twice counts once.
    assert distribution([*shuffled, shuffled[0]]) == made


def test_a_sample_belongs_to_the_day_it_ends_in() -> None:
    assert day_of(datetime(2026, 3, 2, 0, 0, tzinfo=UTC)) == date(2026, 3, 1)
    assert day_of(datetime(2026, 3, 2, 0, 5, tzinfo=UTC)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("metric", "seconds", "value", "kept"),
    [
        (Metric.CPU, 300, 0.5, 0.5),
        (Metric.CPU, 300, 1.2, 1.0),
        (Metric.NETWORK_IN, 300, 5e9, 5e9),
        (Metric.CPU, 300, float("nan"), None),
        (Metric.DISK_READ, 300, float("inf"), None),
        (Metric.CPU, 300, -0.1, None),
        (Metric.CPU, 0, 0.5, None),
        (Metric.CPU, 90_000, 0.5, None),
    ],
)
def test_what_cannot_be_is_left_out(metric: Metric, seconds: int, value: float, kept: float | None) -> None:
    ref = ResourceRef(ResourceKind.INSTANCE, "i-1")
    assert usable(Sample(ref, metric, datetime(2026, 3, 1, tzinfo=UTC), seconds, value)) == kept
