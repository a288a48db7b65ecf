"""A change happens once for each Idempotency-Key, whoever repeats it, however often and however fast."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from mcm.jobs import housekeeping
from mcm.kit import clock
from mcm.models import IdempotencyKey
from tests.baddays.serving import Served
from tests.lab import Lab

PATH = "/api/v1/accounts?check=false"
REPLAYED = "idempotent-replay"


def _account(name: str = "shop", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "provider": "simulated",
        "ownership": "private",
        "config": {"instances": 3},
        "secrets": {"token": "x"},
    } | more


def test_change_without_a_key_is_refused_and_says_what_to_send(served_lab: Served, lab: Lab) -> None:
    answer = served_lab.send("POST", PATH, _account(), key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "Idempotency-Key" in answer.json()["detail"]
    assert lab.count("account") == 0


@pytest.mark.parametrize(
    ("query", "said"),
    [("?check=false&dryrun=true", "did you mean 'dry_run'?"), ("?zzz=1", "there are: "), ("?", "")],
)
def test_a_parameter_that_the_route_does_not_know_changes_nothing(
    served_lab: Served, lab: Lab, query: str, said: str
) -> None:
    answer = served_lab.send("POST", f"/api/v1/accounts{query}", _account())
    if not said:
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert answer.json()["next_step"].startswith(said)
    assert lab.count("account") == 0


def test_a_filter_that_is_none_answers_no_other_question(served_lab: Served) -> None:
    answer = served_lab.get("/api/v1/accounts", account="lab")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert "nothing was done" in answer.json()["detail"]
    assert served_lab.get("/api/v1/accounts", limit=1).is_success


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_key_of_a_wrong_length_is_refused(served_lab: Served, lab: Lab, key: str) -> None:
    answer = served_lab.http.post(PATH, json=_account(), headers={"Idempotency-Key": key})
    assert answer.status_code in (400, 422)
    assert lab.count("account") == 0


def test_same_key_and_body_get_the_same_answer_and_say_so(served_lab: Served, lab: Lab) -> None:
    first = served_lab.send("POST", PATH, _account(), key="one")
    assert first.status_code == 201
    assert REPLAYED not in first.headers
    again = served_lab.send("POST", PATH, _account(), key="one")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers[REPLAYED] == "true"
    assert lab.count("account") == 1
    assert lab.count("audit_event", "action = 'account.create'") == 1


def test_answer_is_the_first_one_even_after_the_world_has_changed(served_lab: Served, lab: Lab) -> None:
    first = served_lab.send("POST", PATH, _account(), key="one")
    served_lab.send("PATCH", "/api/v1/accounts/shop", {"name": "renamed"})
    assert served_lab.send("POST", PATH, _account(), key="one").json() == first.json()
    assert served_lab.send("DELETE", "/api/v1/accounts/renamed", key="two").status_code == 200
    assert served_lab.send("DELETE", "/api/v1/accounts/renamed", key="two").headers[REPLAYED] == "true"
    assert lab.count("account") == 0


@pytest.mark.parametrize("other", [{"ownership": "public"}, {"secrets": {"token": "y"}}, {"name": "other"}])
def test_same_key_with_another_body_is_refused(served_lab: Served, lab: Lab, other: dict[str, Any]) -> None:
    served_lab.send("POST", PATH, _account(), key="one")
    answer = served_lab.send("POST", PATH, _account(**other), key="one")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert lab.count("account") == 1


def test_same_key_at_another_place_is_refused(served_lab: Served, lab: Lab) -> None:
    served_lab.send("POST", PATH, _account(), key="one")
    assert served_lab.send("POST", PATH.replace("false", "true"), _account(), key="one").status_code == 422
    assert served_lab.send("POST", "/api/v1/accounts/shop/pause", key="one").status_code == 422
    assert served_lab.send("DELETE", "/api/v1/accounts/shop", key="one").status_code == 422
    assert lab.count("account", "status = 'paused'") == 0


def test_refused_change_leaves_its_key_free(served_lab: Served, lab: Lab) -> None:
    assert served_lab.send("POST", PATH, _account(provider="no-such-cloud"), key="one").status_code == 404
    served_lab.send("POST", PATH, _account("taken"))
    assert served_lab.send("POST", PATH, _account("taken"), key="two").status_code == 409
    assert served_lab.send("POST", PATH, _account(), key="one").status_code == 201
    assert served_lab.send("POST", PATH, _account("free"), key="two").status_code == 201


def test_secrets_are_not_kept_with_the_key(served_lab: Served, lab: Lab) -> None:
    served_lab.send("POST", PATH, _account(secrets={"token": "kanari7-4711"}), key="one")
    with lab.runtime.database.reading() as session:
        row = session.get_one(IdempotencyKey, ("prn_local", "one"))
    assert "kanari7" not in f"{row.answer}{row.request_hash}"


@pytest.mark.parametrize("times", [20])
def test_twenty_at_once_with_one_key_are_one_change_with_one_answer(served_lab: Served, lab: Lab, times: int) -> None:
    answers = _at_once(served_lab, times, lambda _: ("POST", PATH, _account(), "one"))
    assert [answer.status_code for answer in answers] == [201] * times
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(REPLAYED not in answer.headers for answer in answers) == 1
    assert lab.count("account") == 1
    assert lab.count("scope") == 1
    assert lab.count("audit_event", "action = 'account.create'") == 1


def test_twenty_at_once_with_keys_of_their_own_collide_on_the_name_alone(served_lab: Served, lab: Lab) -> None:
    answers = _at_once(served_lab, 20, lambda n: ("POST", PATH, _account(), f"key-{n}"))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"account_exists", "conflict"}
    assert lab.count("account") == 1


def test_twenty_different_changes_at_once_all_happen(served_lab: Served, lab: Lab) -> None:
    answers = _at_once(served_lab, 20, lambda n: ("POST", PATH, _account(f"shop-{n}"), f"key-{n}"))
    assert [answer.status_code for answer in answers] == [201] * 20
    assert lab.count("account") == 20


def test_one_key_for_two_bodies_at_once_is_one_change_and_one_refusal(served_lab: Served, lab: Lab) -> None:
    answers = _at_once(served_lab, 2, lambda n: ("POST", PATH, _account(f"shop-{n}"), "one"))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert lab.count("account") == 1


def test_repeated_removal_is_one_removal(served_lab: Served, lab: Lab) -> None:
    served_lab.send("POST", PATH, _account())
    answers = _at_once(served_lab, 10, lambda _: ("DELETE", "/api/v1/accounts/shop", None, "gone"))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert lab.count("audit_event", "action = 'account.remove'") == 1


def test_keys_are_forgotten_after_their_time_and_not_before(lab: Lab, served_lab: Served) -> None:
    for name in ("old", "young"):
        served_lab.send("POST", PATH, _account(name), key=name)
    for name, days in (("old", housekeeping.KEY_DAYS + 1), ("young", housekeeping.KEY_DAYS - 1)):
        with lab.runtime.database.writing() as session:
            session.execute(
                update(IdempotencyKey)
                .where(IdempotencyKey.key == name)
                .values(created_at=clock.now() - timedelta(days=days))
            )
    housekeeping.run(lab.runtime)
    assert served_lab.send("POST", PATH, _account("young"), key="young").headers[REPLAYED] == "true"
    assert served_lab.send("POST", PATH, _account("old"), key="old").status_code == 409


def _at_once(served: Served, times: int, request: Any) -> list[Any]:
    barrier = Barrier(times)

    def one(number: int) -> Any:
        method, path, body, key = request(number)
        barrier.wait()
        return served.send(method, path, body, key=key)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
