"""A provider that is trusted no more leaves nothing behind that its groups gave, and who is kept out is recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mcm.auth.permissions import Permission
from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Caller, Grant
from mcm.errors import McmError
from mcm.identity import roles
from mcm.identity.errors import BeyondReach, LastAdministrator
from mcm.identity.service import Visit
from mcm.models import AuditEvent, OidcProvider, RoleBinding
from mcm.oidc import entering, service
from mcm.oidc.errors import OidcNotAllowed
from mcm.oidc.login import Person
from mcm.oidc.schemas import OidcProviderUpdate
from tests.baddays.serving import Served
from tests.harness.oidc.hostile import HostileProvider
from tests.lab import CALLER, Lab
from tests.rooms.oidc.browser import Browser
from tests.rooms.oidc.conftest import register

SECRET = "kanari7-client-secret"
PATH = "/api/v1/oidc-providers/corp"


def _signed_in(served: Served, browser: Browser, hostile: HostileProvider, *given: str) -> httpx.Response:
    """Somebody of the group ops, which gives these roles."""
    hostile.behaviour.claims = {"groups": ["ops"], "preferred_username": "olga"}
    mappings = [{"value": "ops", "role": role} for role in given]
    register(served, "corp", issuer=hostile.issuer, client_id="mcm", client_secret=SECRET, groups_claim="groups",
             mappings=mappings)  # fmt: skip
    return browser.back(browser.http.get(browser.start("corp").headers["location"]).headers["location"])


def _held(lab: Lab) -> list[str]:
    with lab.runtime.database.reading() as session:
        return sorted(session.scalars(select(RoleBinding.role)))


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PATCH", {"enabled": False}),
        ("PATCH", {"issuer": "https://idp.example", "client_secret": SECRET}),
        ("DELETE", None),
    ],
    ids=["disabled", "led elsewhere", "removed"],
)
def test_what_its_groups_gave_goes_with_a_provider(
    lab: Lab, served: Served, browser: Browser, hostile: HostileProvider, method: str, body: Any
) -> None:
    assert _signed_in(served, browser, hostile, "operator", "approver").status_code == 303
    with lab.runtime.database.writing() as session:
        roles.add(session, _person_id(session), Role.VIEWER, EVERYTHING, given_by="prn_local")
    assert _held(lab) == ["approver", "operator", "viewer"]
    owner = {"Authorization": f"Bearer {lab.runtime.door.owner_token}"}
    assert served.send("PATCH", PATH, {"title": "Corp"}, headers=owner).status_code == 200
    assert browser.http.get(f"{served.url}/api/v1/accounts").status_code == 200
    answer = served.send(method, PATH, body, headers=owner)
    assert answer.status_code == 200, answer.text
    assert _held(lab) == ["viewer"], "what a person gave stays"
    assert browser.http.get(f"{served.url}/api/v1/accounts").status_code == 401
    action = "oidc_provider.remove" if method == "DELETE" else "oidc_provider.update"
    with lab.runtime.database.reading() as session:
        told = [
            row.details.get("taken")
            for row in session.scalars(select(AuditEvent).order_by(AuditEvent.seq))
            if row.action == action
        ]
    assert [each for each in told if each] == [{"roles": 2, "sessions": 1}]


def test_a_session_without_group_roles_ends_too(
    lab: Lab, served: Served, browser: Browser, hostile: HostileProvider
) -> None:
    assert _signed_in(served, browser, hostile).status_code == 303
    assert browser.http.get(f"{served.url}/api/v1/auth/session").status_code == 200
    owner = {"Authorization": f"Bearer {lab.runtime.door.owner_token}"}
    assert served.send("PATCH", PATH, {"enabled": False}, headers=owner).status_code == 200
    assert browser.http.get(f"{served.url}/api/v1/auth/session").status_code == 401


def test_withdrawing_takes_the_right_to_take_roles_and_leaves_an_administrator(
    lab: Lab, served: Served, browser: Browser, hostile: HostileProvider
) -> None:
    assert _signed_in(served, browser, hostile, "security_admin").status_code == 303
    full = Caller("prn_x", "ten_default", "x", "test", "rq_test", grants=(Grant(Role.SECURITY_ADMIN, EVERYTHING),))
    less = replace(full, permissions=frozenset({Permission.USER_WRITE}))
    refusals: list[tuple[Caller, type[McmError]]] = [(less, BeyondReach), (full, LastAdministrator)]
    off = OidcProviderUpdate(enabled=False)
    for caller, refusal in refusals:
        for act in (
            lambda session, by=caller: service.update(
                session, by, lab.runtime.vault, service.get(session, "corp"), off, None
            ),
            lambda session, by=caller: service.remove(session, by, service.get(session, "corp")),
        ):
            with pytest.raises(refusal), lab.runtime.database.writing() as session:
                act(session)
    assert _held(lab) == ["security_admin"]
    assert lab.count("oidc_provider", "enabled") == 1


@pytest.mark.parametrize("change", [{"enabled": False}, {"issuer": "https://idp.example"}, None])
def test_who_was_on_the_way_when_it_was_withdrawn_stays_out(
    lab: Lab, served: Served, hostile: HostileProvider, change: dict[str, Any] | None
) -> None:
    register(served, "corp", issuer=hostile.issuer, client_id="mcm", sign_up=True)
    with lab.runtime.database.reading() as session:
        provider = session.scalars(select(OidcProvider)).one()
    olga = Person(provider, hostile.issuer, "1", "olga", "", frozenset(), "", "/", datetime.now(UTC))
    with lab.runtime.database.writing() as session:
        found = service.get(session, "corp")
        if change is None:
            service.remove(session, CALLER, found)
        else:
            service.update(session, CALLER, lab.runtime.vault, found, OidcProviderUpdate.model_validate(change), None)
    with pytest.raises(OidcNotAllowed):
        entering.enter(lab.runtime.database, olga, Visit("192.0.2.7", "a browser", "rq_test"))
    assert lab.count("login_session") == lab.count("principal", "kind = 'user'") == 0


def test_a_login_that_separated_duties_keep_out_is_recorded(
    lab: Lab, served: Served, browser: Browser, hostile: HostileProvider
) -> None:
    with lab.runtime.database.writing() as session:
        roles.set_separation(session, CALLER, True)
    answer = _signed_in(served, browser, hostile, "auditor", "system_admin")
    assert answer.status_code == 409
    assert not browser.session()
    with lab.runtime.database.reading() as session:
        (row,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "session.login"))
    assert (row.outcome, row.details["code"]) == ("failed", "duties_collide")
    assert _held(lab) == []


def _person_id(session: Any) -> str:
    return str(session.scalars(select(RoleBinding.principal_id).distinct()).one())
