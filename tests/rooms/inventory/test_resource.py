"""One resource: who sees it, the cloud's document, its history, what it is related to."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from mcm.inventory.schemas import ResourceDetail
from tests.rooms.inventory.world import World, ago


def _get(client: TestClient, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/v1/resources/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _stamp(**parts: float) -> str:
    return ago(**parts).isoformat().replace("+00:00", "Z")


def test_detail(world: World, client: TestClient) -> None:
    world.account("east")
    world.account("west")
    world.scope("acc_west", as_of=ago(days=1))
    ident = world.resource("web", seen_by=("acc_east", "acc_west"), attributes={"vcpus": 2})
    image = world.resource("debian", kind="image")
    world.relation(ident, "uses", image, "image", "native-debian")
    disk = world.resource("disk", kind="volume")
    world.relation(disk, "attached_to", ident, "instance")
    gone = world.resource("old-disk", kind="volume", presence="gone")
    world.relation(gone, "attached_to", ident, "instance")
    answer = client.get(f"/api/v1/resources/{ident}")
    assert answer.headers["ETag"] == '"1"'
    found = answer.json()
    ResourceDetail.model_validate(found)
    assert (found["name"], found["vcpus"], found["native_scope"]) == ("web", 2, "r1")
    assert found["relations"] == [
        {"direction": "outgoing", "type": "uses", "kind": "image", "count": 1},
        {"direction": "incoming", "type": "attached_to", "kind": "volume", "count": 1},
    ]
    east, west = found["sightings"]
    assert (east["account"], east["presence"], east["as_of"]) == ("east", "present", _stamp(minutes=1))
    assert (west["account"], west["presence"], west["as_of"]) == ("west", "stale", _stamp(days=1))
    assert "more than 15m" in west["stale_reason"]
    assert _get(client, gone)["presence"] == "gone"


@pytest.mark.parametrize("path", ["nothing", "nothing/native", "nothing/history", "nothing/relations", "a%00b"])
def test_what_is_not_there(world: World, client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/resources/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "resource_not_found"


def test_native_document(world: World, client: TestClient) -> None:
    world.account()
    ident = world.resource(native={"id": "x", "deep": [1, None, "é"]}, valid_from=ago(days=1))
    world.version(ident, ago(days=3), ago(days=1), native={"id": "old"})
    world.version(ident, ago(days=5), ago(days=3), native=None)
    now = _get(client, f"{ident}/native")
    assert (now["document"], now["at"], now["note"]) == ({"id": "x", "deep": [1, None, "é"]}, _stamp(days=1), "")
    then = _get(client, f"{ident}/native", as_of=ago(days=2).isoformat())
    assert (then["document"], then["at"]) == ({"id": "old"}, _stamp(days=3))
    before = _get(client, f"{ident}/native", as_of=ago(days=4).isoformat())
    assert (before["document"], before["note"]) == (None, "no document is kept of that instant")
    bare = world.resource()
    assert _get(client, f"{bare}/native")["document"] is None


def test_history_says_field_by_field_what_changed(world: World, client: TestClient) -> None:
    world.account("east")
    world.account("west")
    ident = world.resource("web", state="running", tags={"env": "prod", "new": "1"}, valid_from=ago(days=1),
                           attributes={"vcpus": 8, "private_ips": ["10.0.0.1"]},
                           relations=[["uses", "image", "img-2", ""], ["runs_on", "host", "h1", ""]])  # fmt: skip
    world.version(ident, ago(days=2), ago(days=1), state="stopped", tags={"env": "test", "old": ""},
                  attributes={"vcpus": 4, "private_ips": ["10.0.0.1"], "flavor": "m1"},
                  relations=[["uses", "image", "img-1", ""], ["runs_on", "host", "h1", ""]])  # fmt: skip
    world.version(ident, ago(days=3), ago(days=2), name="web-old", account_id="acc_west", presence="missing",
                  missing_since=ago(days=3), state="stopped", tags={"env": "test", "old": ""},
                  attributes={"vcpus": 4, "private_ips": ["10.0.0.1"], "flavor": "m1"},
                  relations=[["uses", "image", "img-1", ""], ["runs_on", "host", "h1", ""]])  # fmt: skip
    newest, middle, first = _get(client, f"{ident}/history")["items"]
    assert {c["field"]: (c["before"], c["after"]) for c in newest["changes"]} == {
        "state": ("stopped", "running"),
        "tags.env": ("test", "prod"),
        "tags.new": (None, "1"),
        "tags.old": ("", None),
        "attributes.vcpus": (4, 8),
        "attributes.flavor": ("m1", None),
        "relations.uses.image": (["img-1"], ["img-2"]),
    }
    assert (newest["valid_from"], newest["valid_to"], newest["first"]) == (_stamp(days=1), None, False)
    assert {c["field"]: (c["before"], c["after"]) for c in middle["changes"]} == {
        "name": ("web-old", "web"),
        "presence": ("missing", "present"),
        "missing_since": (_stamp(days=3), None),
        "account": ("west", "east"),
    }
    assert (first["first"], first["changes"], first["valid_to"]) == (True, [], _stamp(days=2))


def test_history_in_pages(world: World, client: TestClient) -> None:
    world.account()
    ident = world.resource(valid_from=ago(hours=1), state="running")
    for number in range(1, 8):
        world.version(ident, ago(hours=number + 1), ago(hours=number), task_state=f"step-{number}")
    whole = _get(client, f"{ident}/history")["items"]
    assert len(whole) == 8
    assert all(len(item["changes"]) == 1 for item in whole[:-1])
    for limit in (1, 3, 8):
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = _get(client, f"{ident}/history", limit=limit, **cursor)
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == whole
    assert client.get(f"/api/v1/resources/{ident}/history", params={"cursor": "WzFd"}).status_code == 400


def test_relations_both_ways(world: World, client: TestClient) -> None:
    world.account()
    net = world.resource("net", kind="network")
    world.scope(kind="port", as_of=ago(days=1))
    ports = [world.resource(f"port-{number}", kind="port") for number in range(5)]
    for port in ports:
        world.relation(port, "connected_to", net, "network", "net")
    gone = world.resource("gone", kind="port", presence="gone")
    world.relation(gone, "connected_to", net, "network")
    world.relation(net, "part_of", "unknown-id", "folder", "folder-7")
    world.relation(net, "connected_to", gone, "port")
    items = _get(client, f"{net}/relations")["items"]
    assert [(item["direction"], item["type"]) for item in items] == [
        ("outgoing", "connected_to"),
        ("outgoing", "part_of"),
        *[("incoming", "connected_to")] * 5,
    ]
    assert items[0]["resource"]["presence"] == "gone"
    unknown = items[1]["resource"]
    assert (unknown["known"], unknown["kind"], unknown["native_id"]) == (False, "folder", "folder-7")
    assert (unknown["id"], unknown["name"], unknown["note"]) == ("unknown-id", None, "not known here")
    assert {item["resource"]["id"] for item in items[2:]} == set(ports)
    assert (items[2]["resource"]["presence"], items[2]["resource"]["account"]) == ("stale", "east")
    (back,) = _get(client, f"{ports[0]}/relations")["items"]
    assert (back["direction"], back["resource"]["name"]) == ("outgoing", "net")


def test_relations_narrowed_and_paged(world: World, client: TestClient) -> None:
    world.account()
    web = world.resource("web")
    for _ in range(4):
        world.relation(web, "uses", world.resource(kind="image"), "image")
        world.relation(web, "connected_to", world.resource(kind="network"), "network")
        world.relation(world.resource(kind="volume"), "attached_to", web, "instance")
    whole = _get(client, f"{web}/relations")["items"]
    assert len(whole) == 12
    for limit in (1, 3, 5, 12):
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = _get(client, f"{web}/relations", limit=limit, **cursor)
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == whole
    assert len(_get(client, f"{web}/relations", direction="incoming")["items"]) == 4
    assert len(_get(client, f"{web}/relations", type="uses")["items"]) == 4
    assert len(_get(client, f"{web}/relations", kind="network")["items"]) == 4
    assert _get(client, f"{web}/relations", kind="network", direction="incoming")["items"] == []
    assert client.get(f"/api/v1/resources/{web}/relations", params={"cursor": "WzEsMiwzXQ"}).status_code == 400
