"""A plan: what it holds, who approves it, what spoils it, and that it is used once."""

from typing import Any

import pytest
from sqlalchemy import update

from mcm.errors import McmError
from mcm.models import Plan, PlanItem
from mcm.plans import applying, approval, repository, service, standing
from mcm.plans.errors import (
    ApprovalNeeded,
    InvalidPlan,
    OwnPlan,
    PlanHashDiffers,
    PlanNotOpen,
    PlanStale,
)
from tests.rooms.operations.acting import Later
from tests.rooms.plans.desk import LOCAL, Desk, person


def test_a_plan_alone_touches_nothing(desk: Desk) -> None:
    before, clouds = desk.lab.dump(), len(desk.lab.world().effects)
    running = desk.machines(1)
    stopped = desk.lab.resources("instance", state="stopped")
    shown = desk.shown(desk.plan("instance.stop", [*running, *stopped[:2]]))
    assert (shown.status, shown.requires_approval, shown.counts) == ("draft", False, {"target": 1, "left": 2})
    assert {item.why.reason_code for item in shown.items if item.why} == {"already_so"}
    assert all(item.why.reason_zh for item in shown.items if item.why)
    assert (shown.impact.targets, shown.impact.money) == (1, None)
    assert shown.impact.money_note
    assert (desk.operations(), desk.lab.count("operation_log"), desk.lab.count("quota_reservation")) == (0, 0, 0)
    assert len(desk.lab.world().effects) == clouds
    assert desk.lab.dump() == before


def test_a_filter_finds_what_matches_now(desk: Desk) -> None:
    running = desk.lab.resources("instance", state="running")
    shown = desk.shown(desk.plan("instance.stop", 'state = "running"'))
    assert {item.resource_id for item in shown.items} == {row.id for row in running}
    # More than twenty: somebody has to look.
    assert len(running) > 20
    assert (shown.status, shown.needs) == ("awaiting_approval", ["many"])


def test_what_hangs_on_the_targets_is_told(desk: Desk) -> None:
    rows = desk.machines(6)
    shown = desk.shown(desk.plan("instance.delete", rows))
    ids = {row.id for row in rows}
    with desk.lab.runtime.database.reading() as session:
        attached = repository.attached(session, sorted(ids))
    expected = {other for found in attached.values() for other in found}
    assert expected
    assert expected <= {one.id for one in shown.impact.listed}
    assert {one.of for one in shown.impact.listed} <= ids
    assert sum(shown.impact.by_kind.values()) == shown.impact.dependants >= len(expected)


@pytest.mark.parametrize("wrong", [
    {"action": "instance.create", "filter": "name = a"},
    {"action": "instance.stop"},
    {"action": "instance.stop", "filter": 'name = "nothing is called this"'},
    {"action": "instance.stop", "filter": "name =", "resources": []},
    {"action": "instance.fly", "filter": "name = a"},
])  # fmt: skip
def test_what_is_no_plan_says_why(desk: Desk, wrong: dict[str, object]) -> None:
    from mcm.plans.schemas import PlanCreate

    runtime = desk.lab.runtime
    with pytest.raises(McmError) as caught, runtime.database.writing() as session:
        service.create(session, runtime.registry, runtime.settings, desk.anna, PlanCreate.model_validate(wrong))
    assert caught.value.status == 422
    assert desk.lab.count("plan") == 0


def test_sensitive_data_wants_a_second_person(desk: Desk) -> None:
    (row,) = desk.machines(1)
    desk.change(row, data_class="restricted")
    assert desk.shown(desk.plan("instance.stop", [row])).needs == ["sensitive"]


def test_nobody_approves_their_own_plan(desk: Desk) -> None:
    both = person(desk.lab, "carl", "operator", "approver")
    plan = desk.plan("instance.delete", desk.machines(1), both)
    with pytest.raises(OwnPlan):
        desk.approve(plan, both)
    with desk.lab.runtime.database.writing() as session, pytest.raises(OwnPlan):
        approval.reject(session, both, plan, "no")
    with pytest.raises(ApprovalNeeded):
        desk.begin(plan, both)
    assert desk.row(plan).status == "awaiting_approval"
    desk.approve(plan)
    assert desk.apply(plan, both).counts == {"queued": 1}


def test_an_approval_is_of_this_hash(desk: Desk) -> None:
    one, other = (desk.plan("instance.delete", [row]) for row in desk.machines(2))
    with pytest.raises(PlanHashDiffers):
        desk.approve(one, given=desk.row(other).hash)
    assert desk.row(one).status == "awaiting_approval"
    desk.approve(one)
    # Whoever writes into the database cannot slip another target under the approval.
    smuggled = desk.items(other)[0]
    with desk.lab.runtime.database.writing() as session:
        session.add(PlanItem(**{c.name: getattr(smuggled, c.name) for c in PlanItem.__table__.c} | {"plan_id": one}))
    with pytest.raises(PlanStale):
        desk.begin(one)
    assert desk.operations() == 0


def test_the_hash_names_action_parameters_and_targets(desk: Desk) -> None:
    rows = desk.machines(3)
    stops = desk.row(desk.plan("instance.stop", rows)).hash
    assert desk.row(desk.plan("instance.stop", rows[::-1])).hash == stops
    others = [
        desk.plan("instance.reboot", rows), desk.plan("instance.stop", rows[:2]),
        desk.plan("instance.stop", rows, mode="hard"),
    ]  # fmt: skip
    assert len({stops, *(desk.row(other).hash for other in others)}) == 4


def test_a_rejected_plan_is_over(desk: Desk) -> None:
    plan = desk.plan("instance.delete", desk.machines(1))
    with desk.lab.runtime.database.writing() as session:
        approval.reject(session, desk.bob, plan, "not this week")
    shown = desk.shown(plan)
    assert (shown.status, shown.reason, shown.decided_by) == ("rejected", "not this week", "bob")
    with pytest.raises(PlanNotOpen):
        desk.approve(plan)
    with pytest.raises(PlanNotOpen):
        desk.begin(plan)


def test_plans_and_approvals_expire(desk: Desk, later: Later) -> None:
    waiting, approved = desk.plan("instance.delete", desk.machines(1)), desk.plan("instance.delete", desk.machines(1))
    later.move(hours=23)
    desk.approve(approved)
    later.move(hours=2)
    with pytest.raises(PlanNotOpen, match="expired"):
        desk.approve(waiting)
    assert desk.shown(waiting).status == "expired"
    # The approval holds for a day of its own.
    assert desk.shown(approved).status == "approved"
    later.move(hours=23)
    with pytest.raises(PlanNotOpen, match="expired"):
        desk.begin(approved)
    with desk.lab.runtime.database.writing() as session:
        from mcm.kit import clock

        repository.expire(session, clock.now())
    assert desk.lab.count("plan", "status = 'expired'") == 2
    assert desk.operations() == 0


def test_a_plan_is_used_once(desk: Desk) -> None:
    rows = desk.machines(2)
    plan = desk.plan("instance.delete", rows)
    desk.approve(plan)
    shown = desk.apply(plan)
    assert (shown.status, shown.counts) == ("applied", {"queued": 2})
    assert desk.lab.count("operation", f"plan_id = '{plan}'") == 2
    with pytest.raises(PlanNotOpen):
        desk.begin(plan)
    with pytest.raises(PlanNotOpen):
        desk.approve(plan)
    applying.run(desk.lab.runtime)
    assert desk.operations() == 2
    assert desk.lab.count("audit_event", "action = 'instance.delete' AND phase = 'intent'") == 2


@pytest.mark.parametrize(
    "drift", [{"state": "stopped"}, {"presence": "missing"}, {"managed": "protected"}, {"name": "another"}]
)
def test_what_changes_spoils_the_plan(desk: Desk, drift: dict[str, str]) -> None:
    rows = desk.machines(3)
    plan = desk.plan("instance.delete", rows)
    desk.approve(plan)
    desk.change(rows[1], **drift)
    with pytest.raises(PlanStale) as caught:
        desk.begin(plan)
    drifted: Any = caught.value.details["drift"]
    (told,) = drifted
    assert (told["resource_id"], told["changed"]) == (rows[1].id, list(drift))
    with desk.lab.runtime.database.writing() as session:
        standing.mark_stale(session, desk.anna, plan)
    shown = desk.shown(plan)
    assert shown.status == "stale"
    assert [one.resource_id for one in shown.drift] == [rows[1].id]
    assert shown.drift[0].after == drift
    assert desk.operations() == 0


def test_what_does_not_matter_does_not_spoil_it(desk: Desk) -> None:
    rows = desk.machines(2)
    plan = desk.plan("instance.stop", rows)
    desk.change(rows[0], tags={"a": "b"}, owner="somebody", labels={"x": "y"}, version=9, fingerprint="other")
    assert desk.apply(plan).counts == {"queued": 2}


def test_a_new_volume_spoils_a_delete(desk: Desk) -> None:
    """Nobody agreed to lose more than they saw."""
    from mcm.models import RelationRow

    rows = desk.machines(1)
    plan = desk.plan("instance.delete", rows)
    volume = desk.volume()
    with desk.lab.runtime.database.writing() as session:
        session.add(RelationRow(
            source_id=volume.id, type="attached_to", target_id=rows[0].id, target_kind="instance",
            target_native_id=rows[0].native_id,
        ))  # fmt: skip
    with pytest.raises(PlanStale):
        desk.approve(plan)


def test_a_kill_in_the_middle_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between two transactions, and inside of one: each target gets one operation."""
    rows = desk.machines(7)
    plan = desk.plan("instance.stop", rows)
    monkeypatch.setattr(applying, "CHUNK", 3)
    desk.begin(plan)
    assert applying._chunk(desk.lab.runtime, plan)
    assert desk.operations() == 3
    real = applying._ask
    asked: list[object] = []

    def dies(*given: object) -> None:
        if len(asked) == 1:
            raise KeyboardInterrupt
        asked.append(given)
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(applying, "_ask", dies)
    with pytest.raises(KeyboardInterrupt):
        applying._chunk(desk.lab.runtime, plan)
    assert desk.operations() == 3
    assert desk.shown(plan).counts == {"queued": 3, "target": 4}
    monkeypatch.setattr(applying, "_ask", real)
    applying.run(desk.lab.runtime)
    shown = desk.shown(plan)
    assert (shown.status, shown.counts) == ("applied", {"queued": 7})
    assert desk.lab.count("operation") == len({item.operation_id for item in shown.items}) == 7


def test_what_changes_while_it_is_applied_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sorted(desk.machines(4), key=lambda row: row.id)
    plan = desk.plan("instance.stop", rows)
    monkeypatch.setattr(applying, "CHUNK", 2)
    desk.begin(plan)
    applying._chunk(desk.lab.runtime, plan)
    desk.change(rows[3], name="another")
    applying.run(desk.lab.runtime)
    shown = desk.shown(plan)
    assert shown.counts == {"queued": 3, "refused": 1}
    (left,) = [item for item in shown.items if item.status == "refused"]
    assert left.why is not None
    assert (left.resource_id, left.why.reason_code) == (rows[3].id, "target_changed")


def test_results_are_those_of_the_operations_and_what_failed_is_asked_again(desk: Desk) -> None:
    rows = desk.machines(3)
    plan = desk.plan("instance.stop", rows)
    desk.acts.arm("act:instance.stop=denied")
    shown = desk.apply(plan)
    ids = [item.operation_id for item in shown.items if item.operation_id]
    assert desk.acts.run(ids[0]).status == "failed"
    desk.acts.disarm()
    for ident in ids[1:]:
        assert desk.acts.run(ident).status == "succeeded"
    assert desk.shown(plan).counts == {"failed": 1, "succeeded": 2}
    with desk.lab.runtime.database.writing() as session:
        _, number = applying.retry(session, desk.lab.runtime, desk.anna, plan)
    assert number == 1
    assert desk.acts.run(ids[0]).status == "succeeded"
    assert desk.shown(plan).counts == {"succeeded": 3}
    assert desk.operations() == 3


def test_alone_on_a_machine_nobody_is_asked_and_that_is_told(desk: Desk) -> None:
    with desk.lab.runtime.database.writing() as session:
        from mcm.models import RoleBinding

        session.execute(update(RoleBinding).where(RoleBinding.role == "approver").values(role="viewer"))
    plan = desk.plan("instance.delete", desk.machines(1), LOCAL)
    shown = desk.shown(plan)
    assert (shown.status, shown.requires_approval) == ("draft", False)
    assert "local mode: nobody else to ask" in shown.approval
    assert "本地模式" in shown.approval_zh
    assert desk.apply(plan, LOCAL).counts == {"queued": 1}


def test_the_local_principal_asks_where_somebody_approves(desk: Desk) -> None:
    plan = desk.plan("instance.delete", desk.machines(1), LOCAL)
    assert desk.row(plan).status == "awaiting_approval"
    with pytest.raises(OwnPlan):
        desk.approve(plan, LOCAL)
    desk.approve(plan)
    assert desk.apply(plan, LOCAL).counts == {"queued": 1}


def test_whoever_lost_their_rights_meanwhile_asks_for_nothing(desk: Desk) -> None:
    plan = desk.plan("instance.stop", desk.machines(2))
    desk.begin(plan)
    with desk.lab.runtime.database.writing() as session:
        from mcm.models import RoleBinding

        held = update(RoleBinding).where(RoleBinding.principal_id == desk.anna.principal_id)
        session.execute(held.values(role="viewer"))
    applying.run(desk.lab.runtime)
    assert desk.shown(plan).counts == {"refused": 2}
    assert desk.operations() == 0


def test_an_empty_plan_is_not_applied(desk: Desk) -> None:
    plan = desk.plan("instance.start", desk.machines(2))
    assert desk.shown(plan).counts == {"left": 2}
    with pytest.raises(PlanNotOpen):
        desk.begin(plan)
    with desk.lab.runtime.database.writing() as session:
        service.cancel(session, desk.anna, plan)
    assert desk.row(plan).status == "cancelled"


def test_too_many_are_no_plan(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcm.plans.choosing.MAX_TARGETS", 3)
    with pytest.raises(InvalidPlan, match="more than 3"):
        desk.plan("instance.stop", desk.machines(4))


def test_what_is_kept_is_pruned_when_it_has_ended(desk: Desk, later: Later) -> None:
    from mcm.kit import clock

    plan = desk.plan("instance.stop", desk.machines(1))
    later.move(days=2)
    with desk.lab.runtime.database.writing() as session:
        repository.prune(session, clock.now())
        assert session.get(Plan, plan) is not None
        repository.expire(session, clock.now())
        repository.prune(session, clock.now())
    assert (desk.lab.count("plan"), desk.lab.count("plan_item")) == (0, 0)
