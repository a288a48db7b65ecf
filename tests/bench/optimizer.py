"""Placing 10,000 workloads on 20 locations: how good, how fast against the whole problem in the same solver, how large.

No two workloads are alike, so that counting those that are gains nothing. Both stop at the same distance from the bound
of the relaxation; processor seconds are compared, as both use one core and others may use the machine. The whole
problem takes about a minute on a quiet machine and is given `FULL_S` at most: if it is not done then, the ratio is what
it is at least.
"""

import importlib.util
import time
from collections.abc import Iterator

from mcm.optimizer import greedy, running
from mcm.optimizer.measures import breaches, value
from tests.bench.optimizer_instances import instance
from tests.bench.table import Row
from tests.harness import HarnessUnavailable

ITEMS, PLACES, SEED = 10_000, 20, 1
FULL_S = 1_200
MEMORY_MIB = 4_096


def run(_rounds: int) -> Iterator[Row]:
    if any(importlib.util.find_spec(name) is None for name in ("highspy", "numpy")):
        raise HarnessUnavailable("the extra `optimizer` (highspy, numpy) is not installed")
    problem = instance(SEED, ITEMS, PLACES)
    started = time.process_time()
    quick = greedy.solve(problem)
    taken = time.process_time() - started
    worth = value(problem, quick)
    name = f"optimizer: {ITEMS:,} × {PLACES}"
    yield Row(f"{name}, quick method", value=taken, unit="s", note=f"{worth.unplaced} left over")
    ours = running.answer(problem, seconds=FULL_S, memory_mib=MEMORY_MIB)
    if ours.why is not None or breaches(problem, ours.assignment):
        raise RuntimeError(f"the search gave no answer: {ours.why}")
    yield Row(f"{name}, left over", value=float(ours.worth.unplaced), unit="workloads", target=0)
    gap = (ours.gap or 0.0) * 100
    yield Row(f"{name}, gap", value=gap, unit="%", floor="the bound of the relaxation", target=0.05)
    yield Row(f"{name}, memory of the search", value=ours.figures["memory_mib"], unit="MiB", target=400)
    whole = running.answer(problem, seconds=FULL_S, memory_mib=MEMORY_MIB, whole=True)
    mine, full = ours.figures["cpu_s"], whole.figures.get("cpu_s", float(FULL_S))
    reached = "no answer" if whole.gap is None else f"gap {whole.gap * 100:.3f} %"
    yield Row(
        f"{name}, processor time", mine / full, floor="the whole problem in the same solver", target=0.2,
        note=f"{mine:.1f} s to {full:.1f} s, which came to {reached}",
    )  # fmt: skip
