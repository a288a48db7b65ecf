"""Every answer says how true it is: as of when, what is stale or failing, and whether a number is a lower bound."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.rooms.inventory.test_listing import listed, names
from tests.rooms.inventory.world import World, ago


def _count(client: TestClient, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/resources/count", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_all_fresh(world: World, client: TestClient) -> None:
    world.account()
    world.scope(as_of=ago(minutes=4))
    world.scope(kind="volume", as_of=ago(minutes=2))
    world.resource()
    answer = _count(client)
    assert (answer["count"], answer["complete"], answer["at_least"]) == (1, True, False)
    fresh = answer["freshness"]
    assert fresh["oldest_as_of"] == ago(minutes=4).isoformat().replace("+00:00", "Z")
    assert (fresh["scopes"], fresh["stale"], fresh["failing"], fresh["gaps"], fresh["sentence"]) == (2, 0, 0, [], "")


def test_presence_is_derived_from_the_scope(world: World, client: TestClient) -> None:
    world.account("east")
    world.account("down", status="failing", failing_since=ago(hours=2), error_message="no route to host")
    world.account("idle", status="paused")
    world.scope("acc_east", "instance", as_of=ago(minutes=14))
    world.scope("acc_east", "volume", as_of=ago(minutes=16))
    world.scope("acc_east", "image", status="failing", as_of=ago(minutes=1), failing_since=ago(minutes=5),
                error_message="403")  # fmt: skip
    world.scope("acc_east", "network", as_of=None)
    world.scope("acc_down", "instance", as_of=ago(minutes=1))
    world.scope("acc_idle", "instance", as_of=ago(days=3))
    world.resource("fresh")
    world.resource("old", kind="volume")
    world.resource("lost", kind="volume", presence="missing", missing_since=ago(hours=1))
    world.resource("failing", kind="image")
    world.resource("never", kind="network")
    world.resource("cut", account="acc_down")
    world.resource("paused", account="acc_idle")
    items = {item["name"]: item for item in listed(client)}
    assert {name: item["presence"] for name, item in items.items()} == {
        "fresh": "present",
        "old": "stale",
        "lost": "missing",
        "failing": "unreachable",
        "never": "stale",
        "cut": "unreachable",
        "paused": "stale",
    }
    assert items["fresh"]["stale_reason"] is None
    assert items["lost"]["stale_reason"] is None
    assert "16m old, more than 15m" in items["old"]["stale_reason"]
    assert "reading image in r1 of account east fails" in items["failing"]["stale_reason"]
    assert items["failing"]["stale_reason"].endswith(": 403")
    assert "had no complete read" in items["never"]["stale_reason"]
    assert "account down cannot be read" in items["cut"]["stale_reason"]
    assert "no route to host" in items["cut"]["stale_reason"]
    assert items["paused"]["stale_reason"].endswith("the account is paused")
    for presence in ("present", "stale", "missing", "unreachable"):
        wanted = sorted(name for name, item in items.items() if item["presence"] == presence)
        assert sorted(names(client, filter=f"presence = {presence}")) == wanted
    assert names(client, filter="presence = stale AND kind = volume") == ["old"]


def test_only_what_a_filter_can_concern_counts(world: World, client: TestClient) -> None:
    world.account("east")
    world.account("west", ownership="public", provider="other")
    world.scope("acc_east", "instance")
    world.scope("acc_east", "volume", as_of=ago(days=1))
    world.scope("acc_west", "instance", region="r2", status="failing", error_message="refused")
    assert _count(client, filter="kind = instance AND account = east")["complete"] is True
    assert _count(client, filter="kind = instance AND ownership = private")["complete"] is True
    assert _count(client, filter="kind = instance AND NOT region = r2")["complete"] is True
    for asked in ("kind = volume", "account = west", "provider = other", "region = r2", "name = x", "vcpus > 1"):
        answer = _count(client, filter=asked)
        assert (answer["complete"], answer["at_least"]) == (False, True), asked
    gaps = _count(client)["freshness"]["gaps"]
    assert [(gap["account"], gap["kind"], gap["status"]) for gap in gaps] == [
        ("west", "instance", "unreachable"),
        ("east", "volume", "stale"),
    ]
    assert _count(client)["freshness"]["sentence"].startswith("at least; 2 of the scopes")


def test_what_nobody_reads_is_not_zero(world: World, client: TestClient) -> None:
    assert _count(client)["complete"] is False
    world.account()
    world.scope()
    answer = _count(client, filter="kind = database")
    assert (answer["count"], answer["complete"], answer["at_least"]) == (0, False, True)
    assert "no account reads" in answer["freshness"]["sentence"]
    world.scope(kind="database", status="unsupported", reason="the cloud has no such service")
    assert _count(client, filter="kind = database")["complete"] is False


def test_an_absent_service_is_named_and_not_held_against_the_answer(world: World, client: TestClient) -> None:
    world.account()
    world.scope()
    world.scope(kind="volume", status="unsupported", reason="there is no block storage service", as_of=None)
    answer = _count(client)
    assert (answer["complete"], answer["at_least"], answer["freshness"]["unsupported"]) == (True, False, 1)
    (gap,) = answer["freshness"]["gaps"]
    assert (gap["status"], "no block storage" in gap["reason"]) == ("unsupported", True)
    assert gap["reason_zh"].endswith("云硬盘不读取：there is no block storage service")


def test_gaps_are_told_in_chinese_too(world: World, client: TestClient) -> None:
    world.account("east")
    world.scope("acc_east", "volume", as_of=ago(days=3))
    world.scope("acc_east", "image", status="failing", error_message="HTTP 403", error_code="permission_denied")
    world.scope("acc_east", "network", as_of=None)
    told = {gap["kind"]: gap["reason_zh"] for gap in _count(client)["freshness"]["gaps"]}
    assert told["volume"] == "账号“east”中区域 r1 的云硬盘最近一次完整读取距今 3 天，超过 15 分钟"
    assert (
        told["image"]
        == "账号“east”中区域 r1 的镜像读取失败：凭据有效但缺少权限；该类资源不再读取，保留最近一次的有效状态"
    )
    assert told["network"] == "账号“east”中区域 r1 的网络尚无一次完整读取"


def test_a_quarantine_may_hold_too_much_but_not_too_little(world: World, client: TestClient) -> None:
    world.account()
    world.scope(status="quarantined", error_message="40 of 50 are no longer listed", held_run="run_1")
    answer = _count(client)
    assert (answer["complete"], answer["at_least"], answer["freshness"]["quarantined"]) == (False, False, 1)
    assert "may include what is already gone" in answer["freshness"]["sentence"]


def test_gaps_are_limited_and_all_are_counted(world: World, client: TestClient) -> None:
    world.account()
    for number in range(30):
        world.scope(region=f"r{number:02d}", as_of=ago(days=1))
    fresh = _count(client)["freshness"]
    assert (fresh["stale"], len(fresh["gaps"])) == (30, 20)
    assert "and 29 more" in fresh["sentence"]


@pytest.mark.parametrize(
    "path", ["/api/v1/resources", "/api/v1/resources/facets", "/api/v1/hierarchy", "/api/v1/images"]
)
def test_every_list_carries_it(world: World, client: TestClient, path: str) -> None:
    world.account()
    world.scope(kind="image", as_of=ago(days=1))
    fresh = client.get(path).json()["freshness"]
    assert (fresh["stale"], fresh["complete"], fresh["at_least"]) == (1, False, True)


def test_hostile_error_texts_are_escaped(world: World, client: TestClient) -> None:
    world.account(status="failing", error_message="\x1b[2J\u202egone")
    world.resource()
    (item,) = listed(client)
    assert "\\x1b[2J\\u202egone" in item["stale_reason"]


def test_a_resource_of_a_removed_account_is_stale(world: World, client: TestClient) -> None:
    world.account()
    world.resource("orphan", scope_id=999, account_id="acc_removed", seen_by=())
    (item,) = listed(client)
    assert (item["account"], item["ownership"], item["presence"], item["as_of"]) == (None, None, "stale", None)
    assert item["stale_reason"] == "the account it was read through was removed"
