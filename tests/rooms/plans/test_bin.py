"""The recycle bin: stopped now, deleted later by the way of every delete, and restored before that."""

import pytest
from sqlalchemy import update

from mcm.errors import McmError
from mcm.models import Principal, Recycled
from mcm.operations.errors import ActionNotAllowed
from mcm.plans import bin_repository, recycling
from mcm.plans.errors import AlreadyInBin, DestroyBudgetUsed, NotInBin, RecycleFirst
from tests.rooms.operations.acting import Later
from tests.rooms.plans.desk import Desk
from tests.rooms.plans.test_belts import _limits


def _put(desk: Desk, row: object, days: int = 3) -> Recycled:
    runtime = desk.lab.runtime
    with runtime.database.writing() as session:
        found = recycling.wanted(session, runtime.registry, desk.anna, row.id)  # type: ignore[attr-defined]
        return recycling.put(session, runtime, desk.anna, found, days, "old")


def _row(desk: Desk, recycled_id: str) -> Recycled:
    with desk.lab.runtime.database.reading() as session:
        return recycling.get(session, recycled_id)


def _keep(desk: Desk, account_id: str, days: int) -> None:
    with desk.lab.runtime.database.writing() as session:
        bin_repository.set_days(session, account_id, days)


def test_stopped_now_deleted_later(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    put = _put(desk, row)
    assert put.stop_operation is not None
    assert desk.acts.run(put.stop_operation).status == "succeeded"
    assert desk.lab.by_native_id(row.native_id).state == "stopped"
    later.move(days=2)
    recycling.run(desk.lab.runtime)
    assert (_row(desk, put.id).status, desk.operations()) == ("kept", 1)
    later.move(days=2)
    recycling.run(desk.lab.runtime)
    found = _row(desk, put.id)
    assert found.status == "deleting"
    assert found.delete_operation is not None
    assert desk.acts.run(found.delete_operation).status == "succeeded"
    later.move(minutes=1)
    recycling.run(desk.lab.runtime)
    ended = _row(desk, put.id)
    assert (ended.status, ended.holds) == ("deleted", None)
    assert desk.acts.row(found.delete_operation).caller["name"] == "anna"
    recycling.run(desk.lab.runtime)
    assert desk.operations() == 2


def test_restored_it_runs_again(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    put = _put(desk, row)
    assert put.stop_operation is not None
    desk.acts.run(put.stop_operation)
    with desk.lab.runtime.database.writing() as session:
        _, started = recycling.restore(session, desk.lab.runtime, desk.anna, put.id)
    assert started is not None
    assert desk.acts.run(started).status == "succeeded"
    later.move(days=5)
    recycling.run(desk.lab.runtime)
    assert desk.lab.by_native_id(row.native_id).state == "running"
    assert _row(desk, put.id).status == "restored"
    with pytest.raises(NotInBin), desk.lab.runtime.database.writing() as session:
        recycling.delete_now(session, desk.lab.runtime, desk.anna, put.id)
    # It may go there again.
    assert _put(desk, row).status == "kept"


def test_what_is_stopped_already_needs_no_stop(desk: Desk) -> None:
    put = _put(desk, desk.machines(1, "stopped")[0])
    assert (put.stop_operation, desk.operations()) == (None, 0)


def test_what_runs_again_is_not_deleted(desk: Desk, later: Later) -> None:
    row = desk.machines(1)[0]
    put = _put(desk, row)
    desk.end("failed")
    later.move(days=4)
    recycling.run(desk.lab.runtime)
    found = _row(desk, put.id)
    assert found.status == "left"
    assert "running" in (found.reason or "")
    assert desk.operations() == 1


def test_it_is_there_once(desk: Desk) -> None:
    row = desk.machines(1, "stopped")[0]
    _put(desk, row)
    with pytest.raises(AlreadyInBin):
        _put(desk, row)


def test_what_is_protected_does_not_get_in_and_is_not_deleted(desk: Desk, later: Later) -> None:
    one, other = desk.machines(2, "stopped")
    desk.change(one, managed="protected")
    with pytest.raises(ActionNotAllowed):
        _put(desk, one)
    put = _put(desk, other)
    desk.change(other, managed="protected")
    later.move(days=4)
    recycling.run(desk.lab.runtime)
    found = _row(desk, put.id)
    assert found.status == "kept"
    assert "protected" in (found.reason or "")
    desk.change(other, managed="observed")
    recycling.run(desk.lab.runtime)
    assert desk.operations() == 0
    later.move(hours=2)
    recycling.run(desk.lab.runtime)
    assert _row(desk, put.id).status == "deleting"


def test_the_belts_hold_for_it_too(desk: Desk, later: Later) -> None:
    _limits(desk, per_day=1)
    rows = desk.machines(2, "stopped")
    puts = [_put(desk, row) for row in rows]
    later.move(days=4)
    recycling.run(desk.lab.runtime)
    assert sorted(_row(desk, put.id).status for put in puts) == ["deleting", "kept"]
    kept = next(put for put in puts if _row(desk, put.id).status == "kept")
    with pytest.raises(DestroyBudgetUsed), desk.lab.runtime.database.writing() as session:
        recycling.delete_now(session, desk.lab.runtime, desk.anna, kept.id)
    later.move(hours=25)
    recycling.run(desk.lab.runtime)
    assert [_row(desk, put.id).status for put in puts] == ["deleting", "deleting"]


def test_whoever_is_gone_deletes_nothing(desk: Desk, later: Later) -> None:
    from mcm.kit import clock

    put = _put(desk, desk.machines(1, "stopped")[0])
    with desk.lab.runtime.database.writing() as session:
        gone = update(Principal).where(Principal.id == desk.anna.principal_id)
        session.execute(gone.values(disabled_at=clock.now()))
    later.move(days=4)
    recycling.run(desk.lab.runtime)
    assert (_row(desk, put.id).status, desk.operations()) == ("left", 0)


def test_a_delete_that_failed_is_tried_again(desk: Desk, later: Later) -> None:
    put = _put(desk, desk.machines(1, "stopped")[0])
    later.move(days=4)
    recycling.run(desk.lab.runtime)
    desk.end("failed")
    later.move(minutes=1)
    recycling.run(desk.lab.runtime)
    assert _row(desk, put.id).status == "kept"
    later.move(hours=2)
    recycling.run(desk.lab.runtime)
    assert (_row(desk, put.id).status, desk.operations()) == ("deleting", 2)


def test_an_account_that_keeps_lets_nothing_past_the_bin(desk: Desk) -> None:
    row = desk.machines(1)[0]
    _keep(desk, row.account_id, 5)
    with pytest.raises(RecycleFirst):
        desk.acts.ask("instance.delete", row)
    plan = desk.plan("instance.delete", [row])
    desk.approve(plan)
    shown = desk.apply(plan)
    assert [item.status for item in shown.items] == ["recycled"]
    assert desk.lab.count("operation", "action = 'instance.delete'") == 0
    (found,) = _all(desk)
    assert (found.plan_id, (found.delete_at - found.created_at).days) == (plan, 5)
    desk.end("succeeded")
    desk.change(row, state="stopped")
    with desk.lab.runtime.database.writing() as session:
        recycling.delete_now(session, desk.lab.runtime, desk.anna, found.id)
    assert desk.lab.count("operation", "action = 'instance.delete'") == 1
    _keep(desk, row.account_id, 0)
    desk.acts.ask("instance.delete", desk.machines(2)[1])


def test_a_refused_delete_leaves_the_bin_as_it_was(desk: Desk) -> None:
    row = desk.machines(1, "stopped")[0]
    put = _put(desk, row)
    desk.change(row, presence="missing")
    with pytest.raises(McmError), desk.lab.runtime.database.writing() as session:
        recycling.delete_now(session, desk.lab.runtime, desk.anna, put.id)
    assert _row(desk, put.id).status == "kept"


def _all(desk: Desk) -> list[Recycled]:
    with desk.lab.runtime.database.reading() as session:
        return list(bin_repository.listed(session, None, 10, ended=True))
