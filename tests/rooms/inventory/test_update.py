"""mcm's own fields: changed once per key, against the version one has seen, with a record of who and what."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from mcm.models import AuditEvent
from tests.rooms.inventory.world import World


@pytest.fixture
def ident(world: World) -> str:
    world.account()
    return world.resource("web", labels={"team": "a", "old": "1"}, owner="ann", data_class="internal")


def _patch(client: TestClient, ident: str, body: Any, key: str = "k1", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: Response = client.patch(f"/api/v1/resources/{ident}", json=body, headers={"Idempotency-Key": key} | named)
    return answer


def _audited(world: World) -> list[AuditEvent]:
    with world.database.reading() as session:
        return list(
            session.scalars(select(AuditEvent).where(AuditEvent.action == "resource.update").order_by(AuditEvent.seq))
        )


def test_fields_are_merged_and_recorded(world: World, client: TestClient, ident: str) -> None:
    body = {"labels": {"team": "b", "old": None, "new": "x"}, "owner": None, "managed": "protected"}
    answer = _patch(client, ident, body, If_Match='"1"')
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    shown = answer.json()
    assert shown["labels"] == {"team": "b", "new": "x"}
    assert (shown["owner"], shown["managed"], shown["data_class"], shown["version"]) == (
        None,
        "protected",
        "internal",
        2,
    )
    assert client.get(f"/api/v1/resources/{ident}").json() == shown
    (event,) = _audited(world)
    assert (event.target_kind, event.target_id, event.outcome) == ("resource", ident, "succeeded")
    assert event.details["owner"] == {"before": "ann", "after": None}
    assert event.details["labels"]["after"] == {"team": "b", "new": "x"}


def test_an_old_version_is_refused(world: World, client: TestClient, ident: str) -> None:
    assert _patch(client, ident, {"owner": "bob"}, If_Match='"1"').status_code == 200
    late = _patch(client, ident, {"owner": "eve"}, "k2", If_Match='"1"')
    assert late.status_code == 412
    assert late.json()["code"] == "stale_version"
    assert client.get(f"/api/v1/resources/{ident}").json()["owner"] == "bob"
    assert len(_audited(world)) == 1
    assert _patch(client, ident, {"owner": "eve"}, "k3", If_Match="*").status_code == 200
    assert _patch(client, ident, {"owner": "eva"}, "k4").status_code == 200


def test_the_same_request_changes_once(world: World, client: TestClient, ident: str) -> None:
    first = _patch(client, ident, {"owner": "bob"}, If_Match='"1"')
    again = _patch(client, ident, {"owner": "bob"}, If_Match='"1"')
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"] == '"2"'
    assert len(_audited(world)) == 1
    assert _patch(client, ident, {"owner": "eve"}).status_code == 422
    assert client.patch(f"/api/v1/resources/{ident}", json={"owner": "eve"}).status_code == 400


def test_nothing_new_is_no_change(world: World, client: TestClient, ident: str) -> None:
    answer = _patch(client, ident, {"owner": "ann", "labels": {"team": "a"}})
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert _audited(world) == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": "other"},
        {"state": "stopped"},
        {"owner": "me", "tags": {}},
        {"managed": None},
        {"managed": "mine"},
        {"data_class": "secret"},
        {"labels": {"": "x"}},
        {"labels": {"k" * 101: "x"}},
        {"labels": {"k": "v" * 201}},
        {"labels": {f"k{number}": "v" for number in range(64)}},
        {"labels": {"a\nb": "x"}},
        {"labels": {"k": "\u202e"}},
        {"owner": "o" * 201},
        {"owner": "a\0b"},
        {"labels": ["a"]},
        [],
    ],
)
def test_what_cannot_be_set(world: World, client: TestClient, ident: str, body: Any) -> None:
    answer = _patch(client, ident, body)
    assert answer.status_code == 422, answer.text
    assert client.get(f"/api/v1/resources/{ident}").json()["version"] == 1
    assert _audited(world) == []


def test_labels_can_be_cleared_and_filtered(client: TestClient, ident: str) -> None:
    asked = {"filter": "labels.team = a"}
    assert len(client.get("/api/v1/resources", params=asked).json()["items"]) == 1
    assert _patch(client, ident, {"labels": None}).json()["labels"] == {}
    assert client.get("/api/v1/resources", params=asked).json()["items"] == []


def test_nothing_to_change(world: World, client: TestClient) -> None:
    assert _patch(client, "nothing", {"owner": "me"}).status_code == 404
