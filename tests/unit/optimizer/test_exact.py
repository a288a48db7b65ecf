"""The search against every answer there is, and its process against its limits."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings

from mcm.optimizer import greedy, running, wire
from mcm.optimizer.measures import breaches, value
from mcm.optimizer.problem import Apart, Item, Place, Problem
from tests.bench.optimizer_instances import instance
from tests.unit.optimizer.instances import answers, problems

exact = pytest.importorskip("mcm.optimizer.exact")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_nothing_is_better_than_the_exact_answer(problem: Problem) -> None:
    best = min(value(problem, found) for found in answers(problem) if not breaches(problem, found))
    quick = greedy.solve(problem)
    assert not breaches(problem, quick)
    for hint in (None, quick):
        outcome = exact.solve(problem, 20.0, hint)
        assert outcome.assignment is not None
        assert not breaches(problem, outcome.assignment)
        found = value(problem, outcome.assignment)
        assert found.unplaced == best.unplaced
        assert found.cost == pytest.approx(best.cost, abs=1e-5)
        assert outcome.bound is not None
        assert outcome.bound <= best.cost + 1e-5


def test_counting_those_that_are_alike_changes_nothing() -> None:
    """Groups of three of one size: counted, then dealt out so that no two of a group are together."""
    problem = Problem(
        [Place(f"p{n}", (float(6 + n), None, None, None), {"zone": f"z{n // 2}"}) for n in range(8)],
        [Item(f"i{n}", (1.0, 1.0, 0.0, 0.0), {place: float(place) for place in range(8)}) for n in range(30)],
        [Apart("zone", tuple(range(first, first + 3))) for first in range(0, 30, 3)]
        + [Apart("location", tuple(range(first, first + 3))) for first in range(0, 30, 3)],
    )
    outcome = exact.solve(problem, 20.0)
    apart = dataclasses.replace(problem, items=[
        dataclasses.replace(item, needs=(1.0, 1.0 + number, 0.0, 0.0)) for number, item in enumerate(problem.items)
    ])  # fmt: skip
    told_apart = exact.solve(apart, 20.0)
    assert (outcome.classes, told_apart.classes) == (1, 30)
    assert outcome.assignment is not None
    assert told_apart.assignment is not None
    assert not breaches(problem, outcome.assignment)
    assert value(problem, outcome.assignment) == value(problem, told_apart.assignment)


def test_of_a_larger_problem_all_is_placed_close_to_the_bound_and_again_the_same() -> None:
    problem = instance(7, items=400, places=10, full=0.7)
    first = running.answer(problem, seconds=15, memory_mib=2048)
    assert first.method in ("search", "proven")
    assert first.worth.unplaced == 0
    assert first.gap is not None
    assert first.gap < 0.01
    assert not breaches(problem, first.assignment)
    assert first.worth <= first.quick
    limited = dataclasses.replace(instance(7, items=60, places=6, full=0.6))
    assert (
        running.answer(limited, seconds=30, memory_mib=2048).assignment
        == running.answer(limited, seconds=30, memory_mib=2048).assignment
    )


def test_what_dies_of_its_memory_leaves_the_quick_answer() -> None:
    problem = instance(3, items=300, places=8)
    found = running.answer(problem, seconds=30, memory_mib=150)
    assert (found.method, found.why) == ("quick", "memory")
    assert found.assignment == greedy.solve(problem)


def test_what_has_no_time_leaves_the_quick_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_GRACE_S", 0.0)
    problem = instance(3, items=3000, places=20)
    found = running.answer(problem, seconds=0.3, memory_mib=2048)
    assert (found.method, found.why) == ("quick", "time")


def test_without_its_libraries_the_quick_method_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_NEEDED", ("numpy", "no_such_library"))
    found = running.answer(instance(3, items=30, places=4), seconds=30, memory_mib=2048)
    assert (found.method, found.why, found.gap) == ("quick", "missing", None)


def test_a_cancelled_search_ends_its_process() -> None:
    asked = threading.Event()
    timer = threading.Timer(1.5, asked.set)
    timer.start()
    with pytest.raises(running.Cancelled):
        running.answer(instance(1, items=4000, places=20), seconds=60, memory_mib=2048, cancelled=asked.is_set)


def test_the_search_ends_with_the_process_that_asked() -> None:
    """Killed outright, it can say nothing to its child: the pipe does."""
    problem = wire.packed(instance(1, items=4000, places=20))
    asked = {"problem": problem, "hint": None, "seconds": 300, "memory_mib": 2048, "whole": True}
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-P', '-m', 'mcm.optimizer.child'], stdin=subprocess.PIPE)\n"
        "child.stdin.write(sys.stdin.buffer.readline()); child.stdin.flush()\n"
        "print(child.pid, flush=True); child.wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(wire.written(asked))
    parent.stdin.flush()
    child = int(parent.stdout.readline())
    time.sleep(1.0)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    until = time.monotonic() + 30
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.1)
    gone = not _runs(child)
    if not gone:
        os.kill(child, signal.SIGKILL)
    assert gone


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(") ")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
