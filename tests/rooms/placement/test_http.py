"""Decisions over HTTP: what is held is shown and given back, and what is wrong says so."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mcm.app import build_app
from tests.architecture.layout import client
from tests.lab import Lab
from tests.rooms.placement.estate import document, policy, tier

_API = "/api/v1"
pytestmark = pytest.mark.estate


@pytest.fixture
def http(lab: Lab) -> Iterator[httpx.Client]:
    with client(build_app(lab.runtime, background=False)) as connected:
        yield connected


def _post(http: httpx.Client, path: str, body: Any = None, key: str = "k") -> httpx.Response:
    return http.post(f"{_API}{path}", json=body, headers={"Idempotency-Key": key})


def test_why_not_there_and_what_is_held(lab: Lab, http: httpx.Client) -> None:
    policy(lab)
    body = {"text": document(data_class="restricted"), "groups": ["private", "public"]}
    dry = _post(http, "/placements?dry_run=true", body).json()
    assert dry["dry_run"] is True
    assert http.get(f"{_API}/placements").json()["items"] == []
    made = _post(http, "/placements", body, "k2")
    assert made.status_code == 201
    assert _post(http, "/placements", body, "k2").json() == made.json()
    found = made.json()
    (held,) = found["reservations"]
    assert (held["status"], held["location"]) == ("reserved", "dc0/datacenter-2")
    why = http.get(f"{_API}/placements/{found['id']}/why", params={"location": "cloud0/cn-north-1/cn-north-1a"}).json()
    (one,) = why["tiers"]
    assert "restricted data may not be in public" in one["sentence"]
    assert "敏感" in str(one["said"] or one["failed"]) or one["sentence_zh"]
    assert one["failed"][0]["how_to_fix"]
    assert _post(http, f"/placements/{found['id']}/cancel", None, "k3").json()["status"] == "cancelled"
    assert http.get(f"{_API}/reservations").json()["items"][0]["status"] == "released"
    assert _post(http, f"/placements/{found['id']}/apply", None, "k4").json()["code"] == "placement_not_open"


@pytest.mark.only_on("sqlite")
def test_what_is_wrong_says_so(http: httpx.Client) -> None:
    def told(body: dict[str, Any], path: str = "/placements") -> dict[str, Any]:
        answer = _post(http, path, body)
        assert 400 <= answer.status_code < 500, answer.text
        return {"status": answer.status_code, **answer.json()}

    text = document()
    apart = tier("db", apart_from=["web"], apart_level="account")
    wrong: dict[str, list[dict[str, Any]]] = {
        "invalid_placement": [
            {},
            {"text": text, "workload": "shop"},
            {"text": text, "params": {"*": {"user_data": "x"}}},
        ],
        "invalid_document": [
            {"text": "tiers: ["},
            {"text": document(tiers=[tier(vcpu=3)])},
            {"text": document(tiers=[tier(together_with=["nobody"])])},
            {"text": document(kind="Pod")},
        ],
        "placement_contradiction": [
            {"text": document(tiers=[tier(together_with=["db"]), apart])},
            {"text": document(sites=5)},
        ],
        "workload_not_found": [{"workload": "nothing"}],
        "invalid_input": [
            {"text": text, "currency": "XXZ"},
            {"text": text, "minutes": 0},
            {"text": text, "weights": dict.fromkeys(("cost", "headroom", "steadiness", "spread", "preference"), 0)},
            {"text": text, "groups": [""]},
            {"text": text, "unknown": 1},
        ],
    }
    for code, bodies in wrong.items():
        for body in bodies:
            found = told(body)
            assert found["code"] == code, (body, found)
            assert found["detail"]
    assert told({"hash": "0" * 64}, "/placements/plc_none/approve")["code"] == "placement_not_found"
    assert told({}, "/reservations/crs_none/release")["code"] == "capacity_reservation_not_found"
    near = http.get(f"{_API}/locations/dc0/datacentre-2").json()
    assert (near["code"], "did you mean" in near["next_step"]) == ("location_not_found", True)
    wrong_place = http.patch(f"{_API}/locations/dc0/nowhere", json={"site": "x"}, headers={"Idempotency-Key": "z"})
    assert wrong_place.json()["code"] == "location_not_found"
