"""The same thing several times at once: what opens once opens for one, and guesses all count."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from mcm.identity import repository, setup, throttle, totp
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, user


def _at_once(number: int, ask: Callable[[int], httpx.Response]) -> list[int]:
    with ThreadPoolExecutor(number) as pool:
        return sorted(answer.status_code for answer in pool.map(ask, range(number)))


def test_one_code_opens_one_session(lab: Lab, served: Served, person: Person, moved: Moved) -> None:
    user(lab)
    moved.stop()
    person.login()
    secret = person.send("POST", "/auth/totp").json()["key"]
    person.send("POST", "/auth/totp/confirm", {"code": totp.code_at(secret, totp.step_now())})
    moved.ahead += timedelta(minutes=2)
    code = totp.code_at(secret, totp.step_now())
    assert _at_once(4, lambda _: Person(served).login(code=code)) == [200, 401, 401, 401]


def test_one_link_makes_one_administrator(lab: Lab, served: Served) -> None:
    path = setup.new_link(lab.runtime) or ""
    token = path.partition("token=")[2]

    def send(number: int) -> httpx.Response:
        form = {"token": token, "name": f"root{number}", "password": PASSWORD}
        return httpx.post(f"{served.url}/setup", data=form, trust_env=False, timeout=60)

    assert _at_once(3, send) == [200, 403, 403]
    assert lab.count("principal", "kind = 'user'") == 1


def test_who_tries_while_another_succeeds_is_counted_anew(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def attempt() -> int:
        with lab.runtime.database.writing() as session:
            return throttle.attempt(session, (throttle.NAME, "anna"))[throttle.NAME].failures

    insert = repository.insert_new
    cleared: list[bool] = []

    def cleared_meanwhile(*words: Any) -> None:
        insert(*words)
        # SQLite has one writer: there is no meanwhile.
        if lab.runtime.database.dialect != "sqlite" and not cleared:
            cleared.append(True)
            with lab.runtime.database.writing() as session:
                throttle.clear(session, throttle.NAME, "anna")

    assert (attempt(), attempt()) == (1, 2)
    monkeypatch.setattr(repository, "insert_new", cleared_meanwhile)
    assert attempt() == (1 if cleared else 3)


def test_one_approval_gives_one_token(lab: Lab, served: Served, person: Person) -> None:
    user(lab)
    person.login()
    started = served.http.post("/api/v1/auth/device", json={"client": "x"}).json()
    person.send("POST", "/auth/device/decision", {"user_code": started["user_code"], "approve": True})
    body = {"device_code": started["device_code"]}
    answers = _at_once(
        4, lambda _: httpx.post(f"{served.url}/api/v1/auth/device/token", json=body, trust_env=False, timeout=60)
    )
    assert answers == [200, 400, 400, 400]
    assert lab.count("api_token") == 1


def test_guesses_sent_together_are_all_counted(lab: Lab, served: Served) -> None:
    user(lab)
    answers = _at_once(12, lambda _: Person(served).login("anna", OTHER))
    assert answers.count(401) <= throttle.NAME.free
    assert set(answers) == {401, 429}


def test_two_administrators_cannot_take_each_other_s_role(lab: Lab, served: Served) -> None:
    people = []
    for name in ("anna", "ben"):
        user(lab, name, "security_admin")
        people.append(Person(served))
        people[-1].login(name)
    answers = _at_once(2, lambda n: people[n].send("POST", f"/users/{('ben', 'anna')[n]}/disable"))
    assert answers[0] == 200
    assert answers[1] in (401, 409), "nobody left, or signed out by the other"
    assert lab.count("principal", "kind = 'user' AND disabled_at IS NULL") == 1
