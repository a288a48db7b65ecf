"""Who may give what to whom: parts, separated duties, and the last administrator."""

from typing import Any

import pytest
from sqlalchemy import text

from mcm.auth import grants
from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, View
from mcm.db.session import Database
from mcm.identity import roles, service
from mcm.identity.errors import DutiesCollide, LoginFailed
from mcm.identity.service import Visit
from mcm.kit import clock
from mcm.models import Tenant
from tests.baddays.serving import Served
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import OTHER, Person, user

_VISIT = Visit("192.0.2.7", "a browser", "rq_test")


def _tenants(database: Database, *pairs: tuple[str, str | None]) -> None:
    with database.writing() as session:
        for tenant, parent in pairs:
            session.add(Tenant(id=tenant, name=tenant, parent_id=parent, created_at=clock.now()))
            session.flush()


def test_a_tenant_is_held_with_all_below_it(database: Database) -> None:
    _tenants(database, ("group", None), ("east", "group"), ("west", "group"), ("shop", "east"))
    with database.reading() as session:
        found = grants.expanded(session, ["group", "east", "west", "nowhere"])
    assert found == {
        "group": {"group", "east", "west", "shop"}, "east": {"east", "shop"}, "west": {"west"}, "nowhere": frozenset(),
    }  # fmt: skip
    with database.writing() as session:
        # No rule allows a circle; one that is there all the same ends.
        session.execute(text("UPDATE tenant SET parent_id = 'shop' WHERE id = 'group'"))
        assert grants.expanded(session, ["shop"])["shop"] == {"group", "east", "west", "shop"}


@pytest.fixture
def two(lab: Lab, served: Served) -> tuple[Person, Person]:
    """An administrator of the whole, and one of the tenant east."""
    _tenants(lab.runtime.database, ("east", None), ("west", None))
    user(lab, "root", "security_admin")
    user(lab, "eastern", tenant="east")
    whole, part = Person(served), Person(served)
    whole.login("root")
    body = {"user": "eastern", "role": "security_admin", "tenant": "east"}
    assert whole.send("POST", "/role-bindings", body).status_code == 201
    part.login("eastern")
    return whole, part


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


def test_who_administers_a_part_stays_inside_it(lab: Lab, two: tuple[Person, Person]) -> None:
    _, part = two
    made = part.send("POST", "/users", {"name": "eva", "password": OTHER, "tenant": "east"})
    assert made.status_code == 201, made.text
    user(lab, "westerner", tenant="west")
    assert [row["name"] for row in part.get("/users").json()["items"]] == ["eastern", "eva"]
    assert _code(part.get("/users/westerner")) == (404, "user_not_found")
    assert _code(part.send("POST", "/users/westerner/disable")) == (404, "user_not_found")
    assert _code(part.send("POST", "/users", {"name": "x", "tenant": "west"})) == (422, "invalid_input")
    assert _code(part.send("POST", "/users", {"name": "x", "tenant": "east", "roles": ["viewer"]}))[0] == 403
    assert _code(part.send("POST", "/role-bindings", {"user": "eva", "role": "viewer"})) == (403, "beyond_reach")
    inside = {"user": "eva", "role": "operator", "tenant": "east"}
    assert part.send("POST", "/role-bindings", inside).status_code == 201
    assert _code(part.send("POST", "/role-bindings", inside | {"tenant": "west"})) == (422, "invalid_input")
    assert _code(part.send("PUT", "/roles/separation", {"on": True})) == (403, "forbidden")
    assert [row["user"] for row in part.get("/role-bindings").json()["items"]] == ["eastern", "eva"]


def test_a_new_password_for_somebody_with_more_is_refused(two: tuple[Person, Person]) -> None:
    """Else whoever administers a part could sign in as who administers the whole."""
    whole, part = two
    part.send("POST", "/users", {"name": "eva", "password": OTHER, "tenant": "east"})
    assert whole.send("POST", "/role-bindings", {"user": "eva", "role": "system_admin"}).status_code == 201
    for method, path, body in (
        ("PATCH", "/users/eva", {"password": "yet another row of words"}),
        ("POST", "/users/eva/disable", None),
        ("DELETE", "/users/eva/totp", None),
        ("DELETE", "/users/eva", None),
    ):
        assert _code(part.send(method, path, body)) == (403, "beyond_reach"), path


def test_a_changed_role_ends_sessions_and_counts_at_once(lab: Lab, two: tuple[Person, Person], served: Served) -> None:
    whole, _ = two
    user(lab, "anna")
    anna = Person(served)
    anna.login()
    assert anna.get("/accounts").status_code == 403
    made = whole.send("POST", "/role-bindings", {"user": "anna", "role": "viewer"}).json()
    assert anna.get("/accounts").status_code == 401
    anna.login()
    assert anna.get("/accounts").status_code == 200
    again = whole.send("POST", "/role-bindings", {"user": "anna", "role": "viewer"})
    assert _code(again) == (422, "invalid_input")
    assert whole.send("DELETE", f"/role-bindings/{made['id']}").status_code == 200
    anna.login()
    assert anna.get("/accounts").status_code == 403


def test_separated_duties(lab: Lab, two: tuple[Person, Person]) -> None:
    whole, _ = two
    user(lab, "both", "auditor", "system_admin")
    refused = whole.send("PUT", "/roles/separation", {"on": True})
    assert _code(refused) == (409, "duties_collide")
    assert "both" in refused.json()["detail"]
    held = {row["role"]: row["id"] for row in whole.get("/role-bindings", user="both").json()["items"]}
    whole.send("DELETE", f"/role-bindings/{held['auditor']}")
    assert whole.send("PUT", "/roles/separation", {"on": True}).status_code == 200
    assert _code(whole.send("POST", "/role-bindings", {"user": "both", "role": "auditor"})) == (409, "duties_collide")
    body = {"name": "x", "password": OTHER, "roles": ["auditor", "security_admin"]}
    assert _code(whole.send("POST", "/users", body)) == (409, "duties_collide")
    assert whole.get("/users/x").status_code == 404
    assert whole.send("PUT", "/roles/separation", {"on": False}).status_code == 200
    assert whole.send("POST", "/role-bindings", {"user": "both", "role": "auditor"}).status_code == 201


def test_the_last_administrator_stays(lab: Lab, two: tuple[Person, Person]) -> None:
    whole, _ = two
    (mine,) = whole.get("/role-bindings", user="root").json()["items"]
    for method, path in (("DELETE", f"/role-bindings/{mine['id']}"), ("POST", "/users/root/disable")):
        assert _code(whole.send(method, path)) == (409, "last_administrator")
    assert whole.get("/auth/session").status_code == 200
    user(lab, "second", "security_admin")
    assert whole.send("POST", "/users/root/disable").status_code == 200


def test_a_removed_user_leaves_only_a_name(lab: Lab, two: tuple[Person, Person]) -> None:
    whole, _ = two
    anna = user(lab, "anna", "viewer")
    assert whole.send("DELETE", "/users/anna").status_code == 200
    assert whole.get("/users/anna").status_code == 404
    for table in ("principal_user", "role_binding", "api_token", "login_session"):
        assert lab.count(table, f"principal_id = '{anna}'") == 0
    assert lab.count("principal", f"id = '{anna}' AND kind = 'removed'") == 1
    assert whole.send("POST", "/users", {"name": "anna", "password": OTHER}).status_code == 201


def test_an_external_identity_is_one_user_for_ever(lab: Lab) -> None:
    local = user(lab, "anna")
    known = {"issuer": "https://id.example", "subject": "42", "visit": _VISIT}
    with lab.runtime.database.writing() as session:
        opened, first = service.sign_in_external(session, name="Anna", email="anna@example.org", **known)  # type: ignore[arg-type]
        assert (first.name, first.id != local) == ("anna-2", True), "the local user of that name is somebody else"
        _, again = service.sign_in_external(session, name="renamed", **known)  # type: ignore[arg-type]
        assert again.id == first.id
        assert opened.cookie
        with pytest.raises(LoginFailed):
            service.sign_in_external(session, name="x", create=False, **(known | {"subject": "43"}))  # type: ignore[arg-type]
        first.disabled_at = clock.now()
        session.flush()
        with pytest.raises(LoginFailed):
            service.sign_in_external(session, name="Anna", **known)  # type: ignore[arg-type]


def test_groups_give_and_take_what_they_gave(lab: Lab) -> None:
    anna = user(lab, "anna", "viewer")
    east = View(tenants=frozenset({"ten_default"}))
    with lab.runtime.database.writing() as session:

        def give(*wanted: tuple[Role, View]) -> bool:
            return roles.replace_given_by(session, CALLER, "https://id.example", anna, wanted)

        assert give((Role.OPERATOR, east), (Role.AUDITOR, EVERYTHING))
        assert not give((Role.OPERATOR, east), (Role.AUDITOR, EVERYTHING))
        assert give((Role.AUDITOR, EVERYTHING))
        assert {grant.role for grant in grants.load(session, anna)} == {Role.VIEWER, Role.AUDITOR}
        roles.set_separation(session, CALLER, True)
        with pytest.raises(DutiesCollide):
            give((Role.AUDITOR, EVERYTHING), (Role.SYSTEM_ADMIN, EVERYTHING))
