"""What else goes wrong between one request and the next: credentials, throttling, what vanishes, a lost machine.
Each is a clear error, and each leaves an operation that has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from mcm.kit import clock
from mcm.models import Operation
from mcm.operations import deciding
from tests.baddays.acting.dry import nothing_happens
from tests.baddays.acting.engine import Bench, effects, step_by_step
from tests.baddays.serving import serving
from tests.harness.proxy import DropAnswer, PermissionDenied, Status, Throttled, anything, mutating
from tests.lab import CALLER

pytestmark = [pytest.mark.vcsim, pytest.mark.timeout(120)]


@contextmanager
def later(**ahead: float) -> Iterator[None]:
    """Time has passed for everybody."""
    real = clock.now
    clock.now = lambda: real() + timedelta(**ahead)
    try:
        yield
    finally:
        clock.now = real


@pytest.fixture
def bench(on_vsphere: Bench) -> Iterator[Bench]:
    on_vsphere.cloud.proxy.ledger.clear()
    yield on_vsphere
    on_vsphere.cloud.proxy.clear()


def after_the_first(bench: Bench, operation: str) -> Operation:
    """Between the first request, which is over, and the second."""
    with step_by_step():
        return bench.drive(operation, lambda row: [step["status"] for step in row.steps] == ["done", "new"])


def test_credentials_that_end_between_two_requests(bench: Bench) -> None:
    """What the first request did is taken back; that is refused too, and both are said."""
    job = bench.job("instance.delete")
    operation = bench.ask(job)
    bench.cloud.proxy.rule(mutating, Status(401), after=1)
    row = bench.drive(operation)
    assert (row.status, row.error_code) == ("failed", "authentication_failed")
    assert bench.told(operation)[-1] == "failed"
    assert "undoing" in bench.told(operation)
    assert not bench.problems(row, job)
    assert list(effects(bench.cloud).values()) == [1]
    assert bench.cloud.state(job.target or "") == "stopped"


def test_rights_that_end_between_two_requests(bench: Bench) -> None:
    job = bench.job("instance.delete")
    operation = bench.ask(job)
    bench.cloud.proxy.rule(mutating, PermissionDenied(), after=1, times=1)
    row = bench.drive(operation)
    assert (row.status, row.error_code) == ("failed", "permission_denied")
    assert not bench.problems(row, job)
    assert bench.cloud.state(job.target or "") == "running"


def test_credentials_that_end_while_it_is_looked_for(bench: Bench) -> None:
    """Asked seldom, as a vCenter locks a user after five refusals within three minutes; in doubt once its time is
    over; and it goes on when they are renewed."""
    job = bench.job("instance.delete")
    operation = bench.ask(job)
    dropped = bench.cloud.proxy.rule(mutating, DropAnswer(), after=1, times=1)
    bench.drive(operation, lambda _: dropped.struck)
    refused = bench.cloud.proxy.rule(anything, Status(401))
    row = bench.turn(operation)
    assert refused.struck
    assert row.status == "observed"
    assert row.next_at is not None
    assert row.next_at > clock.now() + timedelta(seconds=45)
    with later(hours=1):
        row = bench.turn(operation)
    assert row.status == "in_doubt"
    assert "401" in (row.error_message or "")
    assert row.holds is None
    bench.cloud.proxy.clear()
    with bench.lab.runtime.database.writing() as session:
        deciding.retry(session, bench.lab.runtime.registry, CALLER, deciding.to_change(session, CALLER, operation))
    row = bench.drive(operation)
    assert row.status == "succeeded", row.error_message
    assert not bench.problems(row, job)


def test_a_cloud_that_asks_to_slow_down(bench: Bench) -> None:
    job = bench.job("instance.delete")
    operation = bench.ask(job)
    throttled = bench.cloud.proxy.rule(mutating, Throttled(retry_after_s=40), after=1, times=1)
    row = bench.drive(operation, lambda _: throttled.struck)
    assert row.status == "observed"
    assert row.next_at is not None
    assert row.next_at > clock.now() + timedelta(seconds=30)
    assert bench.told(operation)[-1] == "waits"
    # The account's rate governor slows down, too: the time has to pass for it as well.
    bench.restart()
    row = bench.drive(operation)
    assert row.status == "succeeded"
    assert not bench.problems(row, job)
    assert set(effects(bench.cloud).values()) == {1}


def test_what_vanishes_before_it_is_sent(bench: Bench) -> None:
    job = bench.job("instance.snapshot")
    operation = bench.ask(job)
    bench.cloud.vanish(job.target or "")
    row = bench.drive(operation)
    assert (row.status, row.error_code) == ("failed", "target_gone")
    assert not bench.problems(row, job)
    assert not effects(bench.cloud)


def test_what_vanishes_between_two_requests(bench: Bench) -> None:
    """Somebody else ended what was to be ended: that is what was wanted."""
    job = bench.job("instance.delete")
    operation = bench.ask(job)
    after_the_first(bench, operation)
    bench.cloud.vanish(job.target or "")
    row = bench.drive(operation)
    assert row.status == "succeeded"
    assert not bench.problems(row, job)


def test_what_was_made_vanishes_before_it_is_started(bench: Bench) -> None:
    job = bench.job("instance.create")
    operation = bench.ask(job)
    row = after_the_first(bench, operation)
    assert row.made is not None
    bench.cloud.vanish(row.made["native_id"])
    row = bench.drive(operation)
    assert (row.status, row.error_code) == ("failed", "not_found")
    assert not bench.problems(row, job)


@pytest.mark.only_on("postgresql")
def test_a_dry_run_leaves_database_and_ledger_untouched(bench: Bench) -> None:
    bench.restart()
    with serving(bench.lab) as served:
        nothing_happens(bench, served, bench.cloud.ways)
    bench.restart()


def test_what_a_machine_that_is_gone_had_in_hand(bench: Bench) -> None:
    """Of a process elsewhere nobody can tell that it has died; its lease ends, and then somebody looks."""
    job = bench.job("instance.snapshot")
    operation = bench.ask(job)
    past = clock.now() - timedelta(seconds=1)
    with bench.lab.runtime.database.writing() as session:
        held = update(Operation).where(Operation.id == operation)
        session.execute(held.values(lease_owner="elsewhere:1:1", lease_until=past, turn=Operation.turn + 1))
    bench.lab.runtime.operations.tick()
    try:
        row = bench.ended(operation)
    finally:
        bench.lab.runtime.operations.stop()
    assert row.status == "succeeded"
    assert not bench.problems(row, job)
