"""The inventory as it was: rows, filters, facets and freshness of a past instant."""

from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.rooms.inventory.test_listing import listed, names, paged
from tests.rooms.inventory.world import World, ago


def at(when: datetime) -> str:
    return when.isoformat()


@pytest.fixture
def past(world: World) -> World:
    """web: stopped until 3 days ago. lost: gone since 2 days. new: first seen yesterday. same: never changed."""
    world.account()
    web = world.resource("web", state="running", valid_from=ago(days=3), tags={"env": "prod"}, labels={"team": "a"},
                         attributes={"vcpus": 8}, first_seen=ago(days=10))  # fmt: skip
    world.version(web, ago(days=10), ago(days=5), state="stopped", name="web-old", attributes={"vcpus": 2}, tags={})
    world.version(web, ago(days=5), ago(days=3), state="stopped", tags={"env": "test"}, attributes={"vcpus": 4})
    lost = world.resource("lost", presence="gone", gone_at=ago(days=2), valid_from=ago(days=2), seen_by=())
    world.version(lost, ago(days=10), ago(days=4), presence="present", gone_at=None)
    world.version(lost, ago(days=4), ago(days=2), presence="missing", missing_since=ago(days=4), gone_at=None)
    world.resource("new", valid_from=ago(days=1), first_seen=ago(days=1))
    world.resource("same", valid_from=ago(days=30), first_seen=ago(days=30))
    return world


def test_rows_of_then(past: World, client: TestClient) -> None:
    assert names(client) == ["new", "same", "web"]
    assert names(client, as_of=at(ago(hours=30))) == ["same", "web"]
    assert names(client, as_of=at(ago(days=2, hours=1))) == ["lost", "same", "web"]
    assert names(client, as_of=at(ago(days=6))) == ["lost", "same", "web-old"]
    assert names(client, as_of=at(ago(days=20))) == ["same"]
    assert names(client, as_of=at(ago(days=40))) == []


def test_before_anything_was_known(past: World, client: TestClient) -> None:
    for path in ("/resources", "/resources/count", "/resources/facets"):
        told = client.get(f"/api/v1{path}", params={"as_of": at(ago(days=40))}).json()["freshness"]
        assert told["sentence"].startswith("mcm knew nothing before"), path
        assert datetime.fromisoformat(told["known_since"]) > ago(days=31)
        found = client.get(f"/api/v1{path}", params={"as_of": at(ago(days=20))}).json()["freshness"]
        assert found["known_since"] is None, "something was"
        assert client.get(f"/api/v1{path}").json()["freshness"]["known_since"] is None


def test_a_version_holds_until_it_does_not(past: World, client: TestClient) -> None:
    assert names(client, as_of=at(ago(days=5, microseconds=1)), filter="name = web*") == ["web-old"]
    assert names(client, as_of=at(ago(days=5)), filter="name = web*") == ["web"]
    assert listed(client, as_of=at(ago(days=3, microseconds=1)), filter="name = web")[0]["state"] == "stopped"
    assert listed(client, as_of=at(ago(days=3)), filter="name = web")[0]["state"] == "running"
    assert names(client, as_of=at(ago(days=2)), filter="presence = gone") == ["lost"]


def test_filters_ask_what_was_true_then(past: World, client: TestClient) -> None:
    then = at(ago(days=4, hours=1))
    assert names(client, as_of=then, filter="state = stopped") == ["web"]
    assert names(client, as_of=then, filter="tags.env = test") == ["web"]
    assert names(client, as_of=then, filter="tags.env = prod") == []
    assert names(client, as_of=then, filter="tags:env") == ["web"]
    assert names(client, as_of=at(ago(days=6)), filter="tags:*") == []
    assert names(client, as_of=then, filter="vcpus = 4") == ["web"]
    assert names(client, as_of=then, search="web") == ["web"]
    assert names(client, as_of=at(ago(days=3, hours=1)), filter="presence = missing") == ["lost"]
    assert names(client, as_of=then, filter="account = east") == ["lost", "same", "web"]
    assert names(client, as_of=then, filter="age > 3d") == ["lost", "same", "web"]
    assert names(client, as_of=then, filter="age > 7d") == []


def test_own_fields_are_those_of_now(past: World, client: TestClient) -> None:
    (item,) = listed(client, as_of=at(ago(days=6)), filter="labels.team = a")
    assert (item["name"], item["labels"], item["managed"]) == ("web-old", {"team": "a"}, "observed")


@pytest.mark.parametrize("order", ["name", "name desc", "state, vcpus desc", "zone", "last_changed desc"])
def test_pages_of_then(past: World, client: TestClient, order: str) -> None:
    for when in (ago(days=2, hours=1), ago(days=6)):
        whole = paged(client, 100, as_of=at(when), order_by=order)
        assert len(whole) == 3
        for limit in (1, 2, 3):
            assert paged(client, limit, as_of=at(when), order_by=order) == whole


def test_counts_and_facets_of_then(past: World, client: TestClient) -> None:
    asked = {"as_of": at(ago(days=4, hours=1))}
    assert client.get("/api/v1/resources/count", params=asked).json()["count"] == 3
    fields: dict[str, Any] = asked | {"fields": "state,tags.env,vcpus"}
    facets = client.get("/api/v1/resources/facets", params=fields).json()["facets"]
    assert {v["value"]: v["count"] for v in facets["state"]["values"]} == {"running": 2, "stopped": 1}
    assert (facets["tags.env"]["values"], facets["tags.env"]["unknown"]) == ([{"value": "test", "count": 1}], 2)
    assert facets["vcpus"]["values"] == [{"value": "4", "count": 1}]


def test_freshness_of_then_comes_from_the_ledger(world: World, client: TestClient) -> None:
    world.account("east")
    world.account("later", created_at=ago(hours=1))
    scope = world.scope(as_of=ago(minutes=1))
    world.scope("acc_later")
    world.resource(valid_from=ago(days=30))
    world.run(scope, ago(days=2))
    world.run(scope, ago(days=2, minutes=-5), "failed", error_message="refused")
    world.run(scope, ago(days=1))

    def fresh(when: datetime) -> tuple[bool, str, str]:
        (item,) = listed(client, as_of=at(when))
        found = client.get("/api/v1/resources", params={"as_of": at(when)}).json()["freshness"]
        assert found["scopes"] == 1
        return found["complete"], item["presence"], item["as_of"] or ""

    stamp = ago(days=2).isoformat().replace("+00:00", "Z")
    assert fresh(ago(days=2, minutes=-2)) == (True, "present", stamp)
    assert fresh(ago(days=2, minutes=-6)) == (False, "unreachable", stamp)
    assert fresh(ago(days=1, hours=-1)) == (False, "stale", ago(days=1).isoformat().replace("+00:00", "Z"))
    assert fresh(ago(days=3)) == (False, "stale", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [("yesterday", 422), ("2999-01-01", 422), ("2026-13-01", 422), ("", 200), ("2020-01-01", 200), ("1d", 422)],
)
def test_instants_that_can_be_asked_for(world: World, client: TestClient, text: str, code: int) -> None:
    answer = client.get("/api/v1/resources", params={"as_of": text})
    assert answer.status_code == code
    if code != 200:
        assert answer.json()["code"] == "invalid_as_of"


def test_a_plus_in_the_address_is_meant_as_such(past: World, client: TestClient) -> None:
    stamp = ago(days=4).strftime("%Y-%m-%dT%H:%M:%S")
    answer = client.get(f"/api/v1/resources?as_of={stamp}+00:00")
    assert answer.status_code == 200
    assert [item["name"] for item in answer.json()["items"]] == ["lost", "same", "web"]
