"""Between two looks that are close together an operation stays in the hands of who looks."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from mcm.contract import AuthenticationFailed
from mcm.contract.actions import Order, Outlook, Seen
from mcm.db.session import Database
from mcm.operations import repository, turn
from mcm.operations.acting import go_on, take_turn
from mcm.operations.turn import Work
from mcm.sync.tools import Tools
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.rooms.operations.acting import Acts, Killed, Later

WAIT_S = 20.0
KEEPS_S = 2.0


class Slow:
    """The cloud works on everything until it is told to be done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done, self.looks = threading.Event(), 0
        real = SimulatedProvider.look

        def look(provider: SimulatedProvider, order: Order) -> Outlook:
            self.looks += 1
            return real(provider, order) if self.done.is_set() else Outlook(Seen.UNDERWAY)

        monkeypatch.setattr(SimulatedProvider, "look", look)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def _until(told: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not told():
        assert time.monotonic() < until
        time.sleep(0.02)


def _tools(acts: Acts) -> Tools:
    runtime = acts.lab.runtime
    return Tools(runtime.settings, runtime.database, runtime.registry, runtime.gateway)


def _taken(acts: Acts, operation: str, keeps_s: float = KEEPS_S) -> Work | None:
    return take_turn(_tools(acts), acts.lab.runtime.vault, operation, keeps_s=keeps_s)


def _stop(acts: Acts) -> str:
    return acts.ask("instance.stop", acts.one("running", task_state=None))


def test_it_is_claimed_once_and_looks_that_tell_nothing_write_nothing(
    acts: Acts, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor, written = acts.lab.runtime.operations, 0
    real = Database.writing

    def writing(self: Database, **options: Any) -> Any:
        nonlocal written
        written += 1
        return real(self, **options)

    operation = _stop(acts)
    executor.wake()
    _until(lambda: acts.row(operation).status == "observed")
    monkeypatch.setattr(Database, "writing", writing)
    seen = slow.looks
    _until(lambda: slow.looks >= seen + 3)
    assert written == 0
    monkeypatch.setattr(Database, "writing", real)
    row = acts.row(operation)
    assert (row.turn, row.lease_owner is not None) == (1, True)
    slow.done.set()
    executor.run_until_idle(WAIT_S)
    row = acts.row(operation)
    assert (row.status, row.turn, row.lease_owner) == ("succeeded", 1, None)
    assert acts.told(operation) == ["queued", "sending", "sent", "succeeded"]
    assert sum(acts.effects(operation).values()) == 1


def test_who_ends_lets_go_of_it_and_it_is_due_at_once(acts: Acts, slow: Slow) -> None:
    executor = acts.lab.runtime.operations
    operation = _stop(acts)
    executor.wake()
    _until(lambda: acts.row(operation).status == "observed")
    executor.stop()
    row = acts.row(operation)
    assert (row.status, row.lease_owner, row.lease_until) == ("observed", None, None)
    slow.done.set()
    # Another goes on where it was left; no test hurries it.
    assert _taken(acts, operation) is None
    assert acts.row(operation).status == "succeeded"
    assert sum(acts.effects(operation).values()) == 1


def test_nobody_else_takes_it_and_who_lost_it_writes_nothing(
    acts: Acts, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    operation = _stop(acts)
    work = _taken(acts, operation)
    assert work is not None
    assert _taken(acts, operation) is None
    with acts.lab.runtime.database.writing() as session:
        repository.drop_leases(session, [operation])
    slow.done.set()
    assert _taken(acts, operation) is None
    ended = acts.row(operation)
    assert ended.status == "succeeded"
    assert go_on(work) is None
    after = acts.row(operation)
    assert (after.version, after.turn) == (ended.version, ended.turn)
    assert "must not" not in caplog.text


def test_a_lease_that_would_not_outlast_the_next_turn_is_let_go(
    acts: Acts, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEASE_S", turn._LEFT.total_seconds())
    operation = _stop(acts)
    assert _taken(acts, operation) is None
    assert acts.row(operation).lease_owner is None
    slow.done.set()
    assert acts.run(operation).status == "succeeded"


@pytest.mark.parametrize("keeps_s", [0.0, KEEPS_S])
def test_a_turn_whose_time_is_over_after_the_request(
    acts: Acts, monkeypatch: pytest.MonkeyPatch, keeps_s: float
) -> None:
    """Who keeps nothing lets go of it, with the answer written down; else it goes on in the next turn."""
    monkeypatch.setattr("mcm.operations.acting._LEAST_S", 1000.0)
    operation = _stop(acts)
    work = _taken(acts, operation, keeps_s)
    assert (work is not None) == bool(keeps_s)
    row = acts.row(operation)
    assert (row.lease_owner is not None) == bool(keeps_s)
    assert acts.told(operation) == ["queued", "sending", *([] if keeps_s else ["sent"])]
    assert (go_on(work) if work is not None else _taken(acts, operation)) is None
    assert acts.row(operation).status == "succeeded"
    assert acts.told(operation) == ["queued", "sending", "sent", "succeeded"]


def test_a_look_that_is_far_off_is_not_waited_for(acts: Acts, slow: Slow) -> None:
    operation = _stop(acts)
    assert _taken(acts, operation, keeps_s=0.1) is None
    row = acts.row(operation)
    assert row.lease_owner is None
    assert row.next_at is not None
    assert row.next_at > row.observed_at  # type: ignore[operator]


def test_the_cloud_cannot_be_asked_for_a_while(acts: Acts, slow: Slow) -> None:
    operation = _stop(acts)
    work = _taken(acts, operation)
    assert work is not None

    def refused(*_: Any) -> Outlook:
        raise AuthenticationFailed("the token has expired")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedProvider, "look", refused)
        # Clouds lock who tries to sign in too often: this one is looked at again in a minute.
        assert go_on(work) is None
    assert acts.row(operation).lease_owner is None
    slow.done.set()
    assert acts.run(operation).status == "succeeded"


def test_it_goes_on_with_what_the_answer_said_if_the_process_dies_before_it_is_written(
    acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may be sent again is not written down between its answer and the first look."""
    operation = _stop(acts)

    def dies(*_: Any) -> Outlook:
        raise Killed

    acts.die(operation, "look", dies)
    assert acts.row(operation).steps[0]["status"] == "sending"
    Later(monkeypatch).move(minutes=5)
    assert acts.run(operation).status == "succeeded"
    assert sum(acts.effects(operation).values()) == 1


def test_a_look_that_fails_leaves_the_answer_in_the_log(acts: Acts) -> None:
    operation = _stop(acts)

    def fails(*_: Any) -> Outlook:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedProvider, "look", fails)
        assert acts.turn(operation).status == "sent"
    assert acts.told(operation) == ["queued", "sending", "sent"]
    assert acts.row(operation).lease_owner is None
    assert acts.run(operation).status == "succeeded"
