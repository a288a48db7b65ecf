"""Operations over HTTP, with many at once: one key is one effect, one resource has one operation, others are told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import prepared
from tests.baddays.serving import Served, serving
from tests.lab import Lab

WAIT_S = 30.0


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = prepared.lab(database_url, tmp_path, "operations-http", _read)
    yield made
    made.close()


def _read(lab: Lab) -> None:
    lab.account(action_ms="50")
    lab.sync()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


def _running(lab: Lab) -> str:
    return lab.resources(state="running", task_state=None)[0].id


def _ended(lab: Lab, served: Served, operation: str) -> dict[str, Any]:
    lab.runtime.operations.run_until_idle(WAIT_S)
    found: dict[str, Any] = served.get(f"/api/v1/operations/{operation}").json()
    return found


def test_fifty_requests_with_one_key_are_one_operation(lab: Lab, served: Served) -> None:
    body: dict[str, Any] = {"action": "volume.create", "account": "lab", "region": lab.resources()[0].region}
    body["params"] = {"name": "one", "size_gib": 3}

    def ask(_: int) -> httpx.Response:
        return served.send("POST", "/api/v1/operations", body, key="the same")

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(ask, range(50)))
    assert {answer.status_code for answer in answers} == {202}, {answer.text for answer in answers}
    (operation,) = {answer.json()["id"] for answer in answers}
    assert _ended(lab, served, operation)["status"] == "succeeded"
    assert len(lab.world().effects) == 1
    other = served.send("POST", "/api/v1/operations", body | {"region": "elsewhere"}, key="the same")
    assert (other.status_code, other.json()["code"]) == (422, "invalid_input")


def test_two_operators_on_one_machine(lab: Lab, served: Served) -> None:
    """One wins, the other is told of the winner."""
    machine = _running(lab)

    def ask(action: str) -> httpx.Response:
        return served.send("POST", "/api/v1/operations", {"action": action, "resource": machine})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, ["instance.stop", "instance.reboot"] * 4))
    won = [answer for answer in answers if answer.status_code == 202]
    lost = [answer for answer in answers if answer.status_code != 202]
    assert len(won) == 1
    assert {(answer.status_code, answer.json()["code"]) for answer in lost} == {(409, "operation_running")}
    assert all(answer.json()["next_step"] for answer in lost)
    assert _ended(lab, served, won[0].json()["id"])["status"] == "succeeded"
    assert len(lab.world().effects) == 1


def test_a_dry_run_leaves_nothing_behind(lab: Lab, served: Served) -> None:
    before = lab.count("operation"), lab.count("audit_event"), lab.count("quota_reservation")
    body = {"action": "instance.delete", "resource": _running(lab)}
    answer = served.send("POST", "/api/v1/operations", body, params={"dry_run": True})
    assert answer.status_code == 202
    assert (answer.json()["dry_run"], answer.json()["destructive"]) == (True, True)
    impact = answer.json()["impact"]
    assert (impact["targets"], impact["money"]) == (1, None)
    assert {"port", "volume"} <= set(impact["by_kind"])
    assert all(one["of"] == body["resource"] for one in impact["listed"])
    assert "nothing was sent" in answer.json()["sentence"]
    assert (lab.count("operation"), lab.count("audit_event"), lab.count("quota_reservation")) == before
    assert lab.world().effects == []


def test_what_is_allowed_is_told_by_one_source(lab: Lab, served: Served) -> None:
    machine = _running(lab)
    found = {one["action"]: one for one in served.get(f"/api/v1/resources/{machine}/actions").json()}
    assert found["instance.stop"]["allowed"] is True
    start = found["instance.start"]
    assert (start["allowed"], start["reason_code"]) == (False, "already_so")
    assert "running" in start["reason"]
    assert "运行中" in start["reason_zh"]
    for action, one in found.items():
        answer = served.send(
            "POST", "/api/v1/operations", {"action": action, "resource": machine}, params={"dry_run": True}
        )
        # What lacks parameters is refused for these, everything else as it was told.
        if one["allowed"]:
            assert answer.status_code == 202 or answer.json()["code"] == "invalid_params", answer.text
        elif answer.json()["code"] != "invalid_params":
            assert one["reason"] in answer.json()["detail"]
            assert answer.json()["next_step"] == one["how_to_fix"]


def test_operations_are_listed_and_paged(lab: Lab, served: Served) -> None:
    region = lab.resources()[0].region
    for number in range(5):
        body: dict[str, Any] = {"action": "volume.create", "account": "lab", "region": region}
        body["params"] = {"name": f"v{number}", "size_gib": 1}
        assert served.send("POST", "/api/v1/operations", body).status_code == 202
    lab.runtime.operations.run_until_idle(WAIT_S)
    first = served.get("/api/v1/operations", limit=3).json()
    rest = served.get("/api/v1/operations", limit=3, cursor=first["next_cursor"]).json()
    names = [row["resource_name"] for row in first["items"] + rest["items"]]
    assert names == ["v4", "v3", "v2", "v1", "v0"]
    assert rest["next_cursor"] is None
    assert served.get("/api/v1/operations", status="failed").json()["items"] == []
    shown = served.get(f"/api/v1/operations/{first['items'][0]['id']}").json()
    assert [line["event"] for line in shown["log"]] == ["queued", "sending", "sent", "succeeded"]
    assert all(line["text"] and line["text_zh"] for line in shown["log"])


def test_the_catalogue_of_actions_says_who_does_what(served: Served) -> None:
    found = {one["id"]: one for one in served.get("/api/v1/actions").json()}
    assert found["instance.stop"]["providers"]["simulated"]["support"] == "proven"
    console = found["instance.console"]["providers"]["simulated"]
    assert console["support"] == "unsupported"
    assert "screen" in console["reason"]
    assert found["instance.create"]["params"]["required"] == ["name", "image"]
    assert found["instance.create"]["on_account"] is True
