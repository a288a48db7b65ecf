"""The clock jumps, forwards and back: nothing waits for ever, nothing is folded or thrown away, no age is negative."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.inventory import service as inventory
from mcm.inventory.service import Question
from mcm.jobs import housekeeping
from mcm.jobs import table as jobs_table
from mcm.kit import clock
from mcm.models import ResourceVersion, Scope, SyncRequest
from mcm.sync import progress
from mcm.sync import service as sync
from mcm.system import metrics
from tests.lab import CALLER, Lab

KINDS = ("instance",)
BACK = [timedelta(hours=-2), timedelta(days=-400)]
JUMPS = [*BACK, timedelta(hours=2), timedelta(days=400)]


class Turned:
    """Every clock of mcm, `jump` away from the true one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jump = timedelta(0)
        self._true = clock.now
        monkeypatch.setattr(clock, "now", self._now)

    def _now(self) -> datetime:
        return self._true() + self.jump


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> Turned:
    return Turned(monkeypatch)


def _reanchored(lab: Lab) -> int:
    with lab.runtime.database.writing() as session:
        return sync.reanchor(session)


def _page(lab: Lab) -> dict[str, Any]:
    with lab.runtime.database.reading() as session:
        return inventory.page(session, Question(kind="instance"), 1000, None, None)


def test_every_scope_is_due_again_within_its_interval(lab: Lab, turned: Turned) -> None:
    lab.account(regions="1", instances=10)
    lab.sync()
    # Each one further back than the one before, or ahead.
    for jump in sorted(JUMPS, reverse=True):
        turned.jump = jump
        late = _reanchored(lab)
        now = clock.now()
        with lab.runtime.database.reading() as session:
            for scope in session.scalars(select(Scope).where(Scope.status != "unsupported")):
                assert scope.next_due_at is not None
                assert scope.next_due_at <= now + timedelta(seconds=scope.interval_s * 1.2 + 60), jump
                # The feed goes on in between, but only the full read guarantees.
                assert scope.full_due_at is None or scope.full_due_at <= now + timedelta(days=2), jump
        # A day is the longest interval, so a jump of two hours leaves some where they were.
        assert (late > 0) == (jump < timedelta(0)), jump
        assert _reanchored(lab) == 0


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_reads_go_on_and_history_keeps_its_order(lab: Lab, turned: Turned, jump: timedelta) -> None:
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    native_id = lab.world().ids()[0]
    row = lab.by_native_id(native_id)
    for step in (timedelta(0), jump, jump, timedelta(0), -jump):
        turned.jump = step
        lab.world().change(native_id, name=f"at-{step}-{lab.count('sync_run')}")
        assert lab.run("instance", row.region).outcome == "complete"
    with lab.runtime.database.reading() as session:
        versions = session.scalars(
            select(ResourceVersion).where(ResourceVersion.resource_id == row.id).order_by(ResourceVersion.valid_to)
        ).all()
    assert len(versions) == 5
    moments = [versions[0].valid_from, *(version.valid_to for version in versions)]
    assert moments == sorted(moments)
    assert len(set(moments)) == 6
    assert [version.valid_from for version in versions[1:]] == [version.valid_to for version in versions[:-1]]
    assert lab.by_native_id(native_id).valid_from == versions[-1].valid_to


def test_no_age_is_negative_and_nothing_is_called_failed_for_it(lab: Lab, turned: Turned) -> None:
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    for jump in JUMPS:
        turned.jump = jump
        page = _page(lab)
        wanted = "stale" if jump > timedelta(hours=1) else "present"
        assert {item["presence"] for item in page["items"]} == {wanted}, jump
        assert not any(re.search(r"-\d+[smhd]\b", str(item["stale_reason"])) for item in page["items"]), jump
        with lab.runtime.database.reading() as session:
            text, _ = metrics.render(session, lab.runtime)
        ages = [line for line in text.decode().splitlines() if line.startswith("mcm_scope_age_seconds{")]
        assert ages
        assert all(float(line.split()[-1]) >= 0 for line in ages), jump


@pytest.mark.parametrize("jump", BACK, ids=str)
def test_lease_of_a_silent_process_elsewhere_runs_out_in_time(lab: Lab, turned: Turned, jump: timedelta) -> None:
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    with lab.runtime.database.writing() as session:
        session.execute(
            update(Scope)
            .where(Scope.id == scope.id)
            .values(lease_run="run_x", lease_owner="elsewhere:1:1", lease_until=clock.now() + sync.LEASE)
        )
    turned.jump = jump
    _reanchored(lab)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "not_due"
    turned.jump = jump + sync.LEASE + timedelta(seconds=1)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "complete"


def test_lease_that_a_jump_ended_early_costs_a_read_and_no_data(lab: Lab, turned: Turned) -> None:
    """Forwards: another process takes over what is still being read; the first one's result is dropped."""
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    with lab.runtime.database.writing() as session:
        session.execute(
            update(Scope)
            .where(Scope.id == scope.id)
            .values(lease_run="run_slow", lease_owner="elsewhere:1:1", lease_until=clock.now() + sync.LEASE)
        )
    turned.jump = timedelta(days=1)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "complete"
    assert lab.scope("instance", scope.region).lease_run is None


@pytest.mark.parametrize("jump", BACK, ids=str)
def test_request_made_before_the_clock_was_set_back_still_ends(lab: Lab, turned: Turned, jump: timedelta) -> None:
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    from mcm.accounts import service as accounts

    with lab.runtime.database.writing() as session:
        made = sync.request(session, CALLER, list(accounts.everyone(session)), ["instance"], full=True)
    turned.jump = jump
    _reanchored(lab)
    lab.sync(kinds=KINDS)
    with lab.runtime.database.reading() as session:
        answer = progress.follow(session, lab.runtime.executor, made.id)
        assert answer.outcome == "complete"
        assert session.get_one(SyncRequest, made.id).at <= clock.now()


def test_boost_does_not_last_longer(lab: Lab, turned: Turned) -> None:
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    with lab.runtime.database.writing() as session:
        sync.boost(session, [lab.scope("instance").id])
    turned.jump = timedelta(days=-1)
    _reanchored(lab)
    until = lab.scope("instance").boost_until
    assert until is not None
    assert until <= clock.now() + sync.BOOST


class Ticking:
    """The two clocks by which the schedule notices a jump."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 500.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    made = Ticking()
    monkeypatch.setattr(jobs_table, "time", made)
    return made


@pytest.fixture
def reanchored(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []

    def counting(runtime: object) -> int:
        calls.append(1)
        return 0

    monkeypatch.setattr(housekeeping, "reanchor", counting)
    return calls


def test_schedule_notices_jumps_both_ways_and_at_its_start(lab: Lab, ticking: Ticking, reanchored: list[int]) -> None:
    jobs = jobs_table.Table(lab.runtime)
    jobs.dispatch()
    assert len(reanchored) == 1
    for _ in range(5):
        ticking.advance(2.0)
        jobs.dispatch()
    assert len(reanchored) == 1
    for jump in (3600.0, -3600.0, -86_400.0 * 365):
        ticking.wall += jump
        jobs.dispatch()
    assert len(reanchored) == 4
    jobs.dispatch()
    assert len(reanchored) == 4


def test_far_jump_forwards_drops_nothing_for_its_age(
    lab: Lab, ticking: Ticking, turned: Turned, reanchored: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """A battery died, the year is 2099: tombstones, history and ledger look old enough to go, and stay."""
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    lab.world().remove(lab.world().ids()[0])
    lab.sync(kinds=KINDS)
    kept = {table: lab.count(table) for table in ("resource", "resource_version", "sync_run")}
    assert lab.count("resource", "presence = 'gone'") == 1
    # Nothing shall be read meanwhile.
    lab.runtime.executor._stopping.set()
    jobs = jobs_table.Table(lab.runtime)
    jobs.dispatch()
    turned.jump = timedelta(days=365 * 70)
    ticking.wall += turned.jump.total_seconds()
    jobs.dispatch()
    jobs.tidy()
    assert {table: lab.count(table) for table in kept} == kept
    assert "nothing is dropped" in caplog.text
    ticking.wall -= turned.jump.total_seconds()
    turned.jump = timedelta(0)
    jobs.dispatch()
    jobs.tidy()
    assert {table: lab.count(table) for table in kept} == kept
    turned.jump = timedelta(days=365)
    jobs_table.Table(lab.runtime).tidy()
    assert lab.count("resource", "presence = 'gone'") == 0
