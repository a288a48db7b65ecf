"""Administration of OpenID providers: the secret goes in and never out, and a mapping takes the right to give roles."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.auth.permissions import Permission
from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Caller, Grant, View, limit, view
from mcm.db import migrate
from mcm.errors import Conflict, Forbidden
from mcm.models import AuditEvent, IdempotencyKey, OidcProvider
from mcm.oidc import service
from mcm.oidc.errors import OidcProviderNotFound
from mcm.oidc.schemas import OidcProviderCreate, OidcProviderUpdate
from mcm.vault import VaultError
from tests.baddays.serving import Served
from tests.harness.oidc.hostile import HostileProvider
from tests.lab import CALLER, Lab
from tests.rooms.oidc.browser import Browser
from tests.rooms.oidc.conftest import register
from tests.unit.gateway.test_egress import METADATA_4

SECRET = "kanari7-client-secret-4711"
BODY: dict[str, Any] = {
    "name": "corp", "issuer": "https://idp.example", "client_id": "mcm", "client_secret": SECRET,
}  # fmt: skip


def test_the_secret_goes_in_and_never_comes_out(lab: Lab, served: Served) -> None:
    made = served.send("POST", "/api/v1/oidc-providers", BODY)
    assert made.status_code == 201, made.text
    assert made.json()["secret_set"] is True
    assert made.json()["callback_path"] == "/api/v1/auth/oidc/corp/callback"
    shown = [served.get("/api/v1/oidc-providers"), served.get("/api/v1/oidc-providers/corp"), made]
    assert not [answer for answer in shown if SECRET in answer.text]
    with lab.runtime.database.reading() as session:
        provider = session.scalars(select(OidcProvider)).one()
        assert provider.sealed is not None
        assert SECRET.encode() not in provider.sealed
        assert provider.master_key_id == lab.runtime.vault.key_of(provider.sealed)
        assert service.secret(lab.runtime.vault, provider) == SECRET
        for row in (*session.scalars(select(AuditEvent)), *session.scalars(select(IdempotencyKey))):
            assert SECRET not in str(vars(row))


def test_a_secret_that_was_moved_to_another_provider_does_not_open(lab: Lab, served: Served) -> None:
    served.send("POST", "/api/v1/oidc-providers", BODY)
    served.send("POST", "/api/v1/oidc-providers", BODY | {"name": "other", "client_secret": "kanari7-another-secret"})
    with lab.runtime.database.writing() as session:
        corp, other = session.scalars(select(OidcProvider).order_by(OidcProvider.name))
        session.execute(update(OidcProvider).where(OidcProvider.id == other.id).values(sealed=corp.sealed))
        session.refresh(other)
        with pytest.raises(VaultError):
            service.secret(lab.runtime.vault, other)


@pytest.mark.parametrize("change", [{"issuer": "https://evil.example"}, {"client_id": "x"}])
def test_a_secret_is_not_taken_to_another_place(served: Served, change: dict[str, str]) -> None:
    served.send("POST", "/api/v1/oidc-providers", BODY)
    refused = served.send("PATCH", "/api/v1/oidc-providers/corp", change)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert served.get("/api/v1/oidc-providers/corp").json()["issuer"] == BODY["issuer"]
    entered = served.send("PATCH", "/api/v1/oidc-providers/corp", change | {"client_secret": "kanari7-again-4711"})
    assert entered.status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"name": "Corp"}, {"name": "a/b"}, {"name": "-"}, {"name": ""}, {"issuer": "idp.example"},
     {"issuer": "https://idp.example/?x=1"}, {"issuer": "https://idp.example/#x"}, {"issuer": "https://u:p@idp.example"},
     {"issuer": "http://idp.example"}, {"issuer": "ftp://idp.example"}, {"issuer": "https://[::1"},
     {"title": "a\u202eb"}, {"client_id": ""}, {"scopes": ["a b"]}, {"scopes": ["a"] * 21}, {"domains": ["nodot"]},
     {"ca_pem": "nothing"}, {"ca_pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
     {"ca_pem": "-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----"}, {"mappings": [{"value": "x"}]},
     {"mappings": [{"value": "x", "role": "emperor"}]}, {"mappings": [{"value": "x", "role": "viewer", "more": 1}]},
     {"mappings": [{"value": "x", "role": "viewer", "tenant_id": "ten_nowhere"}]}, {"unknown": 1},
     *({"issuer": f"https://{address}"} for address in METADATA_4), {"issuer": "https://2852039166"}],
    ids=lambda change: json.dumps(change)[:60],
)  # fmt: skip
def test_what_cannot_be_a_provider_is_refused(lab: Lab, served: Served, change: dict[str, Any]) -> None:
    answer = served.send("POST", "/api/v1/oidc-providers", BODY | change)
    assert answer.status_code == 422, answer.text
    assert SECRET not in answer.text
    assert lab.count("oidc_provider") == 0


def test_a_change_based_on_an_old_version_is_refused(served: Served) -> None:
    served.send("POST", "/api/v1/oidc-providers", BODY)
    etag = served.get("/api/v1/oidc-providers/corp").headers["etag"]
    path, match = "/api/v1/oidc-providers/corp", {"If-Match": etag}
    assert served.send("PATCH", path, {"enabled": False}, headers=match).status_code == 200
    assert served.send("PATCH", path, {"enabled": True}, headers=match).status_code == 412
    assert served.send("POST", "/api/v1/oidc-providers", BODY).json()["code"] == "oidc_provider_exists"


def _caller(*grants: Grant) -> Caller:
    return Caller("prn_x", "ten_default", "someone", "test", "rq_test", grants=grants)


def _in_the_view_of(lab: Lab, caller: Caller, act: Callable[[Any], Any]) -> Any:
    with lab.runtime.database.writing() as session:
        return act(limit(session, view(caller, Permission.USER_WRITE)))


def test_who_administers_one_tenant_sees_and_makes_no_provider(lab: Lab, served: Served) -> None:
    served.send("POST", "/api/v1/oidc-providers", BODY)
    partly = _caller(Grant(Role.SECURITY_ADMIN, View(tenants=frozenset({"ten_default"}))))
    wanted = OidcProviderCreate.model_validate(BODY | {"name": "mine"})
    assert not _in_the_view_of(lab, partly, lambda session: service.page(session, None, 10))
    with pytest.raises(OidcProviderNotFound):
        _in_the_view_of(lab, partly, lambda session: service.get(session, "corp"))
    with pytest.raises(Forbidden):
        _in_the_view_of(lab, partly, lambda session: service.create(session, partly, lab.runtime.vault, wanted))


def test_a_mapping_takes_the_right_to_give_roles(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has the one right without the other today; a token may be limited so."""
    whole = Grant(Role.SECURITY_ADMIN, EVERYTHING)
    full = _caller(whole)
    less = Caller("prn_x", "ten_default", "someone", "test", "rq_test", grants=(whole,),
                  permissions=frozenset({Permission.USER_WRITE}))  # fmt: skip
    mapped = OidcProviderCreate.model_validate(BODY | {"mappings": [{"value": "x", "role": "system_admin"}]})
    vault = lab.runtime.vault
    with pytest.raises(Forbidden, match="may not give roles"):
        _in_the_view_of(lab, less, lambda session: service.create(session, less, vault, mapped))
    _in_the_view_of(lab, full, lambda session: service.create(session, full, vault, mapped))
    changes: list[dict[str, Any]] = [
        {"groups_claim": "mine"},
        {"mappings": []},
        {"issuer": "https://evil.example", "client_secret": "x"},
    ]
    for change in changes:
        wanted = OidcProviderUpdate.model_validate(change)

        def change_it(session: Any, wanted: OidcProviderUpdate = wanted) -> Any:
            return service.update(session, less, vault, service.get(session, "corp"), wanted, None)

        with pytest.raises(Forbidden, match="may not give roles"):
            _in_the_view_of(lab, less, change_it)


def test_a_removed_provider_lets_nobody_in_and_its_users_stay(
    lab: Lab, served: Served, browser: Browser, hostile: HostileProvider
) -> None:
    register(served, "gone", issuer=hostile.issuer, client_id="mcm", client_secret="kanari7-client-secret")
    back = browser.http.get(browser.start("gone").headers["location"]).headers["location"]
    with lab.runtime.database.writing() as session:
        service.remove(session, CALLER, service.get(session, "gone"))
    assert browser.back(back).status_code == 404
    assert browser.start("gone").status_code == 404


def test_the_step_back_refuses_to_lose_a_provider(lab: Lab, served: Served) -> None:
    served.send("POST", "/api/v1/oidc-providers", BODY)
    with pytest.raises(Conflict, match="1 row of oidc_provider"):
        migrate.downgrade(lab.runtime.database.engine, "0005")
    assert lab.count("oidc_provider") == 1


def test_a_check_says_what_the_provider_publishes(served: Served, hostile: HostileProvider) -> None:
    register(served, "hostile", issuer=hostile.issuer, client_id="mcm")
    path = "/api/v1/oidc-providers/hostile/check"
    assert served.send("POST", path).json() == {"ok": True, "issuer": hostile.issuer, "keys": 1, "problem": None}
    hostile.behaviour.document = {"issuer": "https://other.example"}
    told = served.send("POST", path).json()
    assert (told["ok"], "another issuer" in told["problem"]) == (False, True)


def test_without_a_public_address_no_login_begins_beyond_loopback(tmp_path: Path) -> None:
    from mcm.oidc.browser_endpoints import base_url
    from mcm.oidc.errors import OidcUnavailable
    from mcm.settings import Settings

    class Request:
        class url:  # noqa: N801
            scheme, netloc = "http", "evil.example"

    class Runtime:
        settings = Settings(listen="0.0.0.0:8080")

    with pytest.raises(OidcUnavailable, match="does not know its own address"):
        base_url(Request, Runtime)  # type: ignore[arg-type]
    Runtime.settings = Settings(listen="0.0.0.0:8080", public_url="https://mcm.example/")
    assert base_url(Request, Runtime) == "https://mcm.example"  # type: ignore[arg-type]
