"""Measures a block inside a process of its own: wall, CPU, peak memory over its start."""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

_SAID = 20_000


@dataclass
class Measured:
    """wall and cpu in seconds (user and system of this process); memory: peak over the start, MiB."""

    wall: float
    cpu: float
    memory: float
    facts: dict[str, Any]


def measured(work: Callable[[], dict[str, Any] | None]) -> Measured:
    gc.collect()
    start_memory = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    usage, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    facts = work() or {}
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    return Measured(wall, cpu, max(_resident("VmHWM") - start_memory, 0.1), facts)


def answer(*results: Measured) -> None:
    """From a child: its results on stdout."""
    print(json.dumps([asdict(result) for result in results]))


def child(module: str, *arguments: object, given: str = "") -> list[Measured]:
    """Runs `python -m module arguments` with `given` on standard input and returns what it answered.

    Raises RuntimeError with what the child said when it fails; the arguments, a password among them, stay out of it."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with exit status {done.returncode}:\n{done.stderr[-_SAID:]}")
    return [Measured(**item) for item in json.loads(done.stdout.strip().splitlines()[-1])]


def pairs(rounds: int, floor: Callable[[], Sequence[Measured]], ours: Callable[[], Sequence[Measured]]) -> Any:
    """Alternating rounds: two lists of results, round by round."""
    floors, mine = [], []
    for _ in range(rounds):
        floors.append(list(floor()))
        mine.append(list(ours()))
    return floors, mine


def ratio(ours: Sequence[float], floors: Sequence[float]) -> float:
    """The median of the pairs' ratios."""
    return median(mine / max(base, 1e-9) for mine, base in zip(ours, floors, strict=True))


def _resident(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {name} in /proc/self/status")
