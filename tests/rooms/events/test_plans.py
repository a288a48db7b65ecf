"""Plans and retirements are told at every turn, and only to those who see all of what they are about."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from mcm.auth.service import View
from mcm.events import kinds
from mcm.events.sieve import Sieve, told
from mcm.models import Event, ResourceRow
from mcm.plans import approval, service, standing
from tests import prepared
from tests.lab import Lab
from tests.rooms.events.following import rows
from tests.rooms.plans import desk as desks
from tests.rooms.plans.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    lab = prepared.lab(database_url, tmp_path, "plans", desks.read)
    yield desks.make(lab)
    lab.close()


def _statuses(lab: Lab, plan: str) -> list[str]:
    """As told; every version once."""
    found = [row for row in rows(lab, kinds.PLAN_CHANGED) if row.subject_id == plan]
    assert [row.data["version"] for row in found] == list(range(1, len(found) + 1))
    return [row.data["status"] for row in found]


def test_a_plan_from_its_making_to_its_end(desk: Desk) -> None:
    plan = desk.plan("instance.delete", desk.machines(2))
    desk.approve(plan)
    desk.apply(plan)
    assert _statuses(desk.lab, plan) == ["awaiting_approval", "approved", "applying", "applied"]
    first = rows(desk.lab, kinds.PLAN_CHANGED)[0]
    assert first.data == {
        "status": "awaiting_approval", "action": "instance.delete", "targets": 2, "requested_by": "anna", "version": 1,
    }  # fmt: skip
    asked = [row for row in rows(desk.lab, kinds.OPERATION_CHANGED) if row.data["version"] == 1]
    assert [row.data["plan"] for row in asked] == [plan, plan]


def test_plans_that_come_to_nothing(desk: Desk) -> None:
    rejected, cancelled, stale = (desk.plan("instance.delete", [row]) for row in desk.machines(3))
    with desk.lab.runtime.database.writing() as session:
        approval.reject(session, desk.bob, rejected, "not today")
        service.cancel(session, desk.anna, cancelled)
    desk.change(desk.machines(3)[2], state="stopped", native_state="SHUTOFF")
    with desk.lab.runtime.database.writing() as session:
        standing.mark_stale(session, desk.anna, stale)
    assert _statuses(desk.lab, rejected) == ["awaiting_approval", "rejected"]
    assert _statuses(desk.lab, cancelled) == ["awaiting_approval", "cancelled"]
    assert _statuses(desk.lab, stale) == ["awaiting_approval", "stale"]


def _seen(event: Event, view: View) -> bool:
    return Sieve({kinds.PLAN_CHANGED: view}).passes(told(event))


def test_a_plan_is_told_to_those_who_see_all_of_it(desk: Desk) -> None:
    one, two, three = desk.machines(3)
    with desk.lab.runtime.database.writing() as session:
        for row, place, owner in ((one, "p1", "ten_a"), (two, "p1", "ten_a"), (three, "p2", "ten_b")):
            session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(project=place, tenant_id=owner))
    machines = [desk.lab.by_native_id(row.native_id) for row in (one, two, three)]
    of_one, of_both = desk.plan("instance.stop", machines[:2]), desk.plan("instance.stop", machines)
    events = {row.subject_id: row for row in rows(desk.lab, kinds.PLAN_CHANGED)}
    tenant = View(tenants=frozenset({"ten_a"}))
    project = View(projects=frozenset({(one.account_id, "p1")}))
    other = View(tenants=frozenset({"ten_b"}), projects=frozenset({(one.account_id, "p2")}))
    everything = View(everything=True)
    seen = {name: [_seen(events[name], view) for view in (tenant, project, other, everything)] for name in events}
    assert seen == {of_one: [True, True, False, True], of_both: [False, False, False, True]}
