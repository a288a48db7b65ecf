"""The second factor, API tokens, the command line's sign-in and the set-up link."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text, update

from mcm.identity import setup, totp
from mcm.models import ApiToken, User
from tests.baddays.serving import NO_TLS, Served
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, user


def _enrol(person: Person) -> tuple[str, list[str]]:
    secret = person.send("POST", "/auth/totp").json()["key"]
    code = totp.code_at(secret, totp.step_now())
    answer = person.send("POST", "/auth/totp/confirm", {"code": code})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["recovery_codes"]


def test_codes_are_those_of_the_rfc() -> None:
    """https://www.rfc-editor.org/rfc/rfc6238#appendix-B, the last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    known = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: totp.code_at(secret, at // 30) for at in known} == known


def test_a_second_factor_is_asked_for_and_each_code_taken_once(lab: Lab, person: Person, moved: Moved) -> None:
    user(lab)
    moved.stop()
    person.login()
    secret, recovery = _enrol(person)
    assert person.login().json()["code"] == "code_needed"
    used = totp.code_at(secret, totp.step_now())
    assert person.login(code=used).status_code == 401, "it confirmed the enrolment already"
    moved.ahead += timedelta(seconds=60)
    now = totp.step_now()
    for step, expected in ((now + 2, 401), (now - 2, 401), (now, 200), (now, 401), (now - 1, 401), (now + 1, 200)):
        with lab.runtime.database.writing() as session:
            session.execute(text("DELETE FROM login_throttle"))
        assert person.login(code=totp.code_at(secret, step)).status_code == expected, step - now
    assert person.login(code=recovery[0].upper()).status_code == 200
    assert person.login(code=recovery[0]).status_code == 401
    assert person.login(code=recovery[1]).status_code == 200
    with lab.runtime.database.reading() as session:
        stored = str(session.execute(text("SELECT * FROM identity_secret, recovery_code")).all())
    assert secret not in stored
    assert recovery[2].replace("-", "") not in stored


def test_an_administrator_takes_a_lost_second_factor_off(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    user(lab, "root", "security_admin")
    person.login()
    _enrol(person)
    admin = Person(served)
    admin.login("root")
    assert admin.get("/users/anna").json()["second_factor"] is True
    assert admin.send("DELETE", "/users/anna/totp").status_code == 200
    assert person.get("/auth/session").status_code == 401
    assert person.login().status_code == 200


def _bearer(served: Served, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{served.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False, verify=NO_TLS
    )


def test_a_token_reaches_as_far_as_its_scope(lab: Lab, served: Served, person: Person, moved: Moved) -> None:
    user(lab, "anna", "viewer", "security_admin")
    person.login()
    made = person.send("POST", "/tokens", {"name": "reader", "permissions": ["account.read", "own.write"], "days": 10})
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    with _bearer(served, token) as program:
        assert program.get("/accounts").status_code == 200
        assert program.get("/users").status_code == 403
        assert program.get("/auth/session").status_code == 403
        wider = program.post("/tokens", json={"name": "wider"}, headers={"Idempotency-Key": "a"}).json()
        assert wider["permissions"] == ["account.read", "own.write"]
        assert wider["expires_at"] <= made.json()["expires_at"], "no longer than its parent"
        (row,) = [row for row in person.get("/tokens").json()["items"] if row["name"] == "reader"]
        assert row["used_from"] == "127.0.0.1"
        assert "token" not in row
        moved.ahead += timedelta(days=10, seconds=1)
        assert program.get("/accounts").status_code == 401
    with lab.runtime.database.reading() as session:
        assert token.rpartition("_")[2] not in str(session.execute(text("SELECT * FROM api_token")).all())
        assert token not in str(session.execute(text("SELECT * FROM idempotency_key")).all())


def test_nobody_gives_a_token_what_they_lack(lab: Lab, person: Person) -> None:
    user(lab, "anna", "viewer")
    person.login()
    refused = person.send("POST", "/tokens", {"name": "x", "permissions": ["user.write"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert person.send("POST", "/tokens", {"name": "x", "days": 367}).status_code == 422


@pytest.mark.parametrize("how", ["disable", "revoke", "revoke_other", "remove", "password", "spoil"])
def test_a_dead_token_opens_nothing(lab: Lab, served: Served, person: Person, how: str) -> None:
    user(lab, "anna", "viewer")
    user(lab, "root", "security_admin")
    person.login()
    made = person.send("POST", "/tokens", {"name": "x"}).json()
    admin = Person(served)
    admin.login("root")
    token = made["token"]
    with _bearer(served, token) as program:
        assert program.get("/accounts").status_code == 200
        match how:
            case "disable":
                admin.send("POST", "/users/anna/disable")
            case "revoke":
                assert person.send("DELETE", f"/tokens/{made['id']}").status_code == 200
            case "revoke_other":
                assert admin.send("DELETE", f"/tokens/{made['id']}").status_code == 404
                assert admin.send("DELETE", f"/users/-/tokens/{made['id']}").status_code == 200
            case "remove":
                assert admin.send("DELETE", "/users/anna").status_code == 200
            case "password":
                admin.send("PATCH", "/users/anna", {"password": OTHER})
            case "spoil":
                program.headers["Authorization"] = f"Bearer {token[:-1]}{'a' if token[-1] != 'a' else 'b'}"
        assert program.get("/accounts").status_code == 401


def test_last_use_is_written_once_a_minute(lab: Lab, served: Served, person: Person, moved: Moved) -> None:
    user(lab, "anna", "viewer")
    person.login()
    made = person.send("POST", "/tokens", {"name": "x"}).json()

    def used() -> object:
        with _bearer(served, made["token"]) as program:
            program.get("/accounts")
        with lab.runtime.database.reading() as session:
            row = session.get(ApiToken, made["id"])
            return row.used_at if row else None

    first = used()
    moved.ahead += timedelta(seconds=30)
    assert used() == first
    moved.ahead += timedelta(seconds=31)
    assert used() != first


def test_a_command_line_signs_in_through_a_browser(lab: Lab, served: Served, person: Person, moved: Moved) -> None:
    user(lab, "anna", "viewer")
    started = served.http.post("/api/v1/auth/device", json={"client": "<b>me@laptop</b>", "hours": 12}).json()

    def poll() -> httpx.Response:
        return served.http.post("/api/v1/auth/device/token", json={"device_code": started["device_code"]})

    assert poll().json()["code"] == "device_pending"
    hurried = poll().json()
    assert (hurried["code"], hurried["details"]["interval_s"]) == ("device_slow_down", 10)
    assert person.http.get(f"/device?code={started['user_code']}").headers["location"].startswith("/login?next=%2Fdev")
    person.login()
    page = person.http.get(f"/device?code={started['user_code']}").text
    assert "127.0.0.1" in page
    assert "&lt;b&gt;me@laptop" in page
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert csrf is not None
    form = {"code": started["user_code"], "answer": "yes"}
    assert person.http.post("/device", data=form | {"csrf": "0" * 64}).status_code == 403
    moved.ahead += timedelta(seconds=11)
    assert poll().json()["code"] == "device_pending"
    assert "signed in" in person.http.post("/device", data=form | {"csrf": csrf[1]}).text
    moved.ahead += timedelta(seconds=11)
    answer = poll().json()
    with _bearer(served, answer["token"]) as program:
        told = program.get("/auth/session").json()
        assert (told["user"], told["method"]) == ("anna", "token")
    moved.ahead += timedelta(seconds=11)
    assert poll().json()["code"] == "device_expired", "once"


def test_a_refused_or_forgotten_command_line_gets_nothing(
    lab: Lab, served: Served, person: Person, moved: Moved
) -> None:
    user(lab)
    person.login()
    started = served.http.post("/api/v1/auth/device", json={"client": "x"}).json()
    decision = {"user_code": started["user_code"], "approve": False}
    assert person.send("POST", "/auth/device/decision", decision).json()["source"] == "127.0.0.1"
    poll = {"device_code": started["device_code"]}
    assert served.http.post("/api/v1/auth/device/token", json=poll).json()["code"] == "device_denied"
    assert person.send("POST", "/auth/device/decision", decision | {"approve": True}).status_code == 404
    started = served.http.post("/api/v1/auth/device", json={"client": "x"}).json()
    moved.ahead += timedelta(minutes=10, seconds=1)
    poll = {"device_code": started["device_code"]}
    assert served.http.post("/api/v1/auth/device/token", json=poll).json()["code"] == "device_expired"


def test_guessing_short_codes_is_slowed_down(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    user(lab)
    person.login()
    codes = [person.get("/auth/device/request", user_code="BBBB-BBBB").status_code for _ in range(12)]
    assert codes[0] == 404
    assert codes[-1] == 429


def _link(lab: Lab) -> str:
    path = setup.new_link(lab.runtime)
    assert path is not None
    return path.partition("token=")[2]


@pytest.mark.parametrize("separate", [False, True])
def test_the_set_up_link_makes_one_administrator(lab: Lab, person: Person, separate: bool) -> None:
    stale, token = _link(lab), _link(lab)
    assert person.http.get("/setup", params={"token": stale}).status_code == 403
    page = person.http.get("/setup", params={"token": token})
    assert page.status_code == 200
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    form = {"token": token, "name": "Root", "password": "short"} | ({"separate": "yes"} if separate else {})
    assert person.http.post("/setup", data=form).status_code == 422
    foreign = person.http.post("/setup", data=form, headers={"Origin": "https://attacker.example"})
    assert foreign.status_code == 403
    done = person.http.post("/setup", data=form | {"password": PASSWORD})
    assert done.status_code == 200, done.text
    told = person.get("/auth/session").json()
    expected = ["security_admin"] if separate else ["auditor", "security_admin", "system_admin"]
    assert (told["user"], told["roles"]) == ("root", expected)
    assert person.get("/roles/separation").json() == {"on": separate}
    again = person.http.post("/setup", data=form | {"password": PASSWORD, "name": "second"})
    assert again.status_code == 403
    assert setup.new_link(lab.runtime) is None


def test_a_set_up_link_ends_after_an_hour_and_when_there_is_a_user(lab: Lab, person: Person, moved: Moved) -> None:
    token = _link(lab)
    moved.ahead += setup.VALID
    assert person.http.get("/setup", params={"token": token}).status_code == 403
    token = _link(lab)
    user(lab)
    assert person.http.get("/setup", params={"token": token}).status_code == 403


def test_the_form_signs_in_and_leads_nowhere_else(lab: Lab, person: Person) -> None:
    user(lab)
    form = {"name": "anna", "password": PASSWORD}
    for wanted, led in (
        ("/device?code=A", "/device?code=A"),
        ("//attacker.example", "/"),
        ("https://attacker.example", "/"),
        ("/\\attacker.example", "/"),
    ):
        answer = person.http.post("/login", data=form | {"next": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, led)
    assert person.get("/auth/session").json()["user"] == "anna"
    wrong = person.http.post("/login", data=form | {"password": OTHER, "next": '"><script>'})
    assert wrong.status_code == 401
    assert "<script" not in wrong.text
    assert OTHER not in wrong.text


def test_a_password_somebody_else_chose_leads_to_a_new_one(lab: Lab, person: Person) -> None:
    anna = user(lab, "anna", "viewer")
    with lab.runtime.database.writing() as session:
        session.execute(update(User).where(User.principal_id == anna).values(must_change=True))
    answer = person.http.post("/login", data={"name": "anna", "password": PASSWORD, "next": "/docs"})
    assert answer.headers["location"] == "/password?next=%2Fdocs"
    page = person.http.get(answer.headers["location"]).text
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert csrf is not None
    form = {"old": PASSWORD, "new": OTHER, "csrf": csrf[1], "next": "/docs"}
    assert person.http.post("/password", data=form | {"csrf": ""}).status_code == 403
    assert person.http.post("/password", data=form).headers["location"] == "/docs"
    assert person.get("/accounts").status_code == 200
