"""Many operations, many hands: processes that share a database, and one that dies again and again."""

import threading
import time
from collections.abc import Iterator

import pytest

from mcm.app import build_runtime
from mcm.settings import Settings
from tests.baddays.acting.engine import ENDED, SETTLE_S, Bench, effects
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.ways import prepare

pytestmark = [pytest.mark.vcsim, pytest.mark.timeout(240)]
MANY = 50
SOME = 15
TOGETHER = ["instance.create", "instance.snapshot", "instance.delete", "instance.create"]


@pytest.fixture
def bench(on_vsphere: Bench) -> Iterator[Bench]:
    on_vsphere.cloud.proxy.ledger.clear()
    yield on_vsphere
    on_vsphere.cloud.proxy.clear()
    on_vsphere.end(on_vsphere.victim)


def test_two_engines_at_the_same_turns(bench: Bench) -> None:
    """In one process, each with threads and connections of its own, on the same operations at the same time."""
    jobs = [bench.job(action) for action in TOGETHER]
    operations = [bench.ask(job) for job in jobs]
    runtimes = [build_runtime(Settings(**bench.settings)) for _ in range(2)]
    ready = threading.Barrier(2)

    def run(number: int) -> None:
        ready.wait()
        runtimes[number].operations.tick()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = [bench.ended(operation) for operation in operations]
    finally:
        for runtime in runtimes:
            runtime.operations.stop()
            runtime.gateway.close()
            runtime.database.dispose()
    for row, job in zip(rows, jobs, strict=True):
        assert row.status == "succeeded", row.error_message
        assert not bench.problems(row, job)
        assert [step["attempts"] for step in row.steps] == [1] * len(row.steps)
    assert set(effects(bench.cloud).values()) == {1}


def test_two_processes_at_the_same_operations(bench: Bench, victims: Victims) -> None:
    """One of them dies in the middle; the other takes over what it had."""
    jobs = [bench.job(action) for action in TOGETHER]
    with victims.start(bench.settings, SETTLE_S) as first, victims.start(bench.settings, SETTLE_S) as second:
        operations = [bench.ask(job) for job in jobs]
        _after(bench, 2)
        first.kill()
        bench.wait(operations, second)
    for operation, job in zip(operations, jobs, strict=True):
        row = bench.row(operation)
        assert row.status in ("succeeded", "in_doubt"), row.error_message
        assert row.status == "succeeded" or job.action == "instance.delete"
        assert not bench.problems(row, job)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("many", [SOME, pytest.param(MANY, marks=pytest.mark.soak)])
def test_many_at_once_and_three_deaths(bench: Bench, victims: Victims, many: int) -> None:
    actions = ["instance.create", "instance.snapshot", "instance.stop", "instance.delete", "instance.create"]
    jobs = [prepare(bench.cloud, actions[number % len(actions)]) for number in range(many)]
    bench.read("instance")
    operations = [bench.ask(job) for job in jobs]
    for death in range(3):
        with victims.start(bench.settings, SETTLE_S) as victim:
            # In the middle of the work, wherever each of them is then.
            _after(bench, many * (death + 1) // 4)
            victim.kill()
    with victims.start(bench.settings, SETTLE_S) as victim:
        bench.wait(operations, victim)
    rows = [bench.row(operation) for operation in operations]
    assert {row.status for row in rows} <= {"succeeded", "in_doubt"}
    # At most what a process had in hand when it died can be in doubt.
    assert sum(row.status == "in_doubt" for row in rows) <= 3 * bench.lab.runtime.settings.operation_slots
    for row, job in zip(rows, jobs, strict=True):
        assert row.status == "succeeded" or job.action == "instance.delete", row.error_message
    problems = [problem for row, job in zip(rows, jobs, strict=True) for problem in bench.problems(row, job)]
    assert not problems
    for row, job in zip(rows, jobs, strict=True):
        if row.status == "succeeded" and job.action in ("instance.create", "instance.snapshot"):
            assert bench.cloud.count(job, row.token) == 1
    assert not [row for row in rows if row.status not in ENDED]


def _after(bench: Bench, requests: int) -> None:
    """Returns when so many requests that change something have left."""
    until = time.monotonic() + 60
    while len(bench.cloud.proxy.ledger.mutations()) < requests:
        assert time.monotonic() < until, "the engine does not get on"
        time.sleep(0.005)
