"""One search at a time, in a process of its own; cancelled, abandoned, hidden from who must not see."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from mcm.auth.roles import Role
from mcm.auth.service import Grant, View, limit
from mcm.errors import Conflict
from mcm.events.kinds import OPTIMIZATION_CHANGED
from mcm.kit import clock, process
from mcm.models import Optimization
from mcm.optimizer import repository, runner, running, service
from mcm.optimizer.errors import InvalidOptimization, OptimizationNotFound, OptimizationNotReady
from mcm.optimizer.schemas import OptimizationCreate
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.lab import CALLER
from tests.rooms.events.following import rows as events
from tests.rooms.optimizer.desk import Desk


def _set(desk: Desk, optimization_id: str, **values: object) -> None:
    with desk.lab.runtime.database.writing() as session:
        session.execute(update(Optimization).where(Optimization.id == optimization_id).values(**values))


def test_one_runs_and_others_wait_in_their_order(desk: Desk) -> None:
    first, second, third = desk.ask(), desk.ask(), desk.ask()
    _set(desk, first, status="running", runs=1, owner=process.owner())
    assert not runner.run_next(desk.lab.runtime)
    assert desk.shown(second).status == "queued"
    _set(desk, first, status="done", runs=None, owner=None)
    assert runner.run_next(desk.lab.runtime)
    assert [desk.shown(one).status for one in (second, third)] == ["done", "queued"]
    told = [row for row in events(desk.lab, OPTIMIZATION_CHANGED) if row.subject_id == second]
    assert [(row.data["status"], row.tenant_id) for row in told] == [
        (status, CALLER.tenant_id) for status in ("queued", "running", "done")
    ]


def test_tenants_take_turns_and_none_fills_the_queue(desk: Desk) -> None:
    settings = desk.lab.runtime.settings
    mine = [desk.ask() for _ in range(settings.optimizer_runs_each)]
    with pytest.raises(Conflict, match="of your tenant"):
        desk.ask()
    with desk.lab.runtime.database.writing() as session:
        other = replace(CALLER, tenant_id=tenants.create(session, CALLER, TenantCreate(name="retail")).id)
        theirs = service.create(session, settings, other, OptimizationCreate(time_limit_s=10)).id
    order = []
    for _ in range(3):
        with desk.lab.runtime.database.writing() as session:
            taken = repository.waiting(session)
            assert taken is not None
            assert repository.take(session, taken, process.owner())
            order.append(taken)
        _set(desk, taken, status="done", runs=None, owner=None, finished_at=clock.now())
    assert order == [mine[0], theirs, mine[1]]
    desk.ask()


def test_how_many_of_a_tenant_wait_or_run_is_a_setting(desk: Desk) -> None:
    few = desk.lab.runtime.settings.model_copy(update={"optimizer_runs_each": 2})
    desk.ask()
    with desk.lab.runtime.database.writing() as session:
        service.create(session, few, CALLER, OptimizationCreate(time_limit_s=10))
        with pytest.raises(Conflict, match="2 optimizations of your tenant") as refused:
            service.create(session, few, CALLER, OptimizationCreate(time_limit_s=10))
    assert "2 个" in refused.value.message_zh


def test_who_may_not_see_costs_sees_where_things_go_and_no_amount(desk: Desk) -> None:
    made, rows = desk.run()
    moved = next(one for one in rows if one.saving is not None)
    assert made.result is not None
    assert made.result.saving == made.saving is not None
    with desk.lab.runtime.database.reading() as session:
        mine = View(tenants=frozenset(session.get_one(Optimization, made.id).tenants) | {CALLER.tenant_id})
        grants = tuple(Grant(role, mine) for role in (Role.VIEWER, Role.COST_ANALYST))
        viewer = replace(CALLER, method="session", grants=grants[:1])
        limit(session, mine)
        shown = service.detail(service.get(session, made.id), viewer)
        (listed,) = service.page(session, viewer, limit=10, cursor=None).items
        row = next(
            one
            for one in service.rows(session, viewer, made.id, kind="move", limit=1000, cursor=None).items
            if one.number == moved.number
        )
        priced = service.detail(service.get(session, made.id), replace(viewer, grants=grants))
    assert shown.result is not None
    assert (shown.saving, shown.result.saving, listed.saving) == (None, None, None)
    assert (row.before, row.after, row.saving) == (None, None, None)
    assert row.risk is not None
    assert row.risk.egress is None
    assert (row.target, row.how) == (moved.target, moved.how)
    for one in (shown, listed, row):
        assert "cost.read" in str(one.amounts_withheld)
        assert "cost.read" in str(one.amounts_withheld_zh)
    assert (priced.saving, priced.amounts_withheld) == (made.saving, None)


def test_what_a_dead_process_was_searching_for_is_abandoned(desk: Desk) -> None:
    dead, alive = desk.ask(), desk.ask()
    _set(desk, dead, status="running", runs=1, owner=process.owner().rpartition(":")[0] + ":1")
    runner.recover(desk.lab.runtime)
    shown = desk.shown(dead)
    assert shown.status == "abandoned"
    assert shown.error is not None
    assert shown.error.code == "gone"
    assert events(desk.lab, OPTIMIZATION_CHANGED)[-1].data["status"] == "abandoned"
    _set(desk, alive, status="running", runs=1, owner=process.owner())
    runner.recover(desk.lab.runtime)
    assert desk.shown(alive).status == "running"


def test_cancelled_it_ends_without_a_result(desk: Desk) -> None:
    waiting, runs = desk.ask(), desk.ask()
    with desk.lab.runtime.database.writing() as session:
        assert service.cancel(session, CALLER, waiting).status == "cancelled"
    _set(desk, runs, cancel=True)
    assert runner.run_next(desk.lab.runtime)
    assert (desk.shown(runs).status, desk.shown(runs).result) == ("cancelled", None)
    ended = [row.subject_id for row in events(desk.lab, OPTIMIZATION_CHANGED) if row.data["status"] == "cancelled"]
    assert ended == [waiting, runs]
    with desk.lab.runtime.database.writing() as session, pytest.raises(OptimizationNotReady):
        service.cancel(session, CALLER, runs)
    with pytest.raises(OptimizationNotReady):
        desk.apply(runs, dry_run=True)


def test_without_its_libraries_it_answers_at_once_and_says_what_is_missing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_NEEDED", ("no_such_library",))
    shown, _ = desk.run(goal="evacuate", account="dc0")
    assert shown.result is not None
    assert shown.result.method == "quick"
    assert shown.result.why is not None
    assert "highspy" in shown.result.why.text
    assert "highspy" in shown.result.why.text_zh


def test_only_who_sees_all_of_it_sees_it(desk: Desk) -> None:
    made, _ = desk.run()
    with desk.lab.runtime.database.reading() as session:
        limit(session, View(tenants=frozenset({"ten_other"})))
        assert service.page(session, CALLER, limit=10, cursor=None).items == []
        with pytest.raises(OptimizationNotFound):
            service.get(session, made.id)


def test_what_cannot_be_asked_says_so(desk: Desk) -> None:
    for wanted, word in (
        ({"goal": "cost", "account": "nowhere"}, "nowhere"),
        ({"goal": "evacuate", "site": "nowhere"}, "nowhere"),
    ):
        shown, _ = desk.run(**wanted)
        assert shown.status == "failed"
        assert shown.error is not None
        assert word in shown.error.text
    for body in (
        {"goal": "evacuate"},
        {"goal": "evacuate", "account": "dc0", "site": "x"},
        {"goal": "consolidate", "workloads": ["shop"]},
        {"goal": "cost", "site": "x"},
        {"currency": "XXQ"},
        {"time_limit_s": 0},
        {"goal": "best"},
    ):
        with pytest.raises(ValueError, match=r".+"):
            desk.ask(**body)
    made, _ = desk.run()
    with pytest.raises(InvalidOptimization):
        desk.apply(made.id, rows=(9999,), dry_run=True)
