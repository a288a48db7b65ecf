"""What a schedule does when it is due: once, in time, as whoever wrote it, and never on what is stale."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from mcm.auth.service import Caller
from mcm.errors import McmError
from mcm.kit import clock
from mcm.models import Operation, Principal, Schedule, Scope
from mcm.schedules import firing, repository, service
from mcm.schedules.errors import InvalidSchedule
from mcm.schedules.schemas import ScheduleDetail, ScheduleWrite
from tests import prepared
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import user
from tests.rooms.operations.acting import read

EVENING = {"action": "instance.stop", "filter": 'state = "running"', "cron": "0 20 * * *"}


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = prepared.lab(database_url, tmp_path, "operations", read)
    made.runtime.operations.wake = lambda: None  # type: ignore[method-assign]
    yield made
    made.close()


def _write(lab: Lab, caller: Caller = CALLER, **more: object) -> None:
    wanted = ScheduleWrite.model_validate(EVENING | more)
    with lab.runtime.database.writing() as session:
        service.write(session, caller, "evening", wanted, None)


def _due(lab: Lab, ago: timedelta = timedelta(seconds=2)) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(Schedule).values(next_at=clock.now() - ago))


def _shown(lab: Lab) -> ScheduleDetail:
    with lab.runtime.database.reading() as session:
        return service.detail(session, service.get(session, "evening"))


def test_it_asks_for_what_matches_and_moves_on(lab: Lab) -> None:
    running = len(lab.resources(state="running", task_state=None))
    _write(lab)
    _due(lab)
    firing.run(lab.runtime)
    shown = _shown(lab)
    (run,) = shown.runs
    assert (run.outcome, run.asked) == ("done", running)
    assert run.targets == len(lab.resources(state="running"))
    assert shown.next_at is not None
    assert shown.next_at > clock.now()
    assert lab.count("operation", "status = 'queued'") == running
    assert lab.count("audit_event", "action = 'schedule.run' AND outcome = 'succeeded'") == 1
    assert lab.count("audit_event", "action = 'instance.stop' AND source = 'schedule evening'") == running
    firing.run(lab.runtime)
    assert len(_shown(lab).runs) == 1
    # What is under way is left alone the next time, and that is told.
    _due(lab)
    firing.run(lab.runtime)
    again = _shown(lab).runs[0]
    assert (again.asked, again.left.get("operation_running")) == (0, running)


def test_two_servers_run_it_once(lab: Lab) -> None:
    _write(lab)
    _due(lab)
    with lab.runtime.database.reading() as session:
        (schedule_id,) = repository.due(session, clock.now())
    assert firing._begin(lab.runtime, schedule_id) is not None
    assert firing._begin(lab.runtime, schedule_id) is None


def test_what_is_stale_is_left_alone(lab: Lab) -> None:
    _write(lab)
    with lab.runtime.database.writing() as session:
        old = clock.now() - timedelta(days=2)
        session.execute(update(Scope).where(Scope.kind == "instance").values(as_of=old, full_as_of=old))
    _due(lab)
    firing.run(lab.runtime)
    (run,) = _shown(lab).runs
    assert run.asked == 0
    assert run.left["stale"] == run.targets > 0
    assert lab.count("operation") == 0


def test_a_time_that_was_missed_is_not_made_up_for(lab: Lab) -> None:
    _write(lab)
    _due(lab, timedelta(hours=2))
    firing.run(lab.runtime)
    (run,) = _shown(lab).runs
    assert run.outcome == "missed"
    assert lab.count("operation") == 0


def test_it_acts_with_the_rights_of_its_writer_at_that_time(lab: Lab) -> None:
    anna = user(lab, "anna", "operator")
    from mcm.auth import grants

    with lab.runtime.database.reading() as session:
        held = grants.load(session, anna)
    caller = Caller(anna, "ten_default", "anna", "test", "rq_test", grants=held)
    _write(lab, caller)
    with lab.runtime.database.writing() as session:
        session.execute(update(Principal).where(Principal.id == anna).values(disabled_at=clock.now()))
    _due(lab)
    firing.run(lab.runtime)
    shown = _shown(lab)
    assert shown.runs[0].outcome == "refused"
    assert shown.suspended is not None
    assert lab.count("operation") == 0
    with lab.runtime.database.writing() as session:
        session.execute(update(Principal).where(Principal.id == anna).values(disabled_at=None))
        from mcm.models import RoleBinding

        session.execute(update(RoleBinding).where(RoleBinding.principal_id == anna).values(role="viewer"))
    _due(lab)
    firing.run(lab.runtime)
    # Nothing is inside of what they may act on any more.
    assert (_shown(lab).runs[0].targets, lab.count("operation")) == (0, 0)


def test_what_a_dead_process_left_is_finished(lab: Lab) -> None:
    _write(lab)
    _due(lab)
    with lab.runtime.database.reading() as session:
        (schedule_id,) = repository.due(session, clock.now())
    firing._begin(lab.runtime, schedule_id)
    firing.recover(lab.runtime)
    (run,) = _shown(lab).runs
    assert (run.outcome, run.asked) == ("done", 0)
    assert run.reason is not None


@pytest.mark.parametrize(
    "wrong",
    [{"action": "instance.delete"}, {"action": "instance.reboot"}, {"action": "instance.stopp"},
     {"filter": "state ="}, {"cron": "0 0 31 2 *"}, {"params": {"mode": "rough"}}],
)  # fmt: skip
def test_what_cannot_be_scheduled_says_why(lab: Lab, wrong: dict[str, object]) -> None:
    with pytest.raises(McmError) as caught:
        _write(lab, CALLER, **wrong)
    assert caught.value.status == 422
    assert caught.value.next_step or isinstance(caught.value, InvalidSchedule) or "filter" in caught.value.code
    assert lab.count("schedule") == 0


def test_a_preview_stores_and_asks_nothing(lab: Lab) -> None:
    with lab.runtime.database.reading() as session:
        found = service.preview(session, lab.runtime.registry, CALLER, ScheduleWrite.model_validate(EVENING))
    assert found.matching >= found.would_ask > 0
    assert len(found.next_times) == 5
    with lab.runtime.database.reading() as session:
        assert session.query(Operation).count() == 0
