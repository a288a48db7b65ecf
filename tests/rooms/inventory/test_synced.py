"""What a sync has written can be found by what it is known for: the search column is its promise to the filters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mcm.filters.fields import ADDRESS_ATTRIBUTES
from tests import prepared
from tests.lab import Lab
from tests.rooms.inventory.conftest import application
from tests.rooms.inventory.test_listing import listed


@pytest.fixture
def synced(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    lab = prepared.lab(database_url, tmp_path, "inventory", _read)
    yield lab
    lab.close()


def _read(lab: Lab) -> None:
    lab.account(instances=30)
    lab.sync()


def test_addresses_names_and_ids_are_found(synced: Lab) -> None:
    client = TestClient(application(synced.runtime.database))
    items = listed(client, limit=1000)
    assert {item["kind"] for item in items} >= {"instance", "volume", "network"}
    addressed = 0
    for item in items:
        held = [item["attributes"].get(name) for name in ADDRESS_ATTRIBUTES]
        for address in [one for value in held for one in (value if isinstance(value, list) else [value]) if one]:
            found = {other["id"] for other in listed(client, filter=f'ip = "{address}"', limit=1000)}
            assert item["id"] in found, (item["kind"], address)
            addressed += 1
    assert addressed
    for item in items[:20]:
        assert item["id"] in {other["id"] for other in listed(client, search=item["native_id"], limit=1000)}
        assert item["id"] in {other["id"] for other in listed(client, search=item["name"].upper(), limit=1000)}


def test_every_instance_is_somewhere_in_the_tree(synced: Lab) -> None:
    client = TestClient(application(synced.runtime.database))
    wanted = {item["id"] for item in listed(client, "/api/v1/instances", limit=1000)}
    assert _instances(client, None) == wanted
    (account,) = client.get("/api/v1/hierarchy").json()["items"]
    assert account["level"]["instances"]["value"] == len(wanted)
    assert account["level"]["instance_vcpus"]["of"] == len(wanted)


def _instances(client: TestClient, parent: str | None) -> set[str]:
    found: set[str] = set()
    asked = {"limit": 1000} | ({"parent": parent} if parent else {})
    for node in client.get("/api/v1/hierarchy", params=asked).json()["items"]:
        found |= {node["resource_id"]} if node["type"] == "instance" else _instances(client, node["id"])
    return found


def test_relations_lead_there_and_back(synced: Lab) -> None:
    client = TestClient(application(synced.runtime.database))
    instance = listed(client, "/api/v1/instances")[0]["id"]
    relations = client.get(f"/api/v1/resources/{instance}/relations", params={"direction": "outgoing"}).json()["items"]
    assert relations
    for relation in relations:
        assert relation["resource"]["known"], relation
        back = client.get(f"/api/v1/resources/{relation['resource']['id']}/relations", params={"limit": 1000}).json()
        ways = {(item["direction"], item["type"], item["resource"]["id"]) for item in back["items"]}
        assert ("incoming", relation["type"], instance) in ways
