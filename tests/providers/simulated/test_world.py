"""Worlds: shared by accounts, changed by tests, the same after a restart."""

from collections.abc import Callable

import pytest

from mcm.contract import PermissionDenied, Region, Resource, ResourceKind, ResourceRef
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.world import worlds

Account = Callable[..., SimulatedProvider]
Listed = Callable[..., dict[str, Resource]]


def test_the_same_cloud_after_a_restart(account: Account, listed: Listed) -> None:
    before = {kind: listed(account(), kind) for kind in (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.HOST)}
    worlds.clear()
    assert before == {kind: listed(account(), kind) for kind in before}


def test_another_seed_or_cloud_id_is_another_cloud(account: Account, listed: Listed) -> None:
    first = set(listed(account()))
    assert not first & set(listed(account(cloud_id="other")))
    assert not first & set(listed(account(cloud_id="third", seed=1)))


def test_accounts_of_one_cloud_share_realm_and_world(account: Account, listed: Listed) -> None:
    one, other = account(), account(instances="", regions="", page_size=3)
    assert one.check().realm == other.check().realm == "simulated:c"
    new = worlds.get("c").add_instance("bj-1", name="shared")
    assert listed(one)[new].name == listed(other)[new].name == "shared"


def test_a_grown_cloud_keeps_what_it_had(account: Account, listed: Listed) -> None:
    before = listed(account())
    worlds.get("c").change(next(iter(before)), name="renamed")
    after = listed(account(instances=60))
    assert len(after) == 60
    assert before.keys() <= after.keys()
    assert after[next(iter(before))].name == "renamed"


def test_an_added_instance_comes_with_volumes_and_port(account: Account, listed: Listed, home: Region) -> None:
    provider = account()
    new = worlds.get("c").add_instance("bj-1", name="added", status="BUILD")
    assert (listed(provider)[new].name, listed(provider)[new].state) == ("added", "pending")
    for kind in (ResourceKind.VOLUME, ResourceKind.PORT):
        assert any(rel.native_id == new for one in listed(provider, kind).values() for rel in one.relations)
    ref = ResourceRef(ResourceKind.INSTANCE, new, region="bj-1")
    assert provider.observe([ref])[ref] == listed(provider)[new]


def test_a_removed_instance_takes_volumes_and_ports_along(account: Account, listed: Listed) -> None:
    provider, world = account(), worlds.get("c")
    idle = next(one for one in listed(provider, ResourceKind.PUBLIC_IP).values() if one.attributes.associated_with)  # type: ignore[attr-defined]
    gone = idle.attributes.associated_with  # type: ignore[attr-defined]
    world.remove(gone)
    assert gone not in listed(provider)
    for kind in (ResourceKind.VOLUME, ResourceKind.PORT, ResourceKind.PUBLIC_IP):
        assert all(rel.native_id != gone for one in listed(provider, kind).values() for rel in one.relations)
    now_idle = listed(provider, ResourceKind.PUBLIC_IP)[idle.native_id]
    assert (now_idle.attributes.idle, now_idle.state) == (True, "unavailable")  # type: ignore[attr-defined]
    ref = ResourceRef(ResourceKind.INSTANCE, gone, region="bj-1")
    assert provider.observe([ref]) == {ref: None}
    with pytest.raises(KeyError):
        world.remove(gone)


def test_a_removed_volume_is_no_longer_named_by_its_instance(account: Account, listed: Listed) -> None:
    provider, world = account(), worlds.get("c")
    instance = next(document for document in world.each(ResourceKind.INSTANCE) if len(document["volumes"]) > 1)
    world.remove(instance["volumes"][1], ResourceKind.VOLUME)
    assert instance["volumes"][1] not in str(listed(provider)[instance["id"]].native)


def test_an_account_limited_to_a_project_sees_only_that(account: Account, listed: Listed, home: Region) -> None:
    everything, limited = listed(account()), account(project="数据中台")
    mine = listed(limited)
    assert set(mine) == {key for key, one in everything.items() if one.project_name == "数据中台"}
    assert 0 < len(mine) < len(everything)
    stranger = next(one.ref for key, one in everything.items() if key not in mine)
    assert limited.observe([stranger]) == {stranger: None}
    assert limited.check().scope_name == "数据中台"
    assert limited.check().realm == account().check().realm


def test_an_instance_moves_between_projects(account: Account, listed: Listed) -> None:
    whole, limited = account(), account(project="core-banking")
    moving = next(iter(listed(limited)))
    target = next(d for d in worlds.get("c").each(ResourceKind.PROJECT) if d["name"] == "portal")
    worlds.get("c").move_project(moving, target["id"])
    assert moving not in listed(limited)
    assert listed(whole)[moving].project_name == "portal"


def test_lost_rights_look_like_an_empty_cloud(account: Account, listed: Listed) -> None:
    provider = account()
    before, grants = listed(provider), provider.check().grants
    worlds.get("c").revoke("admin")
    after = listed(provider)
    assert 0 < len(after) < len(before)
    lost = [one.ref for key, one in before.items() if key not in after]
    assert set(provider.observe(lost).values()) == {None}
    assert provider.check().grants != grants
    assert provider.check().missing
    worlds.get("c").grant("admin")
    assert listed(provider) == before
    assert provider.check().grants == grants


def test_rights_lost_in_silence_are_not_told(account: Account, listed: Listed) -> None:
    provider = account()
    before = provider.check()
    worlds.get("c").revoke("admin", silently=True)
    assert provider.check() == before
    assert len(listed(provider)) < 40


def test_calls_are_counted(account: Account, listed: Listed) -> None:
    provider = account(page_size=10)
    listed(provider)
    assert worlds.get("c").calls[("instance", "bj-1")] == 5  # four full pages and the one that says "that was all"
    assert worlds.get("c").total_calls == 5


def test_one_denied_kind_leaves_the_others(account: Account, listed: Listed) -> None:
    provider = account()
    worlds.get("c").faults.arm("kind:volume=denied")
    with pytest.raises(PermissionDenied) as raised:
        listed(provider, ResourceKind.VOLUME)
    assert raised.value.permission == "simulated:volume:list"
    assert len(listed(provider)) == 40
