"""Dates of retirement: a reminder before, a stop at the date, a renewal in between, and never a delete."""

from datetime import timedelta

import pytest

from mcm.kit import clock
from mcm.models import ResourceRow, Retirement
from mcm.plans import bin_repository, retiring, upkeep
from mcm.plans.errors import InvalidRetirement, RetirementNotFound
from tests.rooms.operations.acting import Later
from tests.rooms.plans.desk import Desk


def _retire(desk: Desk, row: ResourceRow, **ahead: int) -> None:
    runtime = desk.lab.runtime
    with runtime.database.writing() as session:
        retiring.set_date(session, runtime.settings, desk.anna, row.id, clock.now() + timedelta(**ahead), "")


def _found(desk: Desk, row: ResourceRow) -> Retirement:
    with desk.lab.runtime.database.reading() as session:
        found = bin_repository.retirement(session, row.id)
        assert found is not None
        return found


def _reminders(desk: Desk) -> int:
    return desk.lab.count("audit_event", "action = 'retirement.remind'")


def test_reminded_once_then_stopped_once(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    _retire(desk, row, days=30)
    upkeep.tick(desk.lab.runtime)
    assert (_reminders(desk), desk.operations()) == (0, 0)
    later.move(days=24)
    upkeep.tick(desk.lab.runtime)
    upkeep.tick(desk.lab.runtime)
    assert (_reminders(desk), desk.operations()) == (1, 0)
    later.move(days=7)
    upkeep.tick(desk.lab.runtime)
    upkeep.tick(desk.lab.runtime)
    found = _found(desk, row)
    assert found.stopped_at is not None
    assert found.operation_id is not None
    operation = desk.acts.row(found.operation_id)
    # As whoever set the date: the trail says who wanted it, and it needs their right to.
    assert (operation.action, operation.caller["name"]) == ("instance.stop", "anna")
    assert operation.caller["source"] == "retirement"
    assert desk.acts.run(operation.id).status == "succeeded"
    assert desk.operations() == 1


def test_renewed_it_goes_on(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    _retire(desk, row, days=8)
    later.move(days=2)
    upkeep.tick(desk.lab.runtime)
    assert _reminders(desk) == 1
    _retire(desk, row, days=60)
    later.move(days=20)
    upkeep.tick(desk.lab.runtime)
    assert (_reminders(desk), desk.operations()) == (1, 0)
    later.move(days=34)
    upkeep.tick(desk.lab.runtime)
    assert _reminders(desk) == 2


def test_what_never_retires(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    _retire(desk, row, days=1)
    with desk.lab.runtime.database.writing() as session:
        retiring.clear(session, desk.anna, row.id)
    later.move(days=5)
    upkeep.tick(desk.lab.runtime)
    assert desk.operations() == 0
    with pytest.raises(RetirementNotFound), desk.lab.runtime.database.writing() as session:
        retiring.clear(session, desk.anna, row.id)


def test_what_cannot_be_stopped_now_is_stopped_later(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    _retire(desk, row, days=1)
    rebooting = desk.acts.ask("instance.reboot", row)
    later.move(days=2)
    upkeep.tick(desk.lab.runtime)
    found = _found(desk, row)
    assert found.stopped_at is None
    assert rebooting in (found.reason or "")
    desk.end("succeeded")
    later.move(hours=2)
    upkeep.tick(desk.lab.runtime)
    assert _found(desk, row).operation_id is not None


def test_what_is_stopped_already_needs_nothing(desk: Desk, later: Later) -> None:
    row = desk.machines(1, "stopped")[0]
    _retire(desk, row, days=1)
    later.move(days=2)
    upkeep.tick(desk.lab.runtime)
    assert (_found(desk, row).operation_id, desk.operations()) == (None, 0)
    assert _found(desk, row).stopped_at is not None


@pytest.mark.parametrize("days", [-1, 0, 4000])
def test_a_date_lies_ahead(desk: Desk, days: int) -> None:
    with pytest.raises(InvalidRetirement):
        _retire(desk, desk.machines(1)[0], days=days)


def test_only_what_can_be_stopped_retires(desk: Desk) -> None:
    with pytest.raises(InvalidRetirement):
        _retire(desk, desk.lab.resources("volume")[0], days=3)


def test_what_is_due_is_listed(desk: Desk) -> None:
    one, other = desk.machines(2)
    _retire(desk, one, days=30)
    _retire(desk, other, days=3)
    with desk.lab.runtime.database.reading() as session:
        found = bin_repository.retirements(session, None, 10, before=None)
        soon = bin_repository.retirements(session, None, 10, before=clock.now() + timedelta(days=7))
    assert [row.id for _, row in found] == [other.id, one.id]
    assert [row.id for _, row in soon] == [other.id]
