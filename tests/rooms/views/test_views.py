"""Saved views over HTTP: one's own, shared ones, and nothing of anybody else's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from mcm.auth.roles import Role
from mcm.db import migrate
from mcm.errors import Conflict
from mcm.identity import roles, users
from mcm.identity.schemas import HeldIn
from mcm.models import AuditEvent, SavedView, Tenant
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from mcm.views import service
from mcm.views.schemas import ViewWrite
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user

QUERY = {"filter": 'state = "running"', "order_by": "name desc", "columns": "kind,state,tags.env"}
PEOPLE: dict[str, dict[str, Any]] = {
    "olga": {"roles": ["operator"]},
    "vera": {"roles": ["viewer"]},
    "anna": {"tenant": "alpha"},
    "bert": {"tenant": "beta"},
    "nora": {"roles": ["security_admin"]},
}
As = Callable[[str], Person]


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    with made.runtime.database.writing() as session:
        for name in ("alpha", "beta"):
            tenants.create(session, CALLER, TenantCreate(name=name, kind="department", parent="default"))
    for name, held in PEOPLE.items():
        user(made, name, *held.get("roles", ()), **{key: held[key] for key in held if key != "roles"})
    with made.runtime.database.writing() as session:
        for name, role, tenant in (("anna", Role.OPERATOR, "alpha"), ("bert", Role.VIEWER, "beta")):
            roles.bind(session, CALLER, name, role, HeldIn(tenant=tenant))
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def by(served: Served) -> Iterator[As]:
    known: dict[str, Person] = {}

    def named(name: str) -> Person:
        if name not in known:
            known[name] = Person(served)
            assert known[name].login(name).is_success
        return known[name]

    yield named
    for one in known.values():
        one.http.close()


def _body(name: str = "running", shared: str = "private", **more: Any) -> dict[str, Any]:
    return {"name": name, "query": QUERY, "shared": shared} | more


def _made(person: Person, *args: str, **more: Any) -> dict[str, Any]:
    answer = person.send("POST", "/views", _body(*args, **more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _names(person: Person, **asked: Any) -> list[str]:
    return [each["name"] for each in person.get("/views", **asked).json()["items"]]


def test_a_view_is_kept_read_replaced_and_deleted(lab: Lab, by: As) -> None:
    vera = by("vera")
    made = _made(vera)
    assert (made["query"], made["owner"], made["mine"], made["version"]) == (QUERY | {"search": None}, "vera", True, 1)
    read = vera.get(f"/views/{made['id']}")
    assert (read.json(), read.headers["etag"]) == (made, '"1"')

    wanted = _body("stopped", query={"filter": 'state = "stopped"'})
    changed = vera.send("PUT", f"/views/{made['id']}", wanted, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "stopped", 2)
    late = vera.send("PUT", f"/views/{made['id']}", wanted, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert vera.send("DELETE", f"/views/{made['id']}", **{"If-Match": '"1"'}).status_code == 412
    assert vera.send("DELETE", f"/views/{made['id']}", **{"If-Match": '"2"'}).json() == {
        "view": made["id"],
        "dry_run": False,
    }
    assert vera.get(f"/views/{made['id']}").json()["code"] == "view_not_found"

    with lab.runtime.database.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.target_kind == "view").order_by(AuditEvent.seq))
        assert [(row.action, row.principal_name, row.target_id) for row in rows] == [
            (f"view.{what}", "vera", made["id"]) for what in ("create", "update", "remove")
        ]


def test_a_private_view_is_nobody_elses(by: As) -> None:
    made = _made(by("vera"))
    # Not even of those who may do more.
    for other in ("olga", "anna", "nora"):
        person = by(other)
        assert _names(person) == []
        for method, body in (("GET", None), ("PUT", _body()), ("DELETE", None)):
            answer = person.send(method, f"/views/{made['id']}", body)
            never = person.send(method, "/views/viw_never", body)
            assert (answer.status_code, answer.json()["detail"]) == (404, never.json()["detail"])


def test_two_people_may_use_one_name_and_one_may_not_use_it_twice(by: As) -> None:
    _made(by("vera"))
    _made(by("olga"))
    again = by("vera").send("POST", "/views", _body())
    assert (again.status_code, again.json()["code"]) == (409, "view_exists")
    other = _made(by("vera"), "other")
    assert by("vera").send("PUT", f"/views/{other['id']}", _body()).json()["code"] == "view_exists"


def test_sharing_asks_for_the_permission_where_it_is_shared(by: As) -> None:
    assert by("vera").send("POST", "/views", _body(shared="everyone")).status_code == 403
    assert by("vera").send("POST", "/views", _body(shared="tenant", tenant="alpha")).status_code == 403
    anna = by("anna")
    assert anna.send("POST", "/views", _body(shared="everyone")).status_code == 403
    # Of what she does not see she does not learn that it is there.
    beyond = anna.send("POST", "/views", _body(shared="tenant", tenant="beta"))
    assert (beyond.status_code, beyond.json()["code"]) == (404, "tenant_not_found")
    assert _names(anna) == []
    assert _made(anna, shared="tenant")["tenant_id"] is not None
    odd = anna.send("POST", "/views", _body("odd", tenant="alpha"))
    assert (odd.status_code, odd.json()["code"]) == (422, "invalid_view")


def test_a_shared_view_is_seen_where_it_is_shared(by: As) -> None:
    of_alpha = _made(by("anna"), "of alpha", shared="tenant")
    of_all = _made(by("olga"), "of all", shared="everyone")
    assert _names(by("anna")) == ["of all", "of alpha"]
    assert _names(by("vera")) == ["of all", "of alpha"]
    assert _names(by("bert")) == ["of all"]
    assert by("bert").get(f"/views/{of_alpha['id']}").status_code == 404
    # Who does not see the page has no use for what others keep of it.
    assert _names(by("nora")) == []

    seen = by("vera").get(f"/views/{of_all['id']}").json()
    assert (seen["owner"], seen["mine"], seen["may_remove"]) == ("olga", False, False)
    for method, body in (("PUT", _body()), ("DELETE", None)):
        assert by("vera").send(method, f"/views/{of_all['id']}", body).status_code == 403
    assert by("olga").send("PUT", f"/views/{of_alpha['id']}", _body()).status_code == 403
    # Whoever shares there keeps that list in order.
    assert by("olga").send("DELETE", f"/views/{of_alpha['id']}").status_code == 200
    assert by("olga").send("PUT", f"/views/{of_all['id']}", _body("mine again")).status_code == 200
    assert _names(by("vera")) == []


def test_who_may_not_share_any_more_may_not_change_what_is_shared(lab: Lab, by: As) -> None:
    made = _made(by("anna"), shared="tenant")
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE role_binding SET role = 'viewer' WHERE role = 'operator'"))
    anna = by("anna")
    assert anna.send("PUT", f"/views/{made['id']}", _body(shared="tenant")).status_code == 403
    assert anna.send("PUT", f"/views/{made['id']}", _body()).json()["shared"] == "private"


def test_a_tenant_goes_without_what_was_shared_with_it(lab: Lab, by: As) -> None:
    made = _made(by("olga"), shared="tenant", tenant="beta")
    assert _names(by("bert")) == ["running"]
    with lab.runtime.database.writing() as session:
        session.execute(text("DELETE FROM role_binding WHERE role = 'viewer' AND tenant_id IS NOT NULL"))
        session.execute(text("UPDATE principal SET tenant_id = 'ten_default'"))
        session.execute(delete(Tenant).where(Tenant.name == "beta"))
    left = by("olga").get(f"/views/{made['id']}").json()
    assert (left["shared"], left["tenant_id"]) == ("private", None)
    assert _names(by("bert")) == _names(by("vera")) == []


def test_a_removed_user_takes_the_private_ones_along(lab: Lab, by: As) -> None:
    _made(by("olga"), "hers")
    shared = _made(by("olga"), "everyone's", shared="everyone")
    with lab.runtime.database.writing() as session:
        users.remove(session, CALLER, users.get(session, "olga"))
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(SavedView.id)).all() == [shared["id"]]
    assert by("vera").get(f"/views/{shared['id']}").json()["owner"] == "olga"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter": "nothing like it ="}, "invalid_filter"),
        ({"filter": 'colour = "red"'}, "invalid_filter"),
        ({"order_by": "colour"}, "invalid_order"),
        ({"columns": "colour"}, "invalid_column"),
        ({"search": "a\x1b[2J"}, "invalid_view"),
        ({"id": "x"}, "invalid_input"),
        ({"filter": "x" * 4001}, "invalid_input"),
    ],
)
def test_what_would_not_work_is_not_kept(by: As, query: dict[str, str], code: str) -> None:
    answer = by("vera").send("POST", "/views", _body(query=query))
    assert (answer.is_success, answer.json()["code"]) == (False, code), answer.text
    assert _names(by("vera")) == []


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\u202eb", "x" * 101, f"viw_{'0' * 32}"])
def test_names_can_be_read(by: As, name: str) -> None:
    assert by("vera").send("POST", "/views", _body(name)).status_code == 422


def test_pages_and_names(by: As) -> None:
    vera = by("vera")
    for name in ("c", "a", "b", "运行中"):
        _made(vera, name)
    assert _names(vera, page="inventory", name="b") == ["b"]
    found, cursor = [], None
    while True:
        answer = vera.get("/views", limit=2, **({"cursor": cursor} if cursor else {})).json()
        found += [each["name"] for each in answer["items"]]
        if (cursor := answer["next_cursor"]) is None:
            break
    assert found == ["a", "b", "c", "运行中"]
    assert vera.get("/views", cursor="nonsense").status_code == 400
    assert vera.get("/views", page="elsewhere").status_code == 422


def test_there_is_an_end_to_them(lab: Lab, by: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    _made(by("vera"))
    assert by("vera").send("POST", "/views", _body("one more")).json()["code"] == "too_many_views"


def test_a_step_back_of_the_schema_refuses_to_lose_one(lab: Lab, by: As) -> None:
    _made(by("vera"))
    with pytest.raises(Conflict, match="1 row of saved_view"):
        migrate.downgrade(lab.runtime.database.engine, "0012")
    assert _names(by("vera")) == ["running"]


def test_without_users_everything_is_the_local_principals(served: Served, lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        made = service.create(session, CALLER, ViewWrite.model_validate(_body(shared="everyone")))
        assert service.items(session, CALLER, [made])[0].mine
