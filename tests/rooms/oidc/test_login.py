"""Signing in through a real OpenID provider, by real redirects, with every way of signing that is accepted."""

import html
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import httpx
import pytest
from sqlalchemy import select

from mcm.models import AuditEvent, ExternalIdentity, LoginSession, Principal, RoleBinding, User
from tests.baddays.serving import Served
from tests.harness.oidc import OpenIdProvider
from tests.lab import Lab
from tests.rooms.oidc.browser import PAGE, Browser, query_of

Known = Callable[..., None]


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_person_signs_in_and_becomes_a_user(
    lab: Lab, browser: Browser, known: Known, provider: OpenIdProvider, algorithm: str
) -> None:
    known(algorithm=algorithm)
    answer = browser.sign_in("alice", next="/api/v1/accounts?limit=5")
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/accounts?limit=5"), answer.text
    assert browser.session()
    with lab.runtime.database.reading() as session:
        identity = session.scalars(select(ExternalIdentity)).one()
        assert (identity.issuer, identity.subject) == (provider.issuer, "alice")
        user = session.get_one(User, identity.principal_id)
        assert (user.password_hash, user.email) == (None, "alice@corp.example")
        assert session.get_one(Principal, identity.principal_id).name.startswith("alice")
        opened = session.scalars(select(LoginSession)).one()
        assert (opened.method, opened.issuer) == ("external", provider.issuer)
        assert not session.scalars(select(RoleBinding)).all()
        assert "session.login" in session.scalars(select(AuditEvent.action)).all()


def test_the_same_subject_is_the_same_user_and_another_is_not(lab: Lab, browser: Browser, known: Known) -> None:
    known()
    for login in ("alice", "alice", "bob"):
        browser.http.cookies.clear()
        assert browser.sign_in(login).status_code == 303
    assert lab.count("external_identity") == 2
    assert lab.count("principal", "kind = 'user'") == 2


def test_what_is_sent_is_bound_to_this_login(browser: Browser, known: Known) -> None:
    known()
    one, two = (query_of(browser.start().headers["location"]) for _ in range(2))
    assert one["code_challenge_method"] == "S256"
    assert one["response_type"] == "code"
    assert one["scope"].split()[0] == "openid"
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 43
        assert one[name] != two[name]


def test_the_browser_gets_a_cookie_that_scripts_cannot_read(browser: Browser, known: Known) -> None:
    known()
    started = browser.start()
    (cookie,) = started.headers.get_list("set-cookie")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    finished = browser.back(browser.at_the_provider(started, "alice"))
    assert any(part.startswith("mcm_oidc=") and "Max-Age=0" in part for part in finished.headers.get_list("set-cookie"))


def test_an_answer_counts_once(lab: Lab, browser: Browser, known: Known) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    secret = browser.http.cookies["mcm_oidc"]
    assert browser.back(url).status_code == 303
    browser.http.cookies.clear()
    browser.http.cookies.set("mcm_oidc", secret, domain="127.0.0.1")
    again = browser.back(url)
    assert (again.status_code, "used before" in again.text) == (400, True)
    assert not browser.session()
    assert lab.count("login_session") == 1


def test_of_many_that_bring_the_same_answer_at_once_one_gets_in(lab: Lab, browser: Browser, known: Known) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    cookies = {"mcm_oidc": browser.http.cookies["mcm_oidc"]}
    barrier = Barrier(8)

    def bring(_: int) -> int:
        barrier.wait()
        return httpx.get(url, cookies=cookies, headers=PAGE, trust_env=False, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(bring, range(8))) == [303] + [400] * 7
    assert lab.count("login_session") == 1


def test_somebody_unknown_is_refused_where_the_provider_adds_nobody(lab: Lab, browser: Browser, known: Known) -> None:
    known(sign_up=False)
    answer = browser.sign_in("alice")
    assert answer.status_code == 403
    assert "mcm adds none" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert not browser.session()
    assert lab.count("principal", "kind = 'user'") == 0
    assert lab.count("audit_event", "action = 'session.login' AND outcome = 'failed'") == 1


def test_a_disabled_user_is_refused(lab: Lab, browser: Browser, known: Known) -> None:
    known()
    assert browser.sign_in("alice").status_code == 303
    with lab.runtime.database.writing() as session:
        user = session.scalars(select(Principal).where(Principal.kind == "user")).one()
        user.disabled_at = user.created_at
    browser.http.cookies.clear()
    answer = browser.sign_in("alice")
    assert answer.status_code == 403
    assert "may not come in" in answer.text
    assert not browser.session()


def test_only_verified_addresses_of_the_right_domain_come_in(browser: Browser, known: Known) -> None:
    known(domains=["corp.example"], userinfo=True)
    assert browser.sign_in("alice").status_code == 303
    for login in ("bob", "mallory"):
        browser.http.cookies.clear()
        answer = browser.sign_in(login)
        assert answer.status_code == 403
        assert "verified e-mail" in answer.text


def test_groups_give_roles_and_take_them_away_again(lab: Lab, served: Served, browser: Browser, known: Known) -> None:
    mappings = [{"value": "operators", "role": "operator"}, {"value": "admins", "role": "system_admin"},
                {"value": "staff", "role": "viewer", "tenant_id": "ten_default"}]  # fmt: skip
    known(groups_claim="groups", mappings=mappings)
    assert browser.sign_in("alice").status_code == 303
    assert _roles(lab) == [("operator", "whole"), ("viewer", "tenant:ten_default")]
    owner = {"Authorization": f"Bearer {lab.runtime.door.owner_token}"}
    changed = served.send("PATCH", "/api/v1/oidc-providers/real", {"mappings": mappings[1:]}, headers=owner)
    assert changed.status_code == 200, changed.text
    browser.http.cookies.clear()
    assert browser.sign_in("alice").status_code == 303
    assert _roles(lab) == [("viewer", "tenant:ten_default")]


def test_keys_that_the_provider_changed_are_fetched(browser: Browser, known: Known, provider: OpenIdProvider) -> None:
    known()
    assert browser.sign_in("alice").status_code == 303
    provider.rotate()
    browser.http.cookies.clear()
    assert browser.sign_in("alice").status_code == 303, "an unknown key id makes mcm look once"


def test_a_proof_is_as_old_as_the_provider_says(lab: Lab, browser: Browser, known: Known) -> None:
    """Signed in there before: not asked again, unless a fresh proof is wanted."""
    known()
    browser.sign_in("alice")
    first = _confirmed_at(lab)
    time.sleep(2.1)
    assert browser.sign_in("alice").status_code == 303
    assert _confirmed_at(lab) == first
    answer = browser.sign_in("alice", fresh="true")
    assert answer.status_code == 303, answer.text
    assert _confirmed_at(lab) > first


def test_logging_out_tells_where_the_login_at_the_provider_ends(
    served: Served, known: Known, provider: OpenIdProvider
) -> None:
    known()
    url = served.get("/api/v1/auth/oidc/real/logout").json()["url"]
    assert url.startswith(f"{provider.issuer}/session/end?")
    assert query_of(url)["post_logout_redirect_uri"] == f"{served.url}/"


def test_the_login_page_lists_names_only(served: Served, known: Known, provider: OpenIdProvider) -> None:
    known(title="Corporate login")
    known(name="off", enabled=False)
    listed = served.get("/api/v1/auth/oidc")
    start = "/api/v1/auth/oidc/real/start"
    assert listed.json() == {"items": [{"name": "real", "title": "Corporate login", "start": start}]}
    assert provider.issuer not in listed.text
    assert served.get("/api/v1/auth/oidc/off/start").status_code == 404


def test_the_login_page_leads_to_each_provider_and_back(served: Served, browser: Browser, known: Known) -> None:
    assert "Or sign in with" not in served.get("/login").text
    known(title="<Corporate> & co")
    page = served.get("/login", next="/docs").text
    assert "&lt;Corporate&gt; &amp; co" in page
    (href,) = re.findall(r'<li><a href="([^"]+)"', page)
    started = browser.http.get(served.url + html.unescape(href))
    answer = browser.back(browser.at_the_provider(started, "alice"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")


def _confirmed_at(lab: Lab) -> datetime:
    with lab.runtime.database.reading() as session:
        return session.scalars(select(LoginSession.confirmed_at)).one()


def _roles(lab: Lab) -> list[tuple[str, str]]:
    with lab.runtime.database.reading() as session:
        return sorted((row.role, row.held_in) for row in session.scalars(select(RoleBinding)))
