"""Counts by value: every facet agrees with the list that its value filters."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.rooms.inventory.test_listing import names
from tests.rooms.inventory.world import World, ago


def _facets(client: TestClient, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/resources/facets", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _counts(facet: dict[str, Any]) -> dict[str, int]:
    return {entry["value"]: entry["count"] for entry in facet["values"]}


@pytest.fixture
def counted(world: World) -> World:
    world.account("east", realm="shared")
    world.account("west", realm="shared", ownership="public")
    world.scope("acc_west", "volume", "r2", as_of=ago(days=1))
    with world.together():
        for number in range(12):
            world.resource(
                f"n-{number:02d}",
                kind="instance" if number % 3 else "volume",
                account="acc_east" if number % 4 else "acc_west",
                seen_by=("acc_east", "acc_west") if number % 6 == 1 else None,
                region="r1" if number % 2 else "r2",
                zone=f"z{number % 5}" if number % 5 else None,
                project=f"p{number % 2}",
                project_name="payments" if number % 2 else None,
                tags={"env": ("prod", "test")[number % 2]} if number % 3 else {},
                labels={"team": "a"} if number % 5 == 0 else {},
                attributes={"vcpus": [2, 2.0, 4][number % 3], "encrypted": number % 2 == 0} if number % 4 else {},
                presence="missing" if number == 7 else "present",
            )
        world.resource("gone", presence="gone")
    return world


def test_facets_count_what_the_list_shows(counted: World, client: TestClient) -> None:
    fields = "account,kind,state,region,presence,ownership,provider,zone,project,vcpus,encrypted,tags.env,labels.team"
    answer = _facets(client, fields=fields)
    assert answer["total"] == 12
    for field, facet in answer["facets"].items():
        for value, number in _counts(facet).items():
            quoted = value if field in ("vcpus", "encrypted") else f'"{value}"'
            assert len(names(client, filter=f"{field} = {quoted}")) == number, (field, value)
        if field not in ("account",):
            assert sum(_counts(facet).values()) + facet["unknown"] == 12, field
            assert len(names(client, filter=f"NOT {field}:*")) == facet["unknown"], field
    assert _counts(answer["facets"]["vcpus"]) == {"2": 6, "4": 3}
    assert _counts(answer["facets"]["encrypted"]) == {"false": 6, "true": 3}
    assert answer["facets"]["tags.env"]["unknown"] == 4
    assert set(_counts(answer["facets"]["presence"])) == {"present", "missing", "stale"}


def test_an_account_counts_all_it_sees(counted: World, client: TestClient) -> None:
    assert _counts(_facets(client, fields="account")["facets"]["account"]) == {"east": 9, "west": 5}


def test_facets_of_a_filter_and_a_search(counted: World, client: TestClient) -> None:
    answer = _facets(client, filter="kind = volume", fields="kind,region")
    assert _counts(answer["facets"]["kind"]) == {"volume": 4}
    assert (answer["total"], answer["complete"], answer["at_least"]) == (4, False, True)
    assert _facets(client, search="n-0", fields="kind")["total"] == 10
    assert _facets(client, include_gone=True, fields="presence")["total"] == 13


def test_the_rest_is_told(counted: World, client: TestClient) -> None:
    facet = _facets(client, fields="name", top=5)["facets"]["name"]
    assert (len(facet["values"]), facet["other_values"], facet["other_count"]) == (5, 7, 7)
    assert [entry["value"] for entry in facet["values"]] == ["n-00", "n-01", "n-02", "n-03", "n-04"]
    facet = _facets(client, fields="kind", top=1)["facets"]["kind"]
    assert (_counts(facet), facet["other_values"], facet["other_count"]) == ({"instance": 8}, 1, 4)


def test_tag_keys(counted: World, client: TestClient) -> None:
    facet = _facets(client, fields="tags")["facets"]["tags"]
    assert (_counts(facet), facet["unknown"]) == ({"env": 8}, 4)


def test_nothing_matches(world: World, client: TestClient) -> None:
    answer = _facets(client, fields="kind,name,tags,tags.env,account")
    assert answer["total"] == 0
    assert all(facet["values"] == [] and facet["unknown"] == 0 for facet in answer["facets"].values())


def test_the_default_fields(counted: World, client: TestClient) -> None:
    assert set(_facets(client)["facets"]) == {"account", "kind", "state", "region"}


@pytest.mark.parametrize(
    "fields", ["knd", "private_ips", "labels", "created_at", "rules.peer", "age", ",".join(map(str, range(21)))]
)
def test_fields_that_cannot_be_counted(world: World, client: TestClient, fields: str) -> None:
    answer = client.get("/api/v1/resources/facets", params={"fields": fields})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_column")
