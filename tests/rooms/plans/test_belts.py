"""How much may be destroyed: in one request, in one account within a day, and on which ways that holds."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from mcm.errors import McmError
from mcm.operations import deciding, service
from mcm.operations.schemas import OperationCreate
from mcm.plans import belts
from mcm.plans.errors import DestroyBelt, DestroyBudgetUsed
from mcm.plans.limits import Limits
from mcm.settings import Settings
from tests.lab import CALLER
from tests.rooms.operations.acting import Later
from tests.rooms.plans.desk import Desk


def _limits(desk: Desk, **given: int) -> None:
    desk.lab.runtime.database.carried["plans.limits"] = replace(Limits(), **given)


def test_the_defaults_are_the_settings_defaults() -> None:
    """Also of a session that nobody told the limits."""
    assert Limits() == Limits(
        Settings.model_fields["destroy_per_request"].default, Settings.model_fields["destroy_per_day"].default
    )


def test_one_request_destroys_so_many_and_no_more(desk: Desk) -> None:
    _limits(desk, per_request=3)
    rows = desk.machines(4)
    runtime = desk.lab.runtime

    def all_of_them() -> None:
        with runtime.database.writing() as session:
            for row in rows:
                asked = OperationCreate(action="instance.delete", resource=row.id)
                found = service.wanted(session, runtime.registry, CALLER, asked)
                service.create(session, runtime.vault, CALLER, found)

    with pytest.raises(DestroyBelt) as caught:
        all_of_them()
    assert "mcm plan create" in caught.value.next_step
    assert desk.operations() == 0


def test_a_days_budget_holds_for_each_account(desk: Desk, later: Later) -> None:
    _limits(desk, per_day=2)
    rows = desk.machines(4)
    desk.acts.ask("instance.delete", rows[0])
    desk.acts.ask("volume.delete", desk.volume())
    with pytest.raises(DestroyBudgetUsed) as caught:
        desk.acts.ask("instance.delete", rows[1])
    assert (caught.value.status, caught.value.details) == (409, {"used": 2, "limit": 2})
    # What destroys nothing goes on.
    desk.acts.ask("instance.stop", rows[2])
    later.move(hours=25)
    desk.acts.ask("instance.delete", rows[1])


def test_what_was_never_sent_is_not_counted(desk: Desk) -> None:
    _limits(desk, per_day=1)
    rows = desk.machines(2)
    first = desk.acts.ask("instance.delete", rows[0])
    desk.end("cancelled", first)
    second = desk.acts.ask("instance.delete", rows[1])
    assert desk.acts.run(second).status == "succeeded"
    with pytest.raises(DestroyBudgetUsed):
        desk.acts.ask("instance.delete", rows[0])


def test_asking_again_is_asking(desk: Desk) -> None:
    _limits(desk, per_day=1)
    rows = desk.machines(2)
    failed = desk.acts.ask("instance.delete", rows[0])
    desk.end("failed", failed)
    other = desk.acts.ask("instance.delete", rows[1])
    with pytest.raises(DestroyBudgetUsed), desk.lab.runtime.database.writing() as session:
        deciding.retry(session, desk.lab.runtime.registry, CALLER, deciding.to_change(session, CALLER, failed))
    desk.end("failed", other)
    with desk.lab.runtime.database.writing() as session:
        # Its own first attempt does not count against it.
        deciding.retry(session, desk.lab.runtime.registry, CALLER, deciding.to_change(session, CALLER, other))


def test_an_approved_plan_goes_past_both_and_counts(desk: Desk) -> None:
    _limits(desk, per_request=2, per_day=2)
    rows = desk.machines(6)
    plan = desk.plan("instance.delete", rows[:5])
    desk.approve(plan)
    assert desk.apply(plan).counts == {"queued": 5}
    with pytest.raises(DestroyBudgetUsed):
        desk.acts.ask("instance.delete", rows[5])


def test_a_plan_that_nobody_could_approve_keeps_to_the_budget(desk: Desk) -> None:
    _limits(desk, per_request=2, per_day=4)
    with desk.lab.runtime.database.writing() as session:
        from sqlalchemy import update

        from mcm.models import RoleBinding

        session.execute(update(RoleBinding).where(RoleBinding.role == "approver").values(role="viewer"))
    shown = desk.apply(desk.plan("instance.delete", desk.machines(6), CALLER), CALLER)
    assert shown.counts == {"queued": 4, "refused": 2}
    assert {item.why.reason_code for item in shown.items if item.why} == {"destroy_budget_used"}


def test_a_plans_name_does_not_open_the_belts(desk: Desk) -> None:
    """Only one that was approved and is being applied does."""
    _limits(desk, per_day=0)
    rows = desk.machines(1)
    plan = desk.plan("instance.delete", rows)
    desk.approve(plan)
    runtime = desk.lab.runtime
    asked = OperationCreate(action="instance.delete", resource=rows[0].id)
    with runtime.database.writing() as session:
        found = service.wanted(session, runtime.registry, CALLER, asked)
        with pytest.raises(DestroyBudgetUsed):
            service.create(session, runtime.vault, CALLER, found, plan_id=plan)


def test_many_at_once_do_not_slip_through(desk: Desk) -> None:
    _limits(desk, per_day=3)
    rows = desk.machines(12)

    def ask(row: Any) -> str:
        try:
            return desk.acts.ask("instance.delete", row)
        except McmError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, rows))
    assert desk.operations() == 3
    assert answers.count("destroy_budget_used") == 9
    with desk.lab.runtime.database.reading() as session:
        assert belts.destroyed(session, rows[0].account_id) == 3
