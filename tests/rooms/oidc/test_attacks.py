"""What must not open a session: answers begun elsewhere, used before, of another provider, or forged."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select

from mcm.kit import clock
from mcm.models import LoginSession
from tests.baddays.serving import Served
from tests.harness.oidc import OpenIdProvider
from tests.harness.oidc.hostile import (
    HostileProvider,
    signed_with,
    signed_with_the_public_key,
    unsigned,
)
from tests.lab import Lab
from tests.rooms.oidc.browser import Browser, query_of
from tests.rooms.oidc.conftest import register

Known = Callable[..., None]
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})


def _refused(lab: Lab, browser: Browser, answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not browser.session()
    assert lab.count("login_session") == 0
    assert lab.count("external_identity") == 0


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is judged here is judged before the database is asked."""
    return sqlite_url


@pytest.fixture
def hostile_known(served: Served, hostile: HostileProvider) -> HostileProvider:
    register(
        served, "hostile", issuer=hostile.issuer, client_id="mcm", client_secret="kanari7-client-secret", userinfo=True
    )
    return hostile


def _sign_in(browser: Browser, name: str = "hostile") -> httpx.Response:
    started = browser.start(name)
    if started.status_code != 303:
        return started
    back = browser.http.get(started.headers["location"])
    return browser.back(back.headers["location"])


def test_the_hostile_provider_lets_people_in_while_it_behaves(browser: Browser, hostile_known: HostileProvider) -> None:
    assert _sign_in(browser).status_code == 303
    assert browser.session()
    (form,) = hostile_known.forms
    assert len(form["code_verifier"]) >= 43


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of-another-login"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["mcm", "another-client"]},
        {"aud": ["mcm", "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"aud": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iat": 4_000_000_000},
        {"iat": 1_000_000_000},
        {"iat": None},
        {"iat": [1]},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"amr": "pwd"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_login_is_refused(
    lab: Lab, browser: Browser, hostile_known: HostileProvider, claims: dict[str, Any]
) -> None:
    hostile_known.behaviour.claims = claims
    _refused(lab, browser, _sign_in(browser), 403, "ID token")
    assert lab.count("audit_event", "action = 'session.login' AND outcome = 'failed'") == 1


@pytest.mark.parametrize("auth_time", [None, 1_000_000_000, "now"])
def test_an_old_proof_is_no_fresh_one(
    lab: Lab, browser: Browser, hostile_known: HostileProvider, auth_time: object
) -> None:
    hostile_known.behaviour.claims = {"auth_time": auth_time}
    back = browser.http.get(browser.start("hostile", fresh="true").headers["location"])
    answer = browser.back(back.headers["location"])
    assert answer.status_code == 403
    assert lab.count("login_session") == 0


def test_a_proof_of_unknown_age_is_not_fresh(lab: Lab, browser: Browser, hostile_known: HostileProvider) -> None:
    """Neither one without a time, nor one whose time is still to come."""
    for auth_time in (None, 4_000_000_000):
        hostile_known.behaviour.claims = {"auth_time": auth_time}
        assert _sign_in(browser).status_code == 303
        with lab.runtime.database.reading() as session:
            confirmed = session.scalars(select(LoginSession.confirmed_at)).one()
        assert clock.now() - confirmed > timedelta(hours=1)


def _forgeries(provider: HostileProvider) -> dict[str, Callable[[str], str]]:
    header = {"alg": "RS256", "kid": "one"}
    return {
        "alg none": unsigned,
        "hs256 with the public key": signed_with_the_public_key(provider),
        "another key of the same id": signed_with(OTHER_KEY, header),
        "an algorithm that is not accepted": signed_with(provider.key, header | {"alg": "RS512"}),
        "a key of its own in the header": signed_with(OTHER_KEY, header | {"jwk": OTHER_KEY.as_dict(private=False)}),
        "a key elsewhere": signed_with(OTHER_KEY, header | {"jku": "http://127.0.0.1:1/keys"}),
        "altered": lambda token: token[:-8] + ("AAAAAAAA" if not token.endswith("AAAAAAAA") else "BBBBBBBB"),
        "cut": lambda token: token.rpartition(".")[0],
        "five parts": lambda token: f"{token}.a.b",
        "no token": lambda token: "x",
        "large": lambda token: token + "A" * 70_000,
    }


_FORGED = (
    "a key elsewhere", "a key of its own in the header", "alg none", "altered", "an algorithm that is not accepted",
    "another key of the same id", "cut", "five parts", "hs256 with the public key", "large", "no token",
)  # fmt: skip


@pytest.mark.parametrize("how", _FORGED)
def test_a_forged_token_is_refused(lab: Lab, browser: Browser, hostile_known: HostileProvider, how: str) -> None:
    assert set(_forgeries(hostile_known)) == set(_FORGED)
    hostile_known.behaviour.token = _forgeries(hostile_known)[how]
    _refused(lab, browser, _sign_in(browser), 403, "ID token")


def test_a_symmetric_key_in_the_key_set_signs_nothing(
    lab: Lab, browser: Browser, hostile_known: HostileProvider
) -> None:
    hostile_known.behaviour.keys = lambda keys: [{"kty": "oct", "k": "c2VjcmV0", "kid": "one", "alg": "RS256"}]
    _refused(lab, browser, _sign_in(browser), 403, "none of the provider")


def test_hs256_is_refused_even_when_the_real_provider_signs_with_it(lab: Lab, browser: Browser, known: Known) -> None:
    known(algorithm="HS256")
    _refused(lab, browser, browser.sign_in("alice"), 403, "algorithm that is not accepted")


def test_an_unknown_key_makes_mcm_look_once_a_minute(browser: Browser, hostile_known: HostileProvider) -> None:
    assert _sign_in(browser).status_code == 303
    hostile_known.rotate("two")
    assert _sign_in(browser).status_code == 303
    hostile_known.rotate("three")
    before = hostile_known.asked.count("/jwks")
    for _ in range(3):
        assert _sign_in(browser).status_code == 403
    assert (before, hostile_known.asked.count("/jwks")) == (2, 2)


def test_userinfo_of_somebody_else_is_refused(lab: Lab, browser: Browser, hostile_known: HostileProvider) -> None:
    hostile_known.behaviour.userinfo = {"sub": "subject-2"}
    _refused(lab, browser, _sign_in(browser), 403, "another person")


def test_userinfo_does_not_overrule_what_was_signed(lab: Lab, browser: Browser, hostile_known: HostileProvider) -> None:
    hostile_known.behaviour.claims = {"email": "signed@corp.example"}
    hostile_known.behaviour.userinfo = {"email": "sent@corp.example", "iss": "https://other.example"}
    assert _sign_in(browser).status_code == 303
    assert lab.count("principal_user", "email = 'signed@corp.example'") == 1


@pytest.mark.parametrize("change", ["other state", "no state", "no cookie", "other cookie", "state of other bits"])
def test_an_answer_that_this_browser_did_not_begin_is_refused(
    lab: Lab, browser: Browser, known: Known, change: str
) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    state = query_of(url)["state"]
    if change == "other state":
        url = url.replace(state, ("B" if state[0] == "A" else "A") + state[1:])
    elif change == "no state":
        url = url.replace(f"state={state}", "")
    elif change == "state of other bits":
        url = url.replace(state, state + "=")
    else:
        browser.http.cookies.delete("mcm_oidc")
        if change == "other cookie":
            browser.http.cookies.set("mcm_oidc", "A" * 43, domain="127.0.0.1")
    _refused(lab, browser, browser.back(url), 400, "does not belong to a login")


def test_a_stolen_answer_is_worthless_in_another_browser(
    lab: Lab, served: Served, browser: Browser, known: Known
) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    other = Browser(served.url)
    other.start()
    _refused(lab, other, other.back(url), 400, "does not belong to a login")
    other.close()


def test_a_code_that_the_provider_gave_before_is_refused_there(
    lab: Lab, browser: Browser, known: Known, provider: OpenIdProvider
) -> None:
    """With a state of its own, so that mcm does ask: the provider knows the code, and PKCE the login it was for."""
    known()
    code = query_of(browser.at_the_provider(browser.start(), "alice"))["code"]
    state = query_of(browser.start().headers["location"])["state"]
    told = urlencode({"code": code, "state": state, "iss": provider.issuer})
    answer = browser.back(f"{browser.url}/api/v1/auth/oidc/real/callback?{told}")
    _refused(lab, browser, answer, 403, "invalid_grant")


def test_an_answer_is_for_the_provider_it_was_asked_of(
    lab: Lab, browser: Browser, known: Known, hostile_known: HostileProvider, provider: OpenIdProvider
) -> None:
    """Mix-up: the hostile provider wants the honest one's code sent to its own token endpoint, or the other way."""
    known()
    honest = browser.at_the_provider(browser.start("real"), "alice")
    asked = len(hostile_known.forms)
    _refused(lab, browser, browser.back(honest.replace("/oidc/real/", "/oidc/hostile/")), 400, "does not belong")
    state = query_of(browser.start("hostile").headers["location"])["state"]
    mixed = urlencode({"code": query_of(honest)["code"], "state": state, "iss": provider.issuer})
    answer = browser.back(f"{browser.url}/api/v1/auth/oidc/hostile/callback?{mixed}")
    _refused(lab, browser, answer, 400, "another provider")
    assert len(hostile_known.forms) == asked, "the honest provider's code reached the hostile one"


def test_an_answer_without_its_issuer_is_refused_where_the_provider_names_it(
    lab: Lab, browser: Browser, known: Known, provider: OpenIdProvider
) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    bare = httpx.URL(url).copy_remove_param("iss")
    _refused(lab, browser, browser.back(str(bare)), 400, "another provider")


def test_saying_no_at_the_provider_is_no_login(lab: Lab, browser: Browser, hostile_known: HostileProvider) -> None:
    state = query_of(browser.start("hostile").headers["location"])["state"]
    told = urlencode({"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": state})
    answer = browser.back(f"{browser.url}/api/v1/auth/oidc/hostile/callback?{told}")
    _refused(lab, browser, answer, 400, "not completed")
    assert "<script>" not in answer.text


@pytest.mark.parametrize("twice", ["state", "code"])
def test_an_answer_that_says_something_twice_is_refused(lab: Lab, browser: Browser, known: Known, twice: str) -> None:
    known()
    url = browser.at_the_provider(browser.start(), "alice")
    _refused(lab, browser, browser.back(f"{url}&{twice}=other"), 400, "twice")


@pytest.mark.parametrize(
    "following",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\tevil",
     "/%0d%0aSet-Cookie:x",
     "http:evil.example", "javascript:alert(1)", "/a//evil.example", "/\n/evil.example", "/é", "x", "/" + "a" * 1001,
     "/<script>", "///evil.example", "/.//evil.example"],
)  # fmt: skip
def test_afterwards_the_browser_stays_on_this_server(browser: Browser, known: Known, following: str) -> None:
    known()
    answer = browser.start(next=following)
    if following.startswith("/%0d"):
        # Percent signs stay what they are: this is a path, and no line of a header.
        assert answer.status_code == 303
        return
    assert answer.status_code == 400
    assert "not a path of this server" in answer.text
    assert "location" not in answer.headers


def test_a_session_that_was_there_before_ends(lab: Lab, browser: Browser, known: Known) -> None:
    """Fixation: the id of a session that somebody planted or knew is worth nothing after the login."""
    known()
    assert browser.sign_in("alice").status_code == 303
    before = browser.session()
    assert browser.back(browser.at_the_provider(browser.start(), "alice")).status_code == 303
    assert browser.session() not in (None, before)
    assert lab.count("login_session") == 1
