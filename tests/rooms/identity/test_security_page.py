"""The page /security, as a browser without scripts uses it: sessions, second factor and tokens, in two languages."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from mcm.edge.html import POLICY
from mcm.identity import totp
from mcm.models import AuditEvent, User
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, program, user


def _in(person: Person) -> Person:
    assert person.http.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303
    return person


def _csrf(page: str) -> str:
    (found,) = set(re.findall(r'name="csrf" value="([0-9a-f]{64})"', page))
    return str(found)


def _sent(person: Person, action: str, **fields: str) -> httpx.Response:
    form = {"action": action, "csrf": _csrf(person.http.get("/security").text)} | fields
    return person.http.post("/security", data=form)


def _shown_once(page: str) -> list[str]:
    found = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert found is not None, page
    return unescape(found[1]).split("\n")


def _enrolled(person: Person) -> tuple[str, list[str]]:
    page = _sent(person, "totp_start").text
    groups = re.search(r"<p><code>((?:[A-Z2-7]{4} ?){8})</code></p>", page)
    assert groups is not None, page
    secret = groups[1].replace(" ", "")
    assert f'href="otpauth://totp/mcm:anna?secret={secret}&amp;issuer=mcm' in page
    done = person.http.post(
        "/security",
        data={"action": "totp_confirm", "csrf": _csrf(page), "code": totp.code_at(secret, totp.step_now())},
    )
    assert done.status_code == 200, done.text
    return secret, _shown_once(done.text)


def test_whoever_is_not_signed_in_signs_in_first(lab: Lab, person: Person) -> None:
    user(lab)
    for answer in (person.http.get("/security"), person.http.post("/security", data={"action": "end_others"})):
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fsecurity")


def test_the_page_is_plain_and_speaks_two_languages(lab: Lab, person: Person) -> None:
    user(lab)
    page = _in(person).http.get("/security")
    assert page.headers["content-security-policy"] == POLICY
    assert not re.search(r"<script|\son\w+=|style=", page.text)
    assert page.text.count("<style") == 1
    assert "this one" in page.text
    chinese = person.http.get("/security", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    assert 'lang="zh-CN"' in chinese
    assert "当前会话" in chinese
    assert len(re.findall("<form", chinese)) == len(re.findall("<form", page.text))


def test_own_sessions_end_one_by_one_or_all_others(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    others = [_in(Person(served)) for _ in range(3)]
    _in(person)
    (first, *_) = re.findall(r'name="id" value="(ses_\w+)"', person.http.get("/security").text)
    assert _sent(person, "end_session", id=first).headers["location"] == "/security"
    assert sorted(other.get("/auth/session").status_code for other in others) == [200, 200, 401]
    assert _sent(person, "end_others").status_code == 303
    assert [other.get("/auth/session").status_code for other in others] == [401, 401, 401]
    assert person.get("/auth/session").status_code == 200
    assert _sent(person, "end_session", id="ses_of_somebody_else").status_code == 404


def test_a_form_of_another_session_does_nothing(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    other = _in(Person(served))
    _in(person)
    foreign = _csrf(other.http.get("/security").text)
    assert person.http.post("/security", data={"action": "end_others", "csrf": foreign}).status_code == 403
    assert person.http.post("/security", data={"action": "end_others"}).status_code == 403
    elsewhere = person.http.post(
        "/security",
        data={"action": "end_others", "csrf": _csrf(person.http.get("/security").text)},
        headers={"Origin": "https://attacker.example"},
    )
    assert elsewhere.status_code == 403
    assert other.get("/auth/session").status_code == 200


def test_second_factor_set_up_used_renewed_and_removed(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    anna = user(lab)
    secret, codes = _enrolled(_in(person))
    assert len(codes) == totp.RECOVERY_CODES
    assert secret not in person.http.get("/security").text
    assert "10 recovery codes are left" in person.http.get("/security").text
    stranger = person.http.post("/login", data={"name": "anna", "password": PASSWORD})
    assert (stranger.status_code, "A code of the second factor is needed" in stranger.text) == (401, True)
    moved.ahead += timedelta(minutes=1)
    code = totp.code_at(secret, totp.step_now())
    assert person.http.post("/login", data={"name": "anna", "password": PASSWORD, "code": code}).status_code == 303
    renewed = _shown_once(_sent(person, "totp_renew").text)
    assert not set(renewed) & set(codes)
    assert _sent(person, "totp_remove").status_code == 303
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(User.totp_since).where(User.principal_id == anna)).one() is None
        asked = select(AuditEvent.action).where(AuditEvent.action.like("totp.%")).order_by(AuditEvent.seq)
        done = session.scalars(asked).all()
    assert done == ["totp.enrol", "totp.confirm", "totp.recovery_codes", "totp.remove"]


def test_a_wrong_code_may_be_followed_by_a_right_one(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    user(lab)
    page = _sent(_in(person), "totp_start").text
    secret = re.search(r"secret=([A-Z2-7]{32})", page)
    assert secret is not None
    wrong = _sent(person, "totp_confirm", code="000000x")
    assert (wrong.status_code, "not a code of the secret" in wrong.text) == (422, True)
    form = {"action": "totp_confirm", "csrf": _csrf(wrong.text), "code": totp.code_at(secret[1], totp.step_now())}
    assert person.http.post("/security", data=form).status_code == 200


@pytest.mark.parametrize("action", ["totp_start", "totp_renew", "totp_remove", "token_create"])
def test_after_a_quarter_of_an_hour_it_takes_the_password_again(
    lab: Lab, person: Person, moved: Moved, action: str
) -> None:
    moved.stop()
    user(lab)
    secret, _ = _enrolled(_in(person))
    moved.ahead += timedelta(minutes=16)
    asked = _sent(person, action, name="backup")
    assert asked.status_code == 403
    assert 'name="password"' in asked.text
    form = {"action": action, "name": "backup", "csrf": _csrf(asked.text), "password": OTHER}
    refused = person.http.post("/security", data=form | {"proof": totp.code_at(secret, totp.step_now())})
    assert (refused.status_code, 'name="password"' in refused.text, OTHER in refused.text) == (401, True, False)
    cookie = person.cookie
    form |= {"password": PASSWORD, "proof": totp.code_at(secret, totp.step_now())}
    done = person.http.post("/security", data=form)
    assert done.status_code in (200, 303), done.text
    assert person.cookie != cookie, "the session goes on under a new id"
    assert person.http.get("/security").status_code == 200


def test_a_token_made_here_outlives_the_session(lab: Lab, served: Served, person: Person) -> None:
    user(lab, "anna", "viewer")
    made = _sent(_in(person), "token_create", name="nightly <b>", days="3")
    (token,) = _shown_once(made.text)
    page = person.http.get("/security").text
    assert "nightly &lt;b&gt;" in page
    assert token not in page
    assert person.http.post("/api/v1/auth/logout", headers={"X-CSRF-Token": _csrf(page)}).status_code == 204
    script = program(served, token)
    assert script.get("/accounts").status_code == 200
    assert script.get("/tokens").json()["items"][0]["made_with"] is None
    with_it = script.send("POST", "/tokens", {"name": "child"}).json()
    assert with_it["made_with"] == script.get("/tokens").json()["items"][-1]["made_with"] is not None
    assert _sent(_in(person), "token_create", name="x", days="400").status_code == 422
    page = person.http.get("/security").text
    first = re.search(r'value="token_revoke".*?name="id" value="(\w+)"', page)
    assert first is not None
    assert _sent(person, "token_revoke", id=first[1]).status_code == 303
    assert script.get("/accounts").status_code == 401
