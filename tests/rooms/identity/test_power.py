"""Who may change users does not become them: deciding who comes in as somebody takes the right to give their roles."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mcm.auth.roles import Role
from mcm.auth.service import Caller, Grant, View
from mcm.identity import reach, roles
from mcm.identity.errors import BeyondReach
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import AuditEvent, Tenant
from tests.baddays.serving import Served
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, program, user


@pytest.fixture
def root(lab: Lab, served: Served) -> Iterator[Person]:
    user(lab, "root", "security_admin")
    one = Person(served)
    one.login("root")
    yield one
    one.http.close()


@pytest.fixture
def clerk(served: Served, root: Person) -> Iterator[Person]:
    """May change users, and not give roles."""
    wanted = {"name": "clerk", "permissions": ["user.read", "user.write"]}
    one = program(served, root.send("POST", "/tokens", wanted).json()["token"])
    yield one
    one.http.close()


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


def _acts(name: str) -> list[tuple[str, str, Any]]:
    return [
        ("PATCH", f"/users/{name}", {"password": OTHER}),
        ("DELETE", f"/users/{name}/totp", None),
        ("POST", f"/users/{name}/disable", None),
        ("POST", f"/users/{name}/enable", None),
        ("DELETE", f"/users/{name}", None),
    ]


def test_changing_users_is_not_coming_in_as_them(lab: Lab, clerk: Person, person: Person) -> None:
    user(lab, "anna", "viewer")
    user(lab, "ben")
    person.login()
    token = person.send("POST", "/tokens", {"name": "x"}).json()["id"]
    for method, path, body in (*_acts("anna"), ("DELETE", f"/users/-/tokens/{token}", None)):
        assert _code(clerk.send(method, path, body)) == (403, "beyond_reach"), (method, path)
    assert person.get("/accounts").status_code == 200, "the session and the role are untouched"
    assert person.login("anna", PASSWORD).status_code == 200
    assert clerk.send("PATCH", "/users/anna", {"full_name": "Anna"}).status_code == 200
    for method, path, body in _acts("ben"):
        assert clerk.send(method, path, body).status_code == 200, (method, path)


def test_the_right_to_give_roles_must_cover_every_place(lab: Lab) -> None:
    anna = user(lab, "anna")
    east = View(tenants=frozenset({"east"}))
    eastern = Caller("prn_x", "east", "eastern", "test", "rq_test", grants=(Grant(Role.SECURITY_ADMIN, east),))
    with lab.runtime.database.writing() as session:
        for name in ("east", "west"):
            session.add(Tenant(id=name, name=name, created_at=clock.now()))
        session.flush()
        reach.require_power(session, eastern, anna)
        roles.bind(session, CALLER, "anna", Role.VIEWER, HeldIn(tenant="east"))
        reach.require_power(session, eastern, anna)
        roles.bind(session, CALLER, "anna", Role.VIEWER, HeldIn(tenant="west"))
        with pytest.raises(BeyondReach):
            reach.require_power(session, eastern, anna)


def test_a_password_that_somebody_else_chose_must_be_changed(lab: Lab, root: Person) -> None:
    made = root.send("POST", "/users", {"name": "anna", "password": PASSWORD, "must_change": False})
    assert made.json()["must_change"] is True
    user(lab, "ben")
    set_by_root = {"password": OTHER, "must_change": False}
    assert root.send("PATCH", "/users/ben", set_by_root).json()["must_change"] is True
    assert root.send("PATCH", "/users/root", set_by_root).json()["must_change"] is False


def test_a_token_does_not_become_its_own_user(served: Served, root: Person) -> None:
    """It may do all that they may, but not what would outlive its end."""
    token = program(served, root.send("POST", "/tokens", {"name": "all"}).json()["token"])
    for method, path, body in _acts("root")[:-1]:
        assert _code(token.send(method, path, body)) == (403, "beyond_reach"), (method, path)
    assert root.get("/auth/session").status_code == 200


def test_making_users_is_not_giving_roles(lab: Lab, clerk: Person) -> None:
    body = {"name": "eva", "password": OTHER}
    assert _code(clerk.send("POST", "/users", body | {"roles": ["security_admin"]})) == (403, "beyond_reach")
    assert lab.count("principal", "name = 'eva'") == 0
    assert clerk.send("POST", "/users", body).status_code == 201


def test_changing_an_identity_provider_needs_a_fresh_proof(root: Person, moved: Moved) -> None:
    provider = {"name": "corp", "issuer": "https://idp.example", "client_id": "mcm"}
    acts: list[tuple[str, str, Any]] = [
        ("POST", "", provider), ("PATCH", "/corp", {"title": "Corp"}), ("POST", "/corp/check", None),
        ("DELETE", "/corp", None),
    ]  # fmt: skip
    assert root.send("POST", "/oidc-providers", provider).status_code == 201
    moved.ahead += timedelta(minutes=16)
    for method, path, body in acts:
        refused = root.send(method, f"/oidc-providers{path}", body)
        assert _code(refused) == (403, "confirmation_needed"), (method, path)
    assert root.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code == 200
    assert root.send("DELETE", "/oidc-providers/corp").status_code == 200


@pytest.fixture
def begun(lab: Lab, person: Person) -> tuple[str, Person]:
    """A command line that anna has let in, and that has not come for its token yet."""
    user(lab, "anna")
    person.login()
    started = person.http.post("/api/v1/auth/device", json={"client": "laptop"}).json()
    decision = {"user_code": started["user_code"], "approve": True}
    assert person.send("POST", "/auth/device/decision", decision).status_code == 200
    return started["device_code"], person


@pytest.mark.parametrize("how", ["nothing", "password", "totp", "disable", "remove", "own password", "end all"])
def test_what_ends_sessions_ends_approvals(lab: Lab, root: Person, begun: tuple[str, Person], how: str) -> None:
    device_code, anna = begun
    acts: dict[str, list[tuple[Person, str, str, Any]]] = {
        "password": [(root, "PATCH", "/users/anna", {"password": OTHER})],
        "totp": [(root, "DELETE", "/users/anna/totp", None)],
        "disable": [(root, "POST", "/users/anna/disable", None), (root, "POST", "/users/anna/enable", None)],
        "remove": [(root, "DELETE", "/users/anna", None)],
        "own password": [(anna, "POST", "/auth/password", {"old": PASSWORD, "new": OTHER})],
        "end all": [(anna, "DELETE", "/auth/sessions", None)],
    }
    for who, method, path, body in acts.get(how, []):
        assert who.send(method, path, body).status_code == 200
    answer = root.http.post("/api/v1/auth/device/token", json={"device_code": device_code})
    assert answer.status_code == (200 if how == "nothing" else 400), answer.text
    assert lab.count("api_token") == (how == "nothing")


def test_a_token_does_not_change_how_its_user_proves_who_they_are(lab: Lab, served: Served, person: Person) -> None:
    anna = user(lab, "anna")
    person.login()
    token = program(served, person.send("POST", "/tokens", {"name": "x"}).json()["token"])
    for method, path, body in (
        ("POST", "/auth/totp", None),
        ("POST", "/auth/totp/confirm", {"code": "123456"}),
        ("POST", "/auth/totp/recovery-codes", None),
        ("DELETE", "/auth/totp", None),
        ("POST", "/auth/password", {"old": PASSWORD, "new": OTHER}),
    ):
        refused = token.send(method, path, body)
        assert _code(refused) == (403, "forbidden"), (method, path)
        assert "sign in" in refused.json()["next_step"]
    assert lab.count("identity_secret", f"owner = '{anna}'") == 0
    assert person.login().status_code == 200


@pytest.mark.parametrize("how", ["revoke", "logout"])
def test_a_token_made_with_a_token_ends_with_it(lab: Lab, served: Served, person: Person, how: str) -> None:
    user(lab, "anna", "viewer")
    person.login()
    made = [person.send("POST", "/tokens", {"name": "first"}).json()]
    for name in ("second", "third"):
        made.append(program(served, made[-1]["token"]).send("POST", "/tokens", {"name": name}).json())
    other = person.send("POST", "/tokens", {"name": "other"}).json()
    programs = [program(served, each["token"]) for each in (*made, other)]
    assert [one.get("/accounts").status_code for one in programs] == [200] * 4
    if how == "revoke":
        assert person.send("DELETE", f"/tokens/{made[0]['id']}").status_code == 200
    else:
        assert programs[0].send("POST", "/auth/logout").status_code == 204
    assert [one.get("/accounts").status_code for one in programs] == [401, 401, 401, 200]
    action = "token.revoke" if how == "revoke" else "session.logout"
    with lab.runtime.database.reading() as session:
        (row,) = session.scalars(select(AuditEvent).where(AuditEvent.action == action))
    assert row.details["made_with_it"] == sorted(each["id"] for each in made[1:])
