"""An operation that is asked for again is judged by what is true now, and not by what was when it was asked for."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from mcm.auth.service import View, limit
from mcm.kit import clock
from mcm.models import Account, Operation, Plan, Principal, RecycleRule, ResourceRow, RoleBinding, Tenant
from mcm.operations import deciding, impact
from mcm.operations.errors import ActionForbidden, ActionNotAllowed, NotTheSame, ResourceUnknown
from mcm.plans import retiring, upkeep
from mcm.plans.errors import ApprovalOver, RecycleFirst, TargetChanged
from mcm.tenancy import quota, repository
from mcm.tenancy.errors import QuotaExceeded
from mcm.tenancy.schemas import Limits
from tests.lab import CALLER
from tests.rooms.operations.acting import Later
from tests.rooms.plans.desk import Desk, person

OTHER = "ten_other"


def _again(desk: Desk, operation: str, view: View | None = None) -> Operation:
    runtime = desk.lab.runtime
    with runtime.database.writing() as session:
        if view is not None:
            limit(session, view)
        return deciding.retry(session, runtime.registry, CALLER, deciding.to_change(session, CALLER, operation))


def _failed(desk: Desk, action: str = "instance.stop", **params: Any) -> tuple[ResourceRow, str]:
    row = desk.machines(1)[0]
    operation = desk.acts.ask(action, row, **params)
    desk.end("failed", operation)
    return row, operation


def _moved(desk: Desk, row: ResourceRow) -> None:
    with desk.lab.runtime.database.writing() as session:
        session.add(Tenant(id=OTHER, name="other", parent_id=None, created_at=clock.now(), version=1))
    desk.change(row, tenant_id=OTHER)


def test_what_another_tenant_has_by_now_is_not_acted_on(desk: Desk) -> None:
    row, operation = _failed(desk)
    _moved(desk, row)
    with pytest.raises(NotTheSame):
        _again(desk, operation)
    # Whoever holds the tenant it was in does not hear of it.
    with pytest.raises(ResourceUnknown):
        _again(desk, operation, View(tenants=frozenset({row.tenant_id})))
    assert desk.acts.row(operation).status == "failed"
    desk.change(row, tenant_id=row.tenant_id)
    assert _again(desk, operation).status == "queued"


def test_something_new_needs_the_account_it_was_asked_of(desk: Desk) -> None:
    operation = desk.acts.ask("volume.create", name="v", size_gib=10)
    desk.end("failed", operation)
    with desk.lab.runtime.database.writing() as session:
        session.execute(update(Account).values(status="paused"))
    with pytest.raises(ActionNotAllowed, match="paused"):
        _again(desk, operation)


def test_what_is_protected_by_now_stays(desk: Desk) -> None:
    row, operation = _failed(desk, "instance.delete")
    desk.change(row, managed="protected")
    with pytest.raises(ActionNotAllowed, match="protected"):
        _again(desk, operation)


def test_what_an_account_keeps_by_now_is_not_deleted_at_once(desk: Desk) -> None:
    row, operation = _failed(desk, "instance.delete")
    with desk.lab.runtime.database.writing() as session:
        session.add(RecycleRule(account_id=row.account_id, days=3))
    with pytest.raises(RecycleFirst):
        _again(desk, operation)


def test_an_approval_covers_what_was_approved_and_its_time(desk: Desk, later: Later) -> None:
    rows = desk.machines(22)
    plan = desk.plan("instance.delete", rows)
    desk.approve(plan)
    desk.apply(plan)
    desk.end("failed")
    first, second = (item.operation_id for item in desk.items(plan) if item.resource_id in (rows[0].id, rows[1].id))
    assert first
    assert second
    with desk.lab.runtime.database.writing() as session:
        session.execute(update(Plan).values(status="applied"))
    # What the operation itself may have done does not stand in its way.
    desk.change(rows[0], state="stopped")
    desk.change(rows[1], state="stopped")
    about = desk.acts.row(first).resource_id
    changed = rows[0] if rows[0].id == about else rows[1]
    desk.change(changed, data_class="restricted")
    with pytest.raises(TargetChanged, match="data_class"):
        _again(desk, first)
    assert _again(desk, second).status == "queued"
    desk.end("failed", second)
    later.move(hours=25)
    with pytest.raises(ApprovalOver):
        _again(desk, second)


def test_room_is_reserved_anew(desk: Desk) -> None:
    runtime = desk.lab.runtime
    operation = desk.acts.ask("volume.create", name="v", size_gib=10)
    with runtime.database.writing() as session:
        row = session.get(Operation, operation)
        assert row is not None
        assert row.reservation_id is not None
        quota.release(session, row.reservation_id)
        tenant = repository.find(session, row.tenant_id)
        assert tenant is not None
        used = quota.usage(session, tenant).used.storage_gib
        quota.set_limits(session, CALLER, tenant, Limits(storage_gib=used + 15))
    desk.end("failed", operation)
    other = desk.acts.ask("volume.create", name="w", size_gib=10)
    with pytest.raises(QuotaExceeded):
        _again(desk, operation)
    with runtime.database.writing() as session:
        held = session.get(Operation, other)
        assert held is not None
        assert held.reservation_id is not None
        quota.release(session, held.reservation_id)
    again = _again(desk, operation)
    with runtime.database.reading() as session:
        tenant = repository.find(session, again.tenant_id)
        assert tenant is not None
        assert quota.usage(session, tenant).reserved.storage_gib == 10


def test_a_plan_tells_of_what_hangs_on_it_only_to_whom_may_see_that(desk: Desk) -> None:
    row = desk.machines(1)[0]
    plan = desk.row(desk.plan("instance.delete", [row]))
    listed = plan.impact["listed"]
    assert listed
    hidden = listed[0]["id"]
    with desk.lab.runtime.database.writing() as session:
        session.add(Tenant(id=OTHER, name="other", parent_id=None, created_at=clock.now(), version=1))
        session.flush()
        session.execute(update(ResourceRow).where(ResourceRow.id == hidden).values(tenant_id=OTHER))
    with desk.lab.runtime.database.reading() as session:
        assert impact.visible(session, plan.impact, costs=True) == plan.impact
        limit(session, View(tenants=frozenset({row.tenant_id})))
        found = impact.visible(session, plan.impact, costs=True)
    assert hidden not in {each["id"] for each in found["listed"]}
    assert found["dependants"] == len(listed) - 1 == sum(found["by_kind"].values())


def test_whoever_may_not_stop_it_sets_no_date_at_which_it_stops(desk: Desk) -> None:
    row, runtime = desk.machines(1)[0], desk.lab.runtime
    viewer = person(desk.lab, "vic", "viewer")
    with pytest.raises(ActionForbidden), runtime.database.writing() as session:
        retiring.set_date(session, runtime.settings, viewer, row.id, clock.now() + timedelta(days=30), "")


@pytest.mark.parametrize("what", ["disabled", "without rights"])
def test_a_date_stops_nothing_for_whoever_may_not_stop_it_any_more(desk: Desk, later: Later, what: str) -> None:
    row, runtime = desk.machines(1)[0], desk.lab.runtime
    with runtime.database.writing() as session:
        retiring.set_date(session, runtime.settings, desk.anna, row.id, clock.now() + timedelta(days=30), "")
    with runtime.database.writing() as session:
        if what == "disabled":
            session.execute(update(Principal).where(Principal.id == desk.anna.principal_id)
                            .values(disabled_at=clock.now()))  # fmt: skip
        else:
            session.execute(delete(RoleBinding).where(RoleBinding.principal_id == desk.anna.principal_id))
    later.move(days=31)
    upkeep.tick(runtime)
    assert desk.operations() == 0
