"""The tree of places: who lies below whom, with capacity and use, and nothing that is unknown shown as 0."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.rooms.inventory.world import World, ago


def _below(client: TestClient, parent: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": limit} | ({"parent": parent} if parent else {})
    while True:
        answer = client.get("/api/v1/hierarchy", params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        asked["cursor"] = answer.json()["next_cursor"]


def _find(nodes: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (node,) = [node for node in nodes if node["name"] == name]
    return node


def _values(node: dict[str, Any], *names: str) -> list[Any]:
    return [node["level"][name]["value"] for name in names]


@pytest.fixture
def estate(world: World) -> World:
    """A private cloud with two hosts in a cluster and a zone, one outside; a public one without hosts."""
    world.account("private")
    world.account("public", ownership="public")
    world.account("empty")
    for kind in ("instance", "host", "datastore", "cluster", "zone"):
        world.scope("acc_private", kind)
    world.scope("acc_public", "instance", region="eu")
    world.scope("acc_public", "host", region="eu", status="unsupported", reason="hosts are not shown to customers")
    cluster = world.resource("cluster-1", kind="cluster", account="acc_private")
    world.resource("z1", kind="zone", account="acc_private")
    for number in (1, 2):
        known = {"cpu_cores": 32, "memory_mib": 1000, "memory_used_mib": 400} if number == 1 else {"cpu_cores": 16}
        host = world.resource(f"host-{number}", kind="host", account="acc_private", zone="z1", attributes=known)
        world.relation(host, "part_of", cluster, "cluster")
        for place in range(number):
            instance = world.resource(f"vm-{number}-{place}", account="acc_private", zone="z1",
                                      state="running" if place == 0 else "stopped",
                                      attributes={"vcpus": 4, "memory_mib": 100})  # fmt: skip
            world.relation(instance, "runs_on", host, "host")
    world.resource("host-alone", kind="host", account="acc_private", attributes={"cpu_cores": 8})
    world.resource(
        "store", kind="datastore", account="acc_private", attributes={"capacity_gib": 500.5, "used_gib": 100}
    )
    world.resource("lost-vm", account="acc_private", zone="z1", attributes={})
    world.resource("web", account="acc_public", region="eu", zone="eu-a", attributes={"vcpus": 2})
    world.resource("gone", account="acc_private", presence="gone", attributes={"vcpus": 100})
    return world


def test_accounts_with_their_sums(estate: World, client: TestClient) -> None:
    accounts = _below(client)
    assert [node["name"] for node in accounts] == ["empty", "private", "public"]
    private = _find(accounts, "private")
    assert (private["type"], private["expandable"], private["state"]) == ("account", True, "ok")
    assert _values(private, "instances", "instances_running", "hosts", "host_cpu_cores", "datastores") == [
        4,
        3,
        3,
        56,
        1,
    ]
    assert private["level"]["instance_vcpus"] == {"value": 12, "known": 3, "of": 4, "at_least": True}
    assert private["level"]["host_memory_mib"] == {"value": 1000, "known": 1, "of": 3, "at_least": True}
    assert private["level"]["datastore_capacity_gib"] == {"value": 500.5, "known": 1, "of": 1, "at_least": False}
    assert private["level"]["host_vcpus_used"] == {"value": None, "known": 0, "of": 3, "at_least": True}


def test_unknown_is_not_zero(estate: World, client: TestClient) -> None:
    accounts = _below(client)
    public, empty = _find(accounts, "public"), _find(accounts, "empty")
    assert _values(public, "instances", "hosts", "host_cpu_cores", "datastores") == [1, None, None, None]
    assert _values(empty, "instances", "instance_vcpus", "hosts") == [None, None, None]
    estate.scope("acc_empty", "instance", region="r9")
    empty = _find(_below(client), "empty")
    assert _values(empty, "instances", "instance_vcpus") == [0, 0]
    assert empty["level"]["instances"]["at_least"] is False
    estate.scope("acc_empty", "instance", region="r8", as_of=ago(days=1))
    empty = _find(_below(client), "empty")
    assert _values(empty, "instances", "instance_vcpus") == [None, None]
    assert empty["level"]["instances"]["at_least"] is True


def test_down_to_the_instances(estate: World, client: TestClient) -> None:
    (region,) = _below(client, _find(_below(client), "private")["id"])
    assert (region["type"], region["name"], region["account"]) == ("region", "r1", "private")
    assert _values(region, "instances", "hosts", "datastore_used_gib") == [4, 3, 100]
    inside = _below(client, region["id"])
    assert [(node["type"], node["name"]) for node in inside] == [
        ("pool", "cluster-1"),
        ("zone", "z1"),
        ("host", "host-alone"),
    ]
    pool, zone, alone = inside
    assert _values(pool, "instances", "instance_vcpus", "hosts", "host_cpu_cores", "datastores") == [3, 12, 2, 48, None]
    assert _values(zone, "instances", "hosts", "host_cpu_cores", "datastores") == [4, 2, 48, None]
    assert zone["resource_id"] is not None
    assert _values(alone, "instances", "hosts", "host_cpu_cores") == [0, 1, 8]
    assert _below(client, alone["id"]) == []
    hosts = _below(client, pool["id"])
    assert [(node["type"], node["name"]) for node in hosts] == [("host", "host-1"), ("host", "host-2")]
    assert _values(hosts[0], "instances", "instance_vcpus", "host_memory_used_mib") == [1, 4, 400]
    assert _values(hosts[1], "instances", "instances_running") == [2, 1]
    instances = _below(client, hosts[1]["id"])
    assert [node["name"] for node in instances] == ["vm-2-0", "vm-2-1"]
    assert [(node["state"], node["expandable"], node["level"]) for node in instances] == [
        ("running", False, None),
        ("stopped", False, None),
    ]
    *known, unplaced = _below(client, zone["id"])
    assert [node["name"] for node in known] == ["host-1", "host-2"]
    assert (unplaced["type"], unplaced["level"]["instances"]["value"]) == ("unplaced", 1)
    assert [node["name"] for node in _below(client, unplaced["id"])] == ["lost-vm"]


def test_a_cloud_without_hosts_is_still_a_tree(estate: World, client: TestClient) -> None:
    (region,) = _below(client, _find(_below(client), "public")["id"])
    (zone,) = _below(client, region["id"])
    assert (zone["name"], zone["resource_id"]) == ("eu-a", None)
    (unplaced,) = _below(client, zone["id"])
    assert [node["name"] for node in _below(client, unplaced["id"])] == ["web"]


def test_pages_of_every_level(estate: World, client: TestClient) -> None:
    for number in range(5):
        estate.resource(f"extra-{number}", account="acc_private", kind="cluster" if number % 2 else "host", zone=None)
        estate.resource("same-name", account="acc_private", zone=None)
    region = _below(client, _find(_below(client), "private")["id"])[0]
    for parent in (None, region["id"], _find(_below(client, region["id"]), "instances whose host is not known")["id"]):
        whole = _below(client, parent)
        assert len({node["id"] for node in whole}) == len(whole)
        for limit in (1, 2, 3):
            assert _below(client, parent, limit) == whole


@pytest.mark.parametrize(
    "parent", ["x", "WyJyb290Il0", "WzFd", "WyJhY2NvdW50Iiwibm9uZSJd", "WyJob3N0Iiwibm9uZSJd", "bnVsbA"]
)
def test_parents_that_do_not_exist(estate: World, client: TestClient, parent: str) -> None:
    assert client.get("/api/v1/hierarchy", params={"parent": parent}).status_code == 400


def test_cursors_that_do_not_exist(estate: World, client: TestClient) -> None:
    for cursor in ("x", "WyIxIiwyLDNd", "WyIiLCIiLCIiXQ", "WyJhIiwiYiIsImMiXQ"):
        assert client.get("/api/v1/hierarchy", params={"cursor": cursor}).status_code == 400
