"""Which events become notices for whom, each once."""

import threading

import pytest

from mcm.auth.service import DEFAULT_TENANT
from mcm.kit import clock
from mcm.models import Tenant
from mcm.notices import repository, spreading
from mcm.notices.schemas import USUAL, NoticeKind
from tests.rooms.notices.desk import Desk

URL = "http://127.0.0.1:1/hook"


@pytest.fixture
def tenants(desk: Desk) -> Desk:
    """alpha with deep below it, and beta beside."""
    with desk.lab.runtime.database.writing() as session:
        for ident, parent in (("ten_alpha", None), ("ten_deep", "ten_alpha"), ("ten_beta", None)):
            session.add(Tenant(id=ident, name=ident[4:], parent_id=parent, version=1, created_at=clock.now()))
            session.flush()
    return desk


def _kinds(desk: Desk, name: str = "ops") -> list[str]:
    return [row.kind for row in desk.deliveries(name)]


def test_a_target_is_told_what_happens_from_then_on_and_each_once(desk: Desk) -> None:
    desk.happen()
    desk.webhook(URL)
    desk.happen("account.recovered")
    for _ in range(3):
        desk.spread()
    assert _kinds(desk) == ["account.recovered"]
    desk.happen("account.failing")
    desk.spread()
    assert _kinds(desk) == ["account.recovered", "account.failing"]


def test_many_at_once_make_one_delivery_of_each(desk: Desk) -> None:
    desk.webhook(URL)
    happened = [desk.happen() for _ in range(5)]
    ready, troubles = threading.Barrier(4), []

    def spread() -> None:
        ready.wait(60)
        try:
            desk.spread()
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=spread, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert [row.body["data"]["subject"]["id"] for row in desk.deliveries()] == happened


def test_only_the_kinds_that_were_asked_for(desk: Desk) -> None:
    desk.webhook(URL)
    desk.webhook(URL, "few", kinds=["scope.failing"])
    for kind in ("inventory.changed", "scope.failing", "scope.quarantined", "retirement.reminder"):
        desk.happen(kind)
    desk.spread()
    assert _kinds(desk) == ["scope.quarantined", "retirement.reminder"]
    assert _kinds(desk, "few") == ["scope.failing"]
    assert NoticeKind.SCOPE_FAILING not in USUAL


def test_operations_and_plans_by_what_became_of_them(desk: Desk) -> None:
    desk.webhook(URL)
    for status in ("queued", "sent", "failed"):
        desk.happen("operation.changed", subject="op_1", status=status)
    for status in ("sent", "in_doubt", "in_doubt", "succeeded"):
        desk.happen("operation.changed", subject="op_2", status=status)
    for status in ("awaiting_approval", "awaiting_approval", "approved"):
        desk.happen("plan.changed", subject="pln_1", status=status)
    desk.spread()
    assert _kinds(desk) == ["operation.failed", "operation.in_doubt", "plan.awaiting_approval"]
    assert [row.body["data"]["subject"]["id"] for row in desk.deliveries()] == ["op_1", "op_2", "pln_1"]


def test_in_doubt_twice_is_told_twice(desk: Desk) -> None:
    desk.webhook(URL)
    for status in ("in_doubt", "sent", "in_doubt"):
        desk.happen("operation.changed", subject="op_1", status=status)
    desk.spread()
    assert _kinds(desk) == ["operation.in_doubt"] * 2


def test_a_tenants_target_gets_what_is_of_it_and_below(tenants: Desk) -> None:
    for name, tenant in (("all", None), ("alpha", "ten_alpha"), ("deep", "ten_deep"), ("beta", "ten_beta")):
        tenants.webhook(URL, name, tenant=tenant)
    happened = {
        tenant: tenants.happen(tenant=tenant) for tenant in ("ten_alpha", "ten_deep", "ten_beta", "", DEFAULT_TENANT)
    }
    tenants.spread()

    def got(name: str) -> set[str]:
        return {row.body["data"]["subject"]["id"] for row in tenants.deliveries(name)}

    assert got("all") == set(happened.values())
    assert got("alpha") == {happened["ten_alpha"], happened["ten_deep"]}
    assert got("deep") == {happened["ten_deep"]}
    assert got("beta") == {happened["ten_beta"]}


def test_more_than_one_helping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "_AT_ONCE", 3)
    desk.webhook(URL)
    happened = []
    for _ in range(4):
        desk.happen("inventory.changed")
        happened += [desk.happen() for _ in range(2)]
    desk.spread()
    assert [row.body["data"]["subject"]["id"] for row in desk.deliveries()] == happened
    with desk.lab.runtime.database.reading() as session:
        assert repository.behind(session) == []


def test_what_happens_while_it_is_off_is_not_told(desk: Desk) -> None:
    desk.webhook(URL)
    desk.happen("account.failing")
    desk.spread()
    desk.update(enabled=False)
    desk.happen("account.recovered")
    desk.spread()
    desk.update(enabled=True)
    desk.happen("retirement.reminder")
    desk.spread()
    assert _kinds(desk) == ["account.failing", "retirement.reminder"]


@pytest.mark.parametrize("name", ["{id}", "{0.__class__}", "%s", "a\nb", "\u202eabc", "名字", "<b>&amp;", "x" * 5000])
def test_names_from_clouds_are_text_and_nothing_else(desk: Desk, name: str) -> None:
    desk.webhook(URL)
    desk.happen("operation.changed", status="failed", name=name, action="instance.stop")
    desk.spread()
    title = desk.one().body["data"]["title"]
    assert title.startswith("instance.stop of '")
    assert len(title) < 250
    assert title.isprintable()
