"""mcm comes back by itself: after a cloud was down, after its own database or key was out of order."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mcm.accounts import service as accounts
from mcm.errors import Unavailable
from mcm.gateway import breaker as breaker_module
from mcm.kit import clock
from mcm.models import Scope, SyncRun
from mcm.sync import merge, record
from mcm.vault import Vault
from tests.lab import Lab

KINDS = ("instance", "project")
READ = (*KINDS, "region")
PATIENCE_S = 60.0


class Clock:
    """The breaker's clock, so that its pauses cost no time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


def _everything_due(lab: Lab, kinds: tuple[str, ...] = ()) -> None:
    """kinds: nothing else is."""
    with lab.runtime.database.writing() as session:
        session.execute(update(Scope).values(next_due_at=clock.now(), full_due_at=None))
        if kinds:
            later = clock.now() + timedelta(days=1)
            session.execute(update(Scope).where(Scope.kind.not_in(kinds)).values(next_due_at=later))


def _dispatched(lab: Lab) -> None:
    """Dispatches what is due and waits until nothing runs."""
    executor = lab.runtime.executor
    # A read that ends frees its slot before it starts the next: nothing may run for a moment though more is due.
    while executor.dispatch() or executor._scopes or executor._dispatching.locked():
        _wait_for(lambda: not executor._scopes)


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(breaker_module, "time", made)
    return made


def _fault(lab: Lab) -> None:
    """Everything of the cloud is unreachable: signing in, every region and what has none."""
    lab.world().faults.arm("region:*=unreachable")


def test_cloud_that_was_down_is_read_again_by_itself(lab: Lab, turned: Clock) -> None:
    """Account and regions have each their breaker; a probe that one of them takes must come back."""
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    _fault(lab)
    for _ in range(12):
        _everything_due(lab, READ)
        _dispatched(lab)
        turned.ahead += 7.0
    account_id = lab.scope("instance").account_id
    breaker = lab.runtime.gateway.breaker
    assert not breaker.admits(account_id) or not breaker.admits(f"{account_id}/global")
    lab.world().faults.disarm()
    lab.world().change(lab.world().ids()[0], name="back-again")
    for _ in range(6):
        turned.ahead += 700.0
        _everything_due(lab, READ)
        _dispatched(lab)
    assert len(lab.resources(name="back-again")) == 1
    assert lab.count("scope", "status = 'failing'") == 0
    assert breaker.admits(account_id)


def test_open_breaker_lets_few_reads_out(lab: Lab, turned: Clock) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    _fault(lab)
    for _ in range(8):
        _everything_due(lab, READ)
        _dispatched(lab)
    calls = lab.world().total_calls
    for _ in range(5):
        _everything_due(lab, READ)
        _dispatched(lab)
    assert lab.world().total_calls == calls


def test_wrong_master_key_fails_the_scope_with_a_sentence_and_not_at_full_speed(lab: Lab, tmp_path: Path) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    before = lab.dump()
    lab.runtime.executor._vault = Vault(tmp_path / "another.key")
    scope = lab.scope("instance")
    run = lab.run("instance", scope.region)
    assert (run.outcome, run.error_code) == ("failed", "vault")
    assert "master key" in (run.error_message or "")
    failing = lab.scope("instance", scope.region)
    assert (failing.status, failing.error_code, failing.lease_run) == ("failing", "vault", None)
    assert failing.next_due_at is not None
    assert failing.next_due_at > clock.now()
    assert lab.dump() == before
    _everything_due(lab, READ)
    _dispatched(lab)
    with lab.runtime.database.reading() as session:
        query = select(SyncRun).where(SyncRun.error_code == "vault", SyncRun.scope_id != scope.id)
        tried: dict[int, datetime] = {}
        for row in session.scalars(query.order_by(SyncRun.started_at)):
            # On a slow machine the first pause may be over before all scopes had their turn.
            assert row.started_at - tried.get(row.scope_id, datetime.min.replace(tzinfo=UTC)) > timedelta(seconds=5)
            tried[row.scope_id] = row.finished_at or row.started_at
        assert tried
        assert accounts.get(session, "lab").error_code == "vault"
    lab.runtime.executor._vault = lab.runtime.vault
    assert lab.run("instance", scope.region).outcome == "complete"


def test_configuration_that_an_adapter_no_longer_takes_is_said(lab: Lab) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    with lab.runtime.database.writing() as session:
        account = accounts.get(session, "lab")
        account.config = {**account.config, "removed_in_version_2": "x"}
    run = lab.run("instance")
    assert (run.outcome, run.error_code) == ("failed", "invalid_request")
    assert "removed_in_version_2" in (run.error_message or "")


def test_provider_that_was_uninstalled_is_said(lab: Lab) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    with lab.runtime.database.writing() as session:
        accounts.get(session, "lab").provider = "uninstalled"
    run = lab.run("instance")
    assert run.outcome == "failed"
    assert "uninstalled" in (run.error_message or "")
    assert lab.scope("instance").status == "failing"


def test_database_that_takes_no_writes_is_not_asked_at_full_speed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    _everything_due(lab)
    executor: Any = lab.runtime.executor
    attempts: list[int] = []
    waits: list[float] = []

    def refused(scope_id: int, run_id: str) -> None:
        attempts.append(scope_id)
        if len(attempts) > 200:
            executor._stopping.set()
        raise Unavailable("the disk that holds the database is full")

    real_wait = threading.Event.wait

    def waited(event: threading.Event, timeout: float | None = None) -> bool:
        if event is executor._stopping and timeout is not None:
            waits.append(timeout)
            executor._stopping.set()
        return real_wait(event, timeout)

    monkeypatch.setattr(executor, "_claim", refused)
    monkeypatch.setattr(record, "refuse", _refuses_too)
    monkeypatch.setattr(threading.Event, "wait", waited)
    executor.dispatch()
    _wait_for(lambda: not executor._scopes)
    assert waits
    assert min(waits) >= 1.0
    assert len(attempts) <= lab.count("scope")


def _refuses_too(*_: object) -> str:
    raise Unavailable("the disk that holds the database is full")


def test_result_that_the_database_refuses_fails_the_run(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account(instances=10)
    lab.sync(kinds=KINDS)
    before = lab.dump()

    def refused(*_: object) -> None:
        raise IntegrityError("INSERT INTO resource", {"name": "canary"}, Exception("UNIQUE constraint failed"))

    monkeypatch.setattr(merge, "apply_seen", refused)
    run = lab.run("instance")
    assert run.outcome == "failed"
    assert "canary" not in (run.error_message or "")
    assert "INSERT" not in (run.error_message or "")
    scope = lab.scope("instance", run.region)
    assert (scope.status, scope.lease_run) == ("failing", None)
    assert lab.dump() == before
    monkeypatch.undo()
    assert lab.run("instance", run.region).outcome == "complete"


def test_nothing_waits_for_ever_when_slots_free_up_while_others_are_dispatched(lab: Lab) -> None:
    """More scopes than slots, and no tick to start what was passed over."""
    lab.account(regions="4", instances=20)
    lab.sync(kinds=("instance",))
    for _ in range(2):
        _everything_due(lab)
        lab.runtime.executor.dispatch()
        now = clock.to_text(clock.now())
        _wait_for(lambda now=now: lab.count("scope", f"status <> 'unsupported' AND next_due_at <= '{now}'") == 0)  # type: ignore[misc]
        _wait_for(lambda: not lab.runtime.executor._scopes)
