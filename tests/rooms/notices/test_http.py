"""Notice targets over HTTP: what is refused says why and what to do, and who may see and do what."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Caller, Grant, View
from mcm.kit import clock
from mcm.models import Tenant
from mcm.notices.schemas import USUAL
from tests.baddays.serving import Served
from tests.rooms.notices.asking import HOOK, MAIL, TARGETS, problem
from tests.rooms.notices.desk import Desk
from tests.rooms.notices.receiver import SECRET, Receiver


@contextmanager
def as_role(desk: Desk, role: Role, view: View = EVERYTHING) -> Iterator[None]:
    door: Any = desk.lab.runtime.door
    who = Caller("prn_x", "ten_alpha", "anna", "test", "rq", grants=(Grant(role, view),), confirmed_at=clock.now())
    before = door.identify
    door.identify = lambda presented: replace(who, request_id=presented.request_id)
    try:
        yield
    finally:
        door.identify = before


def test_made_shown_changed_and_removed(served: Served) -> None:
    made = served.send("POST", TARGETS, HOOK)
    assert made.status_code == 201
    told = made.json()
    assert (told["secret_set"], told["enabled"], told["version"], told["waiting"]) == (True, True, 1, 0)
    assert told["kinds"] == sorted(USUAL)
    assert "signing_secret" not in told
    assert served.send("POST", TARGETS, MAIL).json()["secret_set"] is False
    assert [one["name"] for one in served.get(TARGETS).json()["items"]] == ["mail", "ops"]
    shown = served.get(f"{TARGETS}/ops")
    assert (shown.headers["etag"], shown.json()) == ('"1"', told)
    changed = served.send("PATCH", f"{TARGETS}/ops", {"kinds": ["account.failing"], "enabled": False}).json()
    assert (changed["kinds"], changed["enabled"], changed["version"]) == (["account.failing"], False, 2)
    assert changed["url"] == HOOK["url"]
    dry = served.http.delete(f"{TARGETS}/ops", params={"dry_run": True}, headers={"Idempotency-Key": "dry"})
    assert dry.json() == {"name": "ops", "waiting": 0, "dry_run": True}
    assert served.send("DELETE", f"{TARGETS}/ops").json() == {"name": "ops"}
    problem(served.get(f"{TARGETS}/ops"), 404, "notice_target_not_found")


def test_a_change_is_of_the_version_that_was_read(served: Served) -> None:
    served.send("POST", TARGETS, HOOK)
    path, body = f"{TARGETS}/ops", {"language": "zh"}
    assert served.send("PATCH", path, body, headers={"If-Match": '"1"'}).status_code == 200
    said = problem(served.send("PATCH", path, body, headers={"If-Match": '"1"'}), 412, "precondition_failed")
    assert "version 2" in said
    assert served.send("PATCH", path, body, headers={"If-Match": "*"}).json()["version"] == 3


def test_a_repeated_request_gets_the_first_answer(served: Served) -> None:
    first = served.send("POST", TARGETS, HOOK, key="one")
    again = served.send("POST", TARGETS, HOOK, key="one")
    assert (again.status_code, again.json(), again.headers["idempotent-replay"]) == (201, first.json(), "true")
    assert served.send("POST", TARGETS, HOOK | {"name": "other"}, key="one").status_code == 422
    assert served.send("POST", TARGETS, HOOK, key=None).status_code == 400


def test_a_test_says_what_came_of_it(desk: Desk, served: Served, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    receiver.statuses = [204, 503]
    good = served.send("POST", f"{TARGETS}/ops/test", key="one")
    assert good.json() == {"ok": True, "answer": 204, "problem": None}
    assert served.send("POST", f"{TARGETS}/ops/test", key="one").json() == good.json()
    assert len(receiver.taken) == 1, "a repeated request sends nothing"
    assert receiver.taken[0].signed_with(SECRET)
    assert receiver.taken[0].told["type"] == "test"
    bad = served.send("POST", f"{TARGETS}/ops/test").json()
    assert (bad["ok"], bad["answer"], bad["problem"]) == (False, 503, "it answers 503")
    assert [(row.phase, row.outcome) for row in desk.audited("notice_target.test")] == [
        ("intent", "sent"), ("result", "succeeded"), ("intent", "sent"), ("result", "failed"),
    ]  # fmt: skip
    problem(served.send("POST", f"{TARGETS}/nobody/test"), 404, "notice_target_not_found")


def test_deliveries_by_pages_and_again(desk: Desk, served: Served, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    happened = [desk.happen() for _ in range(3)]
    desk.spread()
    desk.try_all()
    path = f"{TARGETS}/ops/deliveries"
    first = served.get(path, limit=2).json()
    second = served.get(path, limit=2, cursor=first["next_cursor"]).json()
    items = first["items"] + second["items"]
    assert (len(first["items"]), second["next_cursor"]) == (2, None)
    assert {one["body"]["data"]["subject"]["id"] for one in items} == set(happened)
    assert served.get(path, cursor="bm90aGluZw").status_code == 400
    ident = items[0]["id"]
    again = served.send("POST", f"{path}/{ident}/resend").json()
    assert (again["id"], again["status"]) == (ident, "waiting")
    problem(served.send("POST", f"{path}/{ident}/resend"), 409, "notice_under_way")
    assert desk.try_all() == 1
    assert receiver.ids.count(ident) == 2
    problem(served.send("POST", f"{path}/ntd_nothing/resend"), 404, "notice_delivery_not_found")
    desk.update(enabled=False)
    said = problem(served.send("POST", f"{path}/{ident}/resend"), 409, "notice_target_disabled")
    assert "--enable" in said


@pytest.fixture
def tenants(desk: Desk) -> Desk:
    with desk.lab.runtime.database.writing() as session:
        for ident in ("ten_alpha", "ten_beta"):
            session.add(Tenant(id=ident, name=ident[4:], parent_id=None, version=1, created_at=clock.now()))
    desk.webhook("http://127.0.0.1:1/", "of-alpha", tenant="ten_alpha")
    desk.webhook("http://127.0.0.1:1/", "of-beta", tenant="ten_beta")
    desk.webhook("http://127.0.0.1:1/", "of-all")
    return desk


def test_whoever_manages_a_tenant_manages_its_targets_only(tenants: Desk, served: Served) -> None:
    own = {**HOOK, "name": "new"}
    with as_role(tenants, Role.SYSTEM_ADMIN, View(tenants=frozenset({"ten_alpha"}))):
        assert [one["name"] for one in served.get(TARGETS).json()["items"]] == ["of-alpha"]
        for name in ("of-beta", "of-all"):
            for method, path in (("GET", ""), ("GET", "/deliveries"), ("PATCH", ""), ("DELETE", ""), ("POST", "/test")):
                answer = served.send(method, f"{TARGETS}/{name}{path}", {} if method == "PATCH" else None)
                problem(answer, 404, "notice_target_not_found")
        assert "tenant" in problem(served.send("POST", TARGETS, own), 403, "forbidden")
        problem(served.send("POST", TARGETS, own | {"tenant": "ten_beta"}), 404, "tenant_not_found")
        assert served.send("POST", TARGETS, own | {"tenant": "ten_alpha"}).json()["tenant_id"] == "ten_alpha"
        assert served.send("PATCH", f"{TARGETS}/of-alpha", {"language": "en"}).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM_ADMIN])
def test_nobody_else_sees_or_changes_them(tenants: Desk, served: Served, role: Role) -> None:
    with as_role(tenants, role):
        for method, path in (("GET", ""), ("POST", ""), ("GET", "/of-all"), ("PATCH", "/of-all"), ("DELETE", "/of-all"),
                             ("POST", "/of-all/test"), ("GET", "/of-all/deliveries")):  # fmt: skip
            answer = served.send(method, f"{TARGETS}{path}", HOOK if method in ("POST", "PATCH") else None)
            assert answer.status_code == 403, (method, path, answer.text)


def test_a_tenant_with_targets_is_not_removed(tenants: Desk, served: Served) -> None:
    answer = served.send("DELETE", "/api/v1/tenants/ten_alpha")
    assert "notice targets" in problem(answer, 409, "tenant_not_empty")
