"""Signing in and out over real HTTP: no enumeration, growing pauses, rotation, expiry, and who may send a change."""

from datetime import timedelta
from threading import BoundedSemaphore

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from mcm.auth import sessions
from mcm.identity import passwords, throttle
from mcm.identity.errors import TooManyAttempts
from mcm.models import AuditEvent, LoginSession, Principal, User
from mcm.system.endpoints import notices
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, user


def test_login_session_request_logout(lab: Lab, person: Person) -> None:
    user(lab, "anna", "viewer")
    assert person.get("/accounts").status_code == 401
    assert person.login("Anna").status_code == 200
    assert person.get("/accounts").status_code == 200
    assert person.get("/users").status_code == 403
    told = person.get("/auth/session").json()
    assert (told["user"], told["roles"], told["csrf_token"]) == ("anna", ["viewer"], person.csrf)
    cookie = person.cookie
    assert person.send("POST", "/auth/logout").status_code == 204
    assert not person.cookie
    person.http.cookies.set("mcm_session", cookie)
    assert person.get("/accounts").status_code == 401


def test_the_first_user_ends_the_local_mode(lab: Lab, person: Person) -> None:
    assert person.get("/auth/session").json()["login_required"] is False
    assert "no login" in notices(lab.runtime)[1]
    user(lab)
    assert person.get("/auth/session").status_code == 401
    assert not notices(lab.runtime)[1]
    owner = {"Authorization": f"Bearer {lab.runtime.door.owner_token}"}
    assert person.http.get("/api/v1/auth/session", headers=owner).json()["method"] == "local"


def test_nobody_learns_who_exists(lab: Lab, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, disabled, without a password and mistyped: one answer, and one hash is verified for each."""
    user(lab, "anna")
    user(lab, "gone")
    user(lab, "elsewhere", password=None)
    with lab.runtime.database.writing() as session:
        session.execute(update(Principal).where(Principal.name == "gone").values(disabled_at=Principal.created_at))
    verified: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, given: str) -> bool:
        verified.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return bool(real(self, hashed, given))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    answers = []
    for name, password in (("anna", OTHER), ("nobody", PASSWORD), ("gone", PASSWORD), ("elsewhere", PASSWORD)):
        body = person.login(name, password)
        answers.append((body.status_code, {k: v for k, v in body.json().items() if k != "request_id"}))
    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "login_failed"
    assert all(answer == answers[0] for answer in answers)
    assert len(verified) == 4
    assert len(set(verified)) == 1, "with the same parameters"


def test_people_sign_in_by_name_and_not_by_id(lab: Lab, person: Person) -> None:
    anna = user(lab, "anna")
    assert person.login(anna).status_code == 401
    assert person.login(anna).json()["code"] == "login_failed"
    assert person.http.post("/login", data={"name": anna, "password": PASSWORD}).status_code == 401
    assert person.login("anna").status_code == 200


# A password in the name's place is looked up as a name.
@pytest.mark.shows_canary
def test_failures_are_recorded_and_a_mistyped_name_is_not(lab: Lab, person: Person) -> None:
    anna = user(lab)
    person.login("anna", OTHER)
    person.login(PASSWORD, "anna")
    with lab.runtime.database.reading() as session:
        asked = select(AuditEvent).where(AuditEvent.action == "session.login").order_by(AuditEvent.seq)
        rows = session.scalars(asked).all()
    assert [row.outcome for row in rows] == ["failed", "failed"]
    assert rows[0].target_id == anna
    assert rows[1].target_id.startswith("name:")
    assert not any(word in str(vars(row)) for row in rows for word in (PASSWORD, OTHER))


def test_pauses_grow_and_end(lab: Lab, person: Person, moved: Moved) -> None:
    user(lab)
    for _ in range(throttle.NAME.free):
        assert person.login("anna", OTHER).status_code == 401
    waits = []
    for _ in range(5):
        refused = person.login()
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts"), "even the right password"
        waits.append(int(refused.headers["retry-after"]))
        moved.ahead += timedelta(seconds=waits[-1])
        assert person.login("anna", OTHER).status_code == 401
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * max(waits[0], 1)
    moved.ahead += throttle.LONGEST_PAUSE
    assert person.login().status_code == 200
    assert person.login("anna", OTHER).status_code == 401, "the count began anew"


def test_an_unknown_name_is_slowed_down_alike(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    user(lab)
    codes = {name: [person.login(name, OTHER).status_code for _ in range(7)] for name in ("anna", "nobody")}
    assert codes["anna"] == codes["nobody"]
    assert codes["anna"][-1] == 429


def test_one_source_is_slowed_down_whatever_names_it_tries(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    user(lab)
    with lab.runtime.database.writing() as session:
        for _ in range(throttle.SOURCE.free):
            throttle.attempt(session, (throttle.SOURCE, "127.0.0.1"))
    assert person.login("somebody", OTHER).status_code == 429


def test_who_signs_in_is_not_counted_against_the_source(lab: Lab, person: Person, moved: Moved) -> None:
    """Each gives back its own attempt, and no other: what failed before still counts, and is forgotten in its time."""
    moved.stop()
    user(lab)
    with lab.runtime.database.writing() as session:
        for _ in range(throttle.SOURCE.free - 2):
            throttle.attempt(session, (throttle.SOURCE, "127.0.0.1"))
    for _ in range(4):
        moved.ahead += timedelta(hours=1)
        assert person.login().status_code == 200
    assert lab.count("login_throttle", f"failures = {throttle.SOURCE.free - 2}") == 1
    assert person.login("nobody", OTHER).status_code == 401
    assert person.login("somebody", OTHER).status_code == 401
    assert person.login("somebody", OTHER).status_code == 429
    moved.ahead += timedelta(seconds=10)
    assert person.login().status_code == 200
    moved.ahead += throttle.FORGOTTEN_AFTER
    assert person.login("nobody", OTHER).status_code == 401
    assert lab.count("login_throttle", "failures > 1 AND key LIKE 'source:%'") == 0


def test_a_network_of_ipv6_is_one_source(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        for number in range(throttle.SOURCE.free):
            throttle.attempt(session, (throttle.SOURCE, f"2001:db8:1:2::{number:x}"))
        with pytest.raises(TooManyAttempts):
            throttle.attempt(session, (throttle.SOURCE, "2001:db8:1:2:ffff::1"))
        throttle.attempt(session, (throttle.SOURCE, "2001:db8:1:3::1"))


def test_nobody_outside_keeps_a_signed_in_user_from_proving_who_they_are(
    lab: Lab, person: Person, moved: Moved
) -> None:
    moved.stop()
    user(lab)
    person.login()
    with lab.runtime.database.writing() as session:
        key = lab.runtime.pepper.hash(lab.runtime.database, lab.runtime.vault, "anna")
        for _ in range(throttle.NAME.free):
            throttle.attempt(session, (throttle.NAME, key))
        for _ in range(throttle.SOURCE.free):
            throttle.attempt(session, (throttle.SOURCE, "127.0.0.1"))
    assert person.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code == 200
    assert person.send("POST", "/auth/password", {"old": PASSWORD, "new": OTHER}).status_code == 200
    statuses = [
        person.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code for _ in range(throttle.PROOF.free + 1)
    ]
    assert statuses == [401] * throttle.PROOF.free + [429], "guessing in a session is slowed down too"


def test_who_finds_no_turn_to_be_checked_comes_again(lab: Lab, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    user(lab)
    person.login()
    monkeypatch.setattr(passwords, "_AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    with passwords._turn():
        for _ in range(throttle.NAME.free + 1):
            refused = person.login()
            assert (refused.status_code, refused.json()["code"]) == (503, "passwords_busy")
            assert int(refused.headers["retry-after"]) > 0
        assert person.http.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 503
        assert person.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code == 503
    assert person.login().status_code == 200, "none of them counted"


def test_the_id_changes_at_login_confirmation_and_password_change(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    seen = []
    person.http.cookies.set("mcm_session", "planted", domain="127.0.0.1")
    person.login()
    seen.append(person.cookie)
    person.login()
    seen.append(person.cookie)
    assert person.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code == 200
    seen.append(person.cookie)
    assert person.send("POST", "/auth/password", {"old": PASSWORD, "new": OTHER}).status_code == 200
    seen.append(person.cookie)
    assert len({"planted", *seen}) == 5
    assert person.get("/auth/session").status_code == 200
    assert len(person.get("/auth/sessions").json()["items"]) == 1
    for old in seen[:-1]:
        assert httpx.get(f"{served.url}/api/v1/auth/session", cookies={"mcm_session": old}).status_code == 401


@pytest.mark.parametrize("after", [sessions.IDLE, sessions.LONGEST])
def test_sessions_end_by_themselves(lab: Lab, person: Person, moved: Moved, after: timedelta) -> None:
    user(lab)
    person.login()
    if after == sessions.LONGEST:
        # Used all the time, it still ends.
        with lab.runtime.database.writing() as session:
            session.execute(update(LoginSession).values(seen_at=moved.now() + after))
    moved.ahead += after - timedelta(seconds=5)
    assert person.get("/auth/session").status_code == 200
    moved.ahead += timedelta(seconds=5) + (sessions.IDLE if after == sessions.IDLE else timedelta(0))
    assert person.get("/auth/session").status_code == 401


def test_use_keeps_a_session_from_idling_out(lab: Lab, person: Person, moved: Moved) -> None:
    user(lab)
    person.login()
    for _ in range(4):
        moved.ahead += sessions.IDLE - timedelta(minutes=1)
        assert person.get("/auth/session").status_code == 200


def test_disabling_ends_sessions_and_the_password(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    user(lab, "root", "security_admin")
    person.login()
    admin = Person(served)
    admin.login("root")
    assert admin.send("POST", "/users/anna/disable").status_code == 200
    assert person.get("/auth/session").status_code == 401
    assert person.login().status_code == 401
    assert admin.send("POST", "/users/anna/enable").status_code == 200
    assert person.login().status_code == 200
    assert admin.send("PATCH", "/users/anna", {"password": OTHER}).status_code == 200
    assert person.get("/auth/session").status_code == 401
    assert person.login("anna", OTHER).json()["must_change"] is True
    assert person.get("/accounts").status_code == 403
    assert person.send("POST", "/auth/password", {"old": OTHER, "new": PASSWORD}).status_code == 200
    assert person.get("/auth/session").json()["must_change"] is False


_SITES = [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Origin": "SELF"}, True),
    ({"Origin": "null"}, False),
    ({"Origin": "https://attacker.example"}, False),
]


@pytest.mark.parametrize("token", ["right", "wrong", "none"])
@pytest.mark.parametrize(("site", "good"), _SITES)
def test_a_change_comes_from_the_sessions_own_pages(
    lab: Lab, served: Served, person: Person, site: dict[str, str], good: bool, token: str
) -> None:
    user(lab)
    person.login()
    headers = {name: value.replace("SELF", served.url) for name, value in site.items()}
    headers |= {"right": {"X-CSRF-Token": person.csrf}, "wrong": {"X-CSRF-Token": "0" * 64}}.get(token, {})
    if token == "none":
        person.csrf = ""
    answer = person.http.delete("/api/v1/auth/sessions", headers={"Idempotency-Key": "k", **headers})
    expected = 200 if good and token == "right" else 403
    assert answer.status_code == expected
    if expected == 403:
        assert answer.json()["code"] == "foreign_request"
        assert person.get("/auth/session").status_code == 200, "reading needs none"


def test_signing_in_from_another_site_is_refused(lab: Lab, person: Person) -> None:
    user(lab)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://attacker.example"}):
        answer = person.http.post("/api/v1/auth/login", json={"name": "anna", "password": PASSWORD}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request")


def test_a_sensitive_act_needs_a_fresh_proof(lab: Lab, person: Person, moved: Moved) -> None:
    user(lab, "root", "security_admin")
    person.login("root")
    body = {"name": "ben", "password": OTHER}
    moved.ahead += timedelta(minutes=16)
    refused = person.send("POST", "/users", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation_needed")
    assert person.send("POST", "/auth/confirm", {"password": OTHER}).status_code == 401
    assert person.send("POST", "/users", body).status_code == 403
    assert person.send("POST", "/auth/confirm", {"password": PASSWORD}).status_code == 200
    assert person.send("POST", "/users", body).status_code == 201


def test_a_hash_of_other_parameters_is_renewed_at_sign_in(lab: Lab, person: Person) -> None:
    anna = user(lab)
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with lab.runtime.database.writing() as session:
        session.execute(update(User).values(password_hash=old))
    assert person.login().status_code == 200
    with lab.runtime.database.reading() as session:
        stored = session.get(User, anna).password_hash  # type: ignore[union-attr]
    assert stored != old
    assert not passwords.outdated(stored or "")
    assert person.login().status_code == 200


def test_one_session_and_all_sessions_can_be_ended(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    person.login()
    other = Person(served)
    other.login()
    (theirs,) = [row["id"] for row in person.get("/auth/sessions").json()["items"] if not row["current"]]
    assert person.send("DELETE", f"/auth/sessions/{theirs}").status_code == 200
    assert other.get("/auth/session").status_code == 401
    assert person.send("DELETE", f"/auth/sessions/{theirs}").status_code == 404
    other.login()
    assert person.send("DELETE", "/auth/sessions").json() == {"sessions": 2}
    assert person.get("/auth/session").status_code == other.get("/auth/session").status_code == 401
