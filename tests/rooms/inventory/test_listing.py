"""Lists over HTTP: what a row carries, order, pages, columns, what is left out."""

import random
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from mcm.inventory.schemas import ResourcePage
from mcm.models import MAX_TAG_KEY, MAX_TAG_VALUE, ResourceRow
from mcm.sync.normalise import MAX_NAME, MAX_NATIVE_ID
from tests.rooms.inventory.world import World, ago

LEAST = {"id", "account", "provider", "kind", "native_id", "name", "region", "zone", "project", "state", "native_state"}
LEAST |= {"presence", "as_of", "tags"}
OF_INSTANCES = {"vcpus", "memory_mib", "private_ips", "public_ips", "flavor", "image", "host", "created_at"}


def listed(client: TestClient, path: str = "/api/v1/resources", **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    ResourcePage.model_validate(answer.json())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def names(client: TestClient, **parameters: Any) -> list[str]:
    return [item["name"] for item in listed(client, **parameters)]


def paged(client: TestClient, limit: int, **parameters: Any) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        asked = parameters | {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = client.get("/api/v1/resources", params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_a_row_carries_what_others_rely_on(world: World, client: TestClient) -> None:
    world.account("east", ownership="hosted")
    attributes = {"vcpus": 8, "memory_mib": 16384, "private_ips": ["10.0.0.1"], "flavor": "m1", "gpu_count": 1}
    ident = world.resource("web-1", attributes=attributes, tags={"env": "prod"}, labels={"team": "a"}, zone="z1",
                           project="p1", project_name="payments", owner="me", data_class="internal")  # fmt: skip
    (item,) = listed(client)
    assert set(item) >= LEAST | OF_INSTANCES
    expected = {
        "id": ident,
        "account": "east",
        "account_id": "acc_east",
        "ownership": "hosted",
        "kind": "instance",
        "state": "running",
        "native_state": "ACTIVE",
        "presence": "present",
        "stale_reason": None,
        "vcpus": 8,
        "memory_mib": 16384,
        "private_ips": ["10.0.0.1"],
        "public_ips": None,
        "image": None,
        "attributes": attributes,
        "tags": {"env": "prod"},
        "labels": {"team": "a"},
        "owner": "me",
        "data_class": "internal",
        "managed": "observed",
        "project_name": "payments",
        "missing_since": None,
        "gone_at": None,
        "version": 1,
    }
    assert {name: item[name] for name in expected} == expected
    assert item["as_of"] == ago(minutes=1).isoformat().replace("+00:00", "Z")
    assert datetime.fromisoformat(item["last_changed"]) == ago(days=2)


def test_only_instances_have_instance_fields_on_top(world: World, client: TestClient) -> None:
    world.account()
    world.resource("v", kind="volume", attributes={"size_gib": 10})
    (item,) = listed(client)
    assert "vcpus" not in item
    assert item["attributes"] == {"size_gib": 10}


def test_filter_search_and_their_errors(world: World, client: TestClient) -> None:
    world.account()
    world.resource("web-1", tags={"env": "prod"}, search="web-1 native-1 10.0.0.7 env=prod")
    world.resource("db_1", search="db_1 native-2 10.0.0.8 100%")
    assert names(client, filter='tags.env = "prod"') == ["web-1"]
    assert names(client, search="10.0.0.7") == ["web-1"]
    assert names(client, search="WEB") == ["web-1"]
    assert names(client, search="b_1") == ["db_1"]
    assert names(client, search="0%") == ["db_1"]
    assert names(client, search="0.0", filter="name = db*") == ["db_1"]
    assert names(client, search="nothing") == []
    answer = client.get("/api/v1/resources", params={"filter": 'state = "runing"'})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_filter"
    assert problem["details"]["position"] == 9
    assert problem["details"]["suggestion"] == '"running"'
    assert (
        client.get("/api/v1/resources", params={"filter": "account = eest"}).json()["details"]["suggestion"] == '"east"'
    )
    assert client.get("/api/v1/resources", params={"search": "a\0b"}).status_code == 400


def test_names_that_begin_with_what_is_searched_come_first(world: World, client: TestClient) -> None:
    world.account()
    for name, search in (
        ("a-web", "a-web"),
        ("web-2", "web-2"),
        ("z", "z web"),
        ("web-1", "web-1"),
        ("Web-0", "web-0"),
    ):
        world.resource(name, search=search)
    assert names(client, search="web") == ["web-1", "web-2", "Web-0", "a-web", "z"]
    assert names(client, search="web", order_by="name") == ["Web-0", "a-web", "web-1", "web-2", "z"]
    whole = paged(client, 100, search="web")
    for limit in (1, 2, 3):
        assert paged(client, limit, search="web") == whole


def test_what_is_gone_is_listed_on_demand(world: World, client: TestClient) -> None:
    world.account()
    world.resource("here")
    world.resource("lost", presence="missing", missing_since=ago(hours=1))
    world.resource("past", presence="gone", gone_at=ago(days=1))
    assert names(client) == ["here", "lost"]
    assert names(client, include_gone=True) == ["here", "lost", "past"]
    assert names(client, filter="presence = gone") == ["past"]
    assert names(client, filter="gone_at:*") == ["past"]
    assert names(client, filter="NOT presence = present") == ["lost", "past"]
    assert names(client, filter="presence = missing", include_gone=True) == ["lost"]


ORDERS = [
    "name",
    "name desc",
    "zone",
    "zone desc",
    "created_at desc, name",
    "disk_gib, zone desc",
    "vcpus desc",
    "account",
    "project",
    "last_changed desc",
    "tags.env",
    "labels.l desc, id desc",
    "state, kind, name",
    "id",
    "presence",
    "launched_at",
    "encrypted",
    "kind desc, region, missing_since",
]


@pytest.fixture
def varied(world: World) -> World:
    world.account("east")
    world.account("west")
    with world.together():
        for number in range(23):
            world.resource(
                f"n{number % 4}",
                kind="instance" if number % 3 else "volume",
                account="acc_east" if number % 2 else "acc_west",
                zone=None if number % 5 == 0 else f"z{number % 3}",
                project_name=None if number % 4 else f"p{number % 2}",
                created_at=None if number % 6 == 0 else ago(days=number % 7, microseconds=number % 3),
                tags={"env": f"e{number % 2}"} if number % 3 == 0 else {},
                labels={"l": "x"} if number % 8 == 0 else {},
                attributes=_attributes(number),
            )
    return world


def _attributes(number: int) -> dict[str, Any]:
    if number % 4 == 0:
        return {}
    found = {"vcpus": number % 5, "disk_gib": number % 5 + number % 2 / 4, "encrypted": number % 2 == 0}
    return found | ({"launched_at": f"2026-01-0{number % 8 + 1}T00:00:00Z"} if number % 3 else {})


@pytest.mark.parametrize("order", ORDERS)
def test_pages_are_the_list_in_pieces(varied: World, client: TestClient, order: str) -> None:
    whole = paged(client, 1000, order_by=order)
    assert len(whole) == len(set(whole)) == 23
    for limit in (1, 2, 7, 22, 23):
        assert paged(client, limit, order_by=order) == whole


def test_order_and_where_the_missing_go(varied: World, client: TestClient) -> None:
    up = [item["zone"] for item in listed(client, order_by="zone")]
    down = [item["zone"] for item in listed(client, order_by="zone desc")]
    assert up == [*sorted(zone for zone in up if zone), *[None] * up.count(None)]
    assert down == [*sorted((zone for zone in down if zone), reverse=True), *[None] * down.count(None)]
    sizes = [item["attributes"].get("disk_gib") for item in listed(client, order_by="disk_gib desc")]
    assert [size for size in sizes if size is not None] == sorted((s for s in sizes if s is not None), reverse=True)
    assert sizes[-1] is None
    assert [item["account"] for item in listed(client, order_by="account desc")][:2] == ["west", "west"]


def test_a_page_stays_in_place_while_rows_come_and_go(varied: World, client: TestClient) -> None:
    first = client.get("/api/v1/resources", params={"limit": 5, "order_by": "name"}).json()
    shown = [item["id"] for item in first["items"]]
    rest = paged(client, 1000, order_by="name")[5:]
    varied.resource("a-new-one-before")
    with varied.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == shown[0]).values(presence="gone"))
    second = client.get("/api/v1/resources", params={"limit": 100, "order_by": "name", "cursor": first["next_cursor"]})
    assert [item["id"] for item in second.json()["items"]] == rest


def test_a_cursor_belongs_to_its_question(varied: World, client: TestClient) -> None:
    cursor = client.get("/api/v1/resources", params={"limit": 2, "order_by": "name"}).json()["next_cursor"]
    for other in (
        {"order_by": "name desc"},
        {"order_by": "name", "filter": "kind = volume"},
        {"order_by": "name", "search": "n"},
        {"order_by": "name", "include_gone": True},
        {"order_by": "name", "as_of": "2026-01-01"},
        {"order_by": "zone, name"},
    ):
        answer = client.get("/api/v1/resources", params={"cursor": cursor} | other)
        assert answer.status_code == 400, other
    same = {"order_by": "name  asc", "filter": "  ", "cursor": cursor}
    assert client.get("/api/v1/resources", params=same).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WzFd", "eyJhIjoxfQ", "IiI", "é", "WyJhIiwiYiIsImMiXQ"])
def test_a_strange_cursor_is_refused(varied: World, client: TestClient, cursor: str) -> None:
    assert client.get("/api/v1/resources", params={"cursor": cursor}).status_code == 400


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("nam", "name"),
        ("name up", "asc or desc"),
        ("name,,id", "asc or desc"),
        ("private_ips", "single value"),
        ("tags", "single value"),
        ("rules.peer", "single value"),
        ("age", "single value"),
        ("relevance", "does not exist"),
        ("name,zone,region,kind,state,id", "more than"),
    ],
)
def test_orders_that_cannot_be(world: World, client: TestClient, order: str, said: str) -> None:
    answer = client.get("/api/v1/resources", params={"order_by": order})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_order"
    assert said in answer.json()["detail"] + answer.json()["next_step"]


def test_columns(varied: World, client: TestClient) -> None:
    chosen = listed(client, columns="name,tags.env,vcpus,attributes.vcpus,labels.l,presence", order_by="id")
    assert {tuple(item) for item in chosen} == {
        ("id", "name", "tags.env", "vcpus", "attributes.vcpus", "labels.l", "presence")
    }
    whole = listed(client, order_by="id")
    for item, full in zip(chosen, whole, strict=True):
        assert item["tags.env"] == full["tags"].get("env")
        assert item["vcpus"] == item["attributes.vcpus"] == full["attributes"].get("vcpus")
    answer = client.get("/api/v1/resources", params={"columns": "nme"})
    assert answer.status_code == 422
    assert '"name"' in answer.json()["next_step"]
    assert client.get("/api/v1/resources", params={"columns": "rules.peer"}).status_code == 422


def test_kinds_have_routes_of_their_own(varied: World, client: TestClient) -> None:
    volumes = listed(client, "/api/v1/volumes")
    assert {item["kind"] for item in volumes} == {"volume"}
    assert [item["id"] for item in volumes] == [item["id"] for item in listed(client, filter="kind = volume")]
    narrowed = listed(client, "/api/v1/volumes", filter='zone = "z1" OR zone = "z2"')
    assert [i["id"] for i in narrowed] == [v["id"] for v in volumes if v["zone"] in ("z1", "z2")]
    assert listed(client, "/api/v1/instances", filter="kind = volume") == []
    volume = volumes[0]["id"]
    assert client.get(f"/api/v1/volumes/{volume}").json()["id"] == volume
    assert client.get(f"/api/v1/instances/{volume}").status_code == 404
    assert client.get("/api/v1/security_groups").json()["items"] == []


def test_hostile_names_come_out_as_they_are(world: World, client: TestClient) -> None:
    world.account()
    hostile = [
        "<script>",
        "\x1b[31mred",
        "a\nb",
        "\u202egpj",
        "=1+1",
        "🙂" * 50,
        "'; DROP TABLE resource; --",
        "%",
        "\\",
    ]
    for name in hostile:
        world.resource(name)
    assert sorted(names(client)) == sorted(hostile)
    for name in hostile:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
        assert names(client, filter=f'name = "{escaped}"') == [name]


def test_the_longest_texts_fit_into_the_indexes(world: World, client: TestClient) -> None:
    """Four bytes a character and nothing to compress: PostgreSQL refuses rows whose index entry is too long."""
    rnd = random.Random(1)

    def text(length: int) -> str:
        return "".join(chr(rnd.randrange(0x20000, 0x2A6D0)) for _ in range(length))

    world.account()
    name, key, value = text(MAX_NAME), text(MAX_TAG_KEY), text(MAX_TAG_VALUE + 100)
    ident = world.resource(name, kind="security_group", project=text(MAX_NAME), project_name=text(MAX_NAME),
                           native_id=text(MAX_NATIVE_ID), tags={key: value}, state="unavailable")  # fmt: skip
    for asked in (
        f'name = "{name}"',
        f'tags."{key}" = "{value}"',
        f'tags."{key}":"{value[-5:]}"',
        f'name = "{name[:9]}*"',
    ):
        assert [item["id"] for item in listed(client, filter=asked)] == [ident]
