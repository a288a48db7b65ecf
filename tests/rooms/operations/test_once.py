"""At most one effect, whatever is lost on the way; never a silent loss; a doubt is told and repeats nothing."""

from typing import Any

import pytest
from sqlalchemy import update

from mcm.contract.actions import Order, Outlook, Receipt, Seen
from mcm.models import ResourceRow
from mcm.operations import deciding, service
from mcm.operations.errors import NotOpen, ResourceBusyHere
from mcm.operations.schemas import OperationCreate
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.lab import CALLER
from tests.rooms.operations.acting import Acts, Killed, Later

# One for each way in which a request may be repeated.
HARMLESS, TOKENED, TAGGED, NEVER, GONE = (
    "instance.stop", "volume.create", "instance.snapshot", "instance.reboot", "instance.delete",
)  # fmt: skip
PARAMS: dict[str, dict[str, Any]] = {TOKENED: {"name": "v", "size_gib": 5}, TAGGED: {"name": "s"}}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


def _ask(acts: Acts, action: str) -> str:
    row = None if action == TOKENED else acts.one("running", task_state=None)
    return acts.ask(action, row, **PARAMS.get(action, {}))


@pytest.mark.parametrize("action", [HARMLESS, TOKENED, TAGGED, NEVER, GONE])
def test_an_answer_that_was_lost(acts: Acts, later: Later, action: str) -> None:
    """The cloud did it; what it said did not arrive."""
    operation = _ask(acts, action)
    acts.arm(f"act:{action}=dropped")
    acts.turn(operation)
    assert acts.row(operation).status not in ("succeeded", "failed")
    acts.disarm()
    later.move(seconds=30)
    acts.turn(operation)
    later.move(seconds=30)
    row = acts.run(operation)
    # What leaves no trace behind is a doubt for a person, and never a second request.
    assert row.status == ("in_doubt" if action == NEVER else "succeeded"), acts.told(operation)
    assert sum(acts.effects(operation).values()) == 1


@pytest.mark.parametrize("action", [HARMLESS, TOKENED, TAGGED, NEVER, GONE])
def test_a_request_that_never_arrived(acts: Acts, later: Later, action: str) -> None:
    operation = _ask(acts, action)
    acts.arm(f"act:{action}=unreachable")
    acts.turn(operation)
    acts.disarm()
    acts.turn(operation)
    later.move(seconds=30)
    row = acts.run(operation)
    certain = action in (HARMLESS, TOKENED, TAGGED)
    assert row.status == ("succeeded" if certain else "in_doubt"), acts.told(operation)
    assert sum(acts.effects(operation).values()) == (1 if certain else 0)


@pytest.mark.parametrize("action", [HARMLESS, TOKENED, TAGGED, NEVER, GONE])
@pytest.mark.parametrize("applied", [True, False])
def test_a_process_that_died_while_sending(acts: Acts, later: Later, action: str, applied: bool) -> None:
    """The row says `sending`, the process is gone; the cloud has it or has it not."""
    operation = _ask(acts, action)
    real = SimulatedProvider.send

    def dies(self: SimulatedProvider, order: Order) -> Receipt:
        if applied:
            real(self, order)
        raise Killed

    acts.die(operation, "send", dies)
    assert acts.row(operation).status == "sent"
    later.move(minutes=5)
    acts.turn(operation)
    later.move(seconds=30)
    row = acts.run(operation)
    certain = action in (HARMLESS, TOKENED, TAGGED) or (applied and action == GONE)
    assert row.status == ("succeeded" if certain else "in_doubt"), acts.told(operation)
    assert sum(acts.effects(operation).values()) == (1 if certain or applied else 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("denied", "permission_denied"), ("busy", "busy"), ("full", "capacity_exceeded")],
)
def test_a_refusal_ends_it_without_effect(acts: Acts, fault: str, code: str) -> None:
    operation = _ask(acts, HARMLESS)
    acts.arm(f"act:{HARMLESS}={fault}")
    row = acts.run(operation)
    assert (row.status, row.error_code, row.holds) == ("failed", code, None)
    assert not acts.effects(operation)
    acts.disarm()
    # The same operation can be asked for again.
    with acts.lab.runtime.database.writing() as session:
        deciding.retry(session, acts.lab.runtime.registry, CALLER, deciding.to_change(session, CALLER, operation))
    assert acts.run(operation).status == "succeeded"


@pytest.mark.parametrize("applied", [True, False])
def test_a_refusal_of_what_was_sent_again_may_be_the_doing_of_the_first_request(
    acts: Acts, later: Later, applied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer was lost, and what it asked for took effect between a look and the second request."""
    operation = _ask(acts, HARMLESS)
    real = SimulatedProvider.send

    def dies(self: SimulatedProvider, order: Order) -> Receipt:
        if applied:
            real(self, order)
        raise Killed

    acts.die(operation, "send", dies)
    later.move(minutes=5)
    sent = []
    with monkeypatch.context() as patch:
        patch.setattr(SimulatedProvider, "look", lambda _, __: Outlook(Seen.ABSENT))
        acts.arm(f"act:{HARMLESS}=busy")

        def refuses(self: SimulatedProvider, order: Order) -> Receipt:
            patch.undo()
            sent.append(order)
            return real(self, order)

        patch.setattr(SimulatedProvider, "send", refuses)
        acts.turn(operation)
    acts.disarm()
    row = acts.run(operation)
    assert len(sent) == 1
    assert "refused" in acts.told(operation)
    if applied:
        assert (row.status, row.error_code) == ("succeeded", None), acts.told(operation)
    else:
        assert (row.status, row.error_code) == ("failed", "busy"), acts.told(operation)
    assert sum(acts.effects(operation).values()) == (1 if applied else 0)


def test_throttling_and_expired_credentials(acts: Acts, later: Later) -> None:
    operation = _ask(acts, HARMLESS)
    acts.arm(f"act:{HARMLESS}=throttled")
    assert acts.turn(operation).status == "queued"
    acts.disarm()
    later.move(seconds=5)
    assert acts.run(operation).status == "succeeded"
    second = acts.ask("instance.start", acts.lab.by_native_id(acts.one("stopped", task_state=None).native_id))
    acts.arm("expired")
    row = acts.run(second)
    assert (row.status, row.error_code) == ("failed", "authentication_failed")


def test_a_cloud_that_is_down_is_waited_for_and_then_given_up(acts: Acts, later: Later) -> None:
    operation = _ask(acts, HARMLESS)
    acts.arm("kind:*=unreachable")
    assert acts.turn(operation).status == "queued"
    later.move(minutes=20)
    row = acts.turn(operation)
    assert (row.status, row.error_code) == ("failed", "unreachable")


def test_what_vanished_or_changed_meanwhile(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    stop, delete = acts.ask("instance.stop", row), None
    acts.lab.world().remove(row.native_id)
    ended = acts.run(stop)
    assert (ended.status, ended.error_code) == ("failed", "target_gone")
    assert acts.lab.by_native_id(row.native_id).presence == "gone"
    other = acts.one("running", task_state=None)
    delete = acts.ask("instance.delete", other)
    acts.lab.world().remove(other.native_id)
    assert acts.run(delete).status == "succeeded"
    third = acts.one("running", task_state=None)
    again = acts.ask("instance.stop", third)
    acts.lab.world().change(third.native_id, status="SHUTOFF")
    assert acts.run(again).status == "succeeded"
    assert "already" in acts.told(again)
    fourth = acts.one("running", task_state=None)
    paused = acts.ask("instance.reboot", fourth)
    acts.lab.world().change(fourth.native_id, status="PAUSED")
    assert acts.run(paused).error_code == "state_changed"
    assert acts.lab.world().effects == []


def test_protection_holds_between_asking_and_sending(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    operation = acts.ask("instance.delete", row)
    with acts.lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(managed="protected"))
    assert acts.run(operation).error_code == "protected"
    assert acts.lab.by_native_id(row.native_id).presence == "present"


def test_cancelling_before_and_after(acts: Acts) -> None:
    operation = _ask(acts, HARMLESS)
    with acts.lab.runtime.database.writing() as session:
        deciding.cancel(session, CALLER, deciding.to_change(session, CALLER, operation))
    assert acts.run(operation).status == "cancelled"
    assert not acts.effects(operation)
    done = acts.run(_ask(acts, HARMLESS))
    with acts.lab.runtime.database.writing() as session, pytest.raises(NotOpen):
        deciding.cancel(session, CALLER, deciding.to_change(session, CALLER, done.id))


def test_what_was_seen_on_its_way_and_cannot_be_told_afterwards(
    acts: Acts, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer was lost. It is a doubt soon, and not only when its time is over."""
    operation = _ask(acts, NEVER)
    acts.arm(f"act:{NEVER}=dropped")
    acts.turn(operation)
    acts.disarm()
    shown = Outlook(Seen.UNDERWAY)
    monkeypatch.setattr(SimulatedProvider, "look", lambda *_: shown)
    assert acts.turn(operation).status == "observed"
    shown = Outlook(Seen.UNCLEAR)
    assert acts.turn(operation).status == "observed"
    later.move(seconds=30)
    assert acts.run(operation).status == "in_doubt"
    assert sum(acts.effects(operation).values()) == 1


def test_somebody_else_is_faster_by_a_moment(acts: Acts) -> None:
    """Both were told that it may be asked for; who comes second is told so in words, not by a broken transaction."""
    row, runtime = acts.one("running", task_state=None), acts.lab.runtime
    asked = OperationCreate(action="instance.stop", resource=row.id)

    def both() -> None:
        with runtime.database.writing() as session:
            first, second = (service.wanted(session, runtime.registry, CALLER, asked) for _ in range(2))
            service.create(session, runtime.vault, CALLER, first)
            service.create(session, runtime.vault, CALLER, second)

    with pytest.raises(ResourceBusyHere) as caught:
        both()
    assert row.name in caught.value.message
    assert acts.lab.count("operation") == 0


def test_a_doubt_is_resolved_by_a_person_and_holds_nobody_up(acts: Acts, later: Later) -> None:
    row = acts.one("running", task_state=None)
    operation = acts.ask("instance.reboot", row)
    acts.arm("act:instance.reboot=dropped")
    acts.turn(operation)
    acts.disarm()
    acts.turn(operation)
    later.move(seconds=30)
    assert acts.run(operation).status == "in_doubt"
    other = acts.ask("instance.stop", row)
    with acts.lab.runtime.database.writing() as session, pytest.raises(ResourceBusyHere):
        deciding.retry(session, acts.lab.runtime.registry, CALLER, deciding.to_change(session, CALLER, operation))
    acts.run(other)
    with acts.lab.runtime.database.writing() as session:
        deciding.resolve(session, CALLER, deciding.to_change(session, CALLER, operation), "succeeded")
    assert acts.row(operation).status == "succeeded"
    assert acts.lab.count("audit_event", "action = 'operation.resolve'") == 1
