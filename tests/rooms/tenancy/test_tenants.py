"""The tree of tenants: names, moves without cycles, removal of what is empty, and who may do it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from mcm.auth.roles import Role
from mcm.auth.service import DEFAULT_TENANT, EVERYTHING, View
from mcm.kit import clock
from mcm.tenancy import repository
from tests.lab import CALLER, Lab
from tests.rooms.tenancy.estate import ALPHA, BETA, DEEP, GROUP, MARKER, OF_ALPHA, SHARED, Estate, caller, who

ADMIN = who(EVERYTHING, Role.SYSTEM_ADMIN)
# Proven for as long as the tests may last: this is made when they are collected.
OF_BETA = replace(
    who(View(tenants=frozenset({BETA, DEEP})), Role.SYSTEM_ADMIN, tenant=BETA),
    confirmed_at=clock.now() + timedelta(days=1),
)


def _send(http: httpx.Client, method: str, url: str, body: Any = None, *, match: str = "") -> httpx.Response:
    _send.number += 1  # type: ignore[attr-defined]
    headers = {"Idempotency-Key": f"k{_send.number}"} | ({"If-Match": match} if match else {})  # type: ignore[attr-defined]
    return http.request(method, f"/api/v1{url}", json=body, headers=headers)


_send.number = 0  # type: ignore[attr-defined]


def test_a_tree_is_made_listed_renamed_and_taken_away(estate: Estate) -> None:
    with estate.http(ADMIN) as http:
        made = _send(http, "POST", "/tenants", {"name": "Sales", "kind": "department", "parent": "group/alpha"}).json()
        assert (made["path"], made["kind"], made["parent_id"]) == ("group/alpha/Sales", "department", ALPHA)
        again = _send(http, "POST", "/tenants", {"name": "Sales", "parent": ALPHA})
        assert (again.status_code, again.json()["code"]) == (409, "tenant_exists")
        assert _send(http, "POST", "/tenants", {"name": "Sales", "parent": BETA}).status_code == 201
        both = http.get("/api/v1/tenants/Sales")
        assert both.status_code == 422
        assert "group/alpha/Sales" in both.json()["detail"]
        paths = [item["path"] for item in http.get("/api/v1/tenants").json()["items"]]
        assert paths == sorted(paths, key=lambda path: path.split("/"))
        shown = http.get(f"/api/v1/tenants/{made['id']}")
        assert shown.headers["etag"] == '"1"'
        stale = _send(http, "PATCH", f"/tenants/{made['id']}", {"name": "Trade"}, match='"7"')
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
        renamed = _send(http, "PATCH", f"/tenants/{made['id']}", {"name": "Trade"}, match='"1"').json()
        assert (renamed["name"], renamed["kind"], renamed["version"]) == ("Trade", "department", 2)
        assert _send(http, "DELETE", f"/tenants/{made['id']}").json() == {"tenant": "Trade", "holds": {}}
        assert http.get(f"/api/v1/tenants/{made['id']}").status_code == 404


def test_names_are_checked(estate: Estate) -> None:
    with estate.http(ADMIN) as http:
        for name in ("", "a/b", "a\u202eb", " a", "x" * 101, "ten_" + "0a" * 16, DEFAULT_TENANT):
            assert _send(http, "POST", "/tenants", {"name": name}).status_code == 422
            assert _send(http, "PATCH", f"/tenants/{ALPHA}", {"name": name}).status_code == 422
        assert _send(http, "POST", "/tenants", {"name": "a", "kind": "club"}).status_code == 422
        near = _send(http, "POST", "/tenants", {"name": "a", "parent": "alpa"})
        assert near.status_code == 404
        assert near.json()["next_step"] == "did you mean 'alpha'?"


def test_no_tenant_is_below_itself_or_too_deep(estate: Estate) -> None:
    with estate.http(ADMIN) as http:
        for target in (BETA, DEEP):
            answer = _send(http, "POST", f"/tenants/{BETA}/move", {"parent": target})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        parent = DEEP
        for number in range(5):
            parent = _send(http, "POST", "/tenants", {"name": f"d{number}", "parent": parent}).json()["id"]
        assert _send(http, "POST", "/tenants", {"name": "d9", "parent": parent}).status_code == 422
        assert _send(http, "POST", f"/tenants/{BETA}/move", {"parent": ALPHA}).status_code == 422
        top = _send(http, "POST", f"/tenants/{BETA}/move", {"parent": None})
        assert (top.status_code, top.json()["path"]) == (200, MARKER)


def test_the_view_follows_a_move_at_once(estate: Estate) -> None:
    database = estate.lab.runtime.database
    with estate.http(ADMIN) as http:
        assert _send(http, "POST", f"/tenants/{BETA}/move", {"parent": ALPHA}).status_code == 200
    with database.reading() as session:
        assert repository.below(session, [ALPHA]) == {ALPHA, BETA, DEEP}
        assert repository.chain(session, DEEP) == [GROUP, ALPHA, BETA, DEEP]


def test_only_what_is_empty_goes_and_it_says_what_it_holds(estate: Estate) -> None:
    with estate.http(ADMIN) as http:
        held = {"tenants below it": 1, "accounts": 1, "resources": 13, "rules": 1}
        dry = http.request("DELETE", f"/api/v1/tenants/{BETA}?dry_run=true", headers={"Idempotency-Key": "dry"}).json()
        assert dry == {"tenant": MARKER, "holds": held}
        answer = _send(http, "DELETE", f"/tenants/{BETA}")
        assert (answer.status_code, answer.json()["code"]) == (409, "tenant_not_empty")
        assert answer.json()["details"]["holds"] == held
        assert "13 resources" in answer.json()["detail"]
        assert _send(http, "DELETE", f"/tenants/{DEFAULT_TENANT}").status_code == 409


def test_a_part_of_the_tree_is_all_there_is_for_its_administrator(estate: Estate) -> None:
    with estate.http(OF_BETA) as http:
        items = http.get("/api/v1/tenants").json()["items"]
        assert [(item["path"], item["parent_id"]) for item in items] == [
            (MARKER, None),
            (f"{MARKER}/{MARKER}-deep", BETA),
        ]
        assert _send(http, "POST", "/tenants", {"name": "new", "parent": BETA}).status_code == 201
        assert _send(http, "PATCH", f"/tenants/{BETA}", {"kind": "subsidiary"}).status_code == 200
        for method, url, body in (
            ("POST", "/tenants", {"name": "new"}),
            ("POST", f"/tenants/{DEEP}/move", {"parent": None}),
            ("POST", f"/tenants/{BETA}/move", {"parent": DEEP}),
            ("DELETE", f"/tenants/{BETA}", None),
            ("PUT", "/tenant-rules", {"rules": []}),
        ):
            assert _send(http, method, url, body).status_code == 403, (method, url)
        for method, url, body in (
            ("POST", "/tenants", {"name": "new", "parent": ALPHA}),
            ("POST", f"/tenants/{DEEP}/move", {"parent": GROUP}),
            ("DELETE", f"/tenants/{ALPHA}", None),
            ("PATCH", "/tenants/alpha", {"name": "x"}),
            ("PUT", f"/tenants/{ALPHA}/quota", {}),
        ):
            assert _send(http, method, url, body).status_code == 404, (method, url)


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("PATCH", "/accounts/{}", {"labels": ["x"]}),
        ("POST", "/accounts/{}/pause", None),
        ("DELETE", "/accounts/{}", None),
        ("POST", "/accounts/{}/check", None),
        ("POST", "/sync/requests", {"accounts": ["{}"]}),
    ],
)
def test_changing_what_one_only_reads_is_403_and_what_one_does_not_see_404(
    estate: Estate, method: str, url: str, body: dict[str, Any] | None
) -> None:
    """Reading all, changing beta's only; then reading beta's only."""
    mixed = replace(OF_BETA, grants=(*OF_BETA.grants, *caller("alpha").grants))
    for by, status in ((mixed, 403), (OF_BETA, 404)):
        with estate.http(by) as http:
            given = {"accounts": ["alpha-cloud"]} if body and "accounts" in body else body
            answer = _send(http, method, url.format("alpha-cloud"), given)
            assert answer.status_code == status, answer.text
            resource = _send(http, "PATCH", f"/resources/{estate.ids['alpha'][0]}", {"owner": "me"})
            assert resource.status_code == status
            scope = estate.world.scopes[OF_ALPHA, "r1", "instance"]
            assert _send(http, "POST", f"/sync/scopes/{scope}/quarantine", {"decision": "accept"}).status_code == status
    # What is seen in part may not be changed either.
    part = who(View(tenants=frozenset({ALPHA})), Role.SYSTEM_ADMIN)
    with estate.http(part) as http:
        given = {"accounts": [SHARED]} if body and "accounts" in body else body
        assert _send(http, method, url.format(SHARED), given).status_code == 403


def test_an_account_is_made_in_a_tenant_one_may_change_and_handed_over(lab: Lab, estate: Estate) -> None:
    wanted = {"name": "new", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}
    with estate.http(OF_BETA) as http:
        made = _send(http, "POST", "/accounts?check=false", wanted)
        assert made.status_code == 201, made.text
        assert made.json()["tenant_id"] == BETA
        other = _send(http, "POST", "/accounts?check=false", wanted | {"name": "other", "tenant": f"{MARKER}-deep"})
        assert other.is_success, other.text
        assert other.json()["tenant_id"] == DEEP
        outside = _send(http, "POST", "/accounts?check=false", wanted | {"name": "third", "tenant": ALPHA})
        assert outside.status_code == 404
        taken = _send(http, "POST", "/accounts?check=false", wanted | {"name": "alpha-cloud"})
        assert (taken.status_code, taken.json()["detail"]) == (409, "the name 'alpha-cloud' is taken")
    with estate.http(ADMIN) as http:
        moved = _send(http, "PATCH", f"/accounts/{MARKER}-cloud", {"tenant": "alpha"})
        assert moved.is_success, moved.text
        assert moved.json()["tenant_id"] == ALPHA
    assert lab.count("resource", f"account_id = 'acc_{MARKER}-cloud' AND tenant_id = '{ALPHA}'") == 7
    homeless = who(View(projects=frozenset({(SHARED, "p-alpha")})), Role.SYSTEM_ADMIN)
    with estate.http(homeless) as http:
        assert _send(http, "POST", "/accounts?check=false", wanted | {"name": "fourth"}).status_code == 403


def test_a_removed_tenant_leaves_tombstones_that_only_the_whole_sees(estate: Estate) -> None:
    database = estate.lab.runtime.database
    with database.writing() as session:
        session.execute(text(f"UPDATE resource SET presence = 'gone' WHERE tenant_id = '{DEEP}'"))
        session.execute(text("DELETE FROM tenant_rule"))
    with estate.http(ADMIN) as http:
        assert _send(http, "DELETE", f"/tenants/{DEEP}").status_code == 200
        assert http.get("/api/v1/resources/count?include_gone=true").json()["count"] == len(
            estate.visible("everything")
        )
    assert CALLER.unlimited
