"""One search at a time, in a process of its own; cancelled, abandoned, hidden from who must not see."""

import pytest
from sqlalchemy import update

from mcm.auth.service import View, limit
from mcm.kit import process
from mcm.models import Optimization
from mcm.optimizer import runner, running, service
from mcm.optimizer.errors import InvalidOptimization, OptimizationNotFound, OptimizationNotReady
from tests.lab import CALLER
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


def test_what_a_dead_process_was_searching_for_is_abandoned(desk: Desk) -> None:
    dead, alive = desk.ask(), desk.ask()
    _set(desk, dead, status="running", runs=1, owner=process.owner().rpartition(":")[0] + ":1")
    runner.recover(desk.lab.runtime)
    shown = desk.shown(dead)
    assert shown.status == "abandoned"
    assert shown.error is not None
    assert shown.error.code == "gone"
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
        assert service.page(session, limit=10, cursor=None).items == []
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
