"""The rules of choosing by what each provider's contract says: nothing is refused that a cloud would take."""

from typing import Any

import pytest

from mcm.contract.actions import ACTIONS
from mcm.operations.choices.repository import Offered
from mcm.operations.choices.rules import Asked, Room, cloud_rooms, fitting, judged, roomy
from mcm.registry import Registry
from mcm.tenancy.schemas import Amounts

HOME = ("p1", "one")


def thing(kind: str, project: str | None = None, state: str = "available", **attributes: Any) -> Offered:
    return Offered(kind, kind, f"{kind}-1", kind, "r1", None, project, project, state, attributes)


def asked(provider: str, action: str = "instance.create", **values: Any) -> Asked:
    return Asked(ACTIONS[action], Registry().descriptor(provider).actions[action], "acc", "r1", HOME, **values)


SMALL = {"vcpus": 1, "memory_mib": 512, "local_disk_gib": 5}


@pytest.mark.parametrize(
    ("provider", "flavor", "image", "more", "code"),
    [
        ("openstack", SMALL, {"min_disk_gib": 10}, {}, "disk_too_small"),
        ("openstack", SMALL, {"size_gib": 5.5}, {}, "disk_too_small"),
        ("openstack", SMALL, {"min_disk_gib": 5, "size_gib": 2.0}, {}, ""),
        # A flavor without a disk takes one from the image.
        ("openstack", SMALL | {"local_disk_gib": 0}, {"min_disk_gib": 10}, {}, ""),
        ("openstack", SMALL, {"min_memory_mib": 1024}, {}, "memory_too_small"),
        # Instance stores are beside the root volume, which is as large as the image asks.
        ("aws", SMALL, {"min_disk_gib": 10}, {}, ""),
        ("aws", {"vcpus": 2, "memory_mib": 4096}, {"min_disk_gib": 10}, {"disk_gib": 8}, "disk_too_small"),
        ("aws", {"vcpus": 2, "memory_mib": 4096}, {"min_disk_gib": 10}, {"disk_gib": 10}, ""),
        ("aws", {"architecture": "arm64"}, {"architecture": "x86_64"}, {}, "other_architecture"),
        ("aws", {"architecture": "x86_64"}, {"architecture": "i386"}, {}, ""),
        ("aws", {"architecture": None}, {"architecture": "x86_64"}, {}, ""),
        ("vmware", None, {"size_gib": 400.0}, {"memory_mib": 512}, ""),
        ("vmware", None, {"min_memory_mib": 1024}, {"memory_mib": 512}, "memory_too_small"),
        ("simulated", SMALL, {"min_disk_gib": 10}, {"disk_gib": 20}, ""),
        ("simulated", SMALL, {"min_disk_gib": "much", "min_memory_mib": True}, {}, ""),
    ],
)
def test_fitting(
    provider: str, flavor: dict[str, Any] | None, image: dict[str, Any], more: dict[str, Any], code: str
) -> None:
    size = thing("flavor", **flavor) if flavor is not None else None
    found = fitting(thing("image", **image), size, asked(provider, **more))
    assert (found.code if found else "") == code


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (thing("network", "p2", shared=False), "other_project"),
        (thing("network", "p2", shared=True), ""),
        (thing("network", "p2"), ""),
        (thing("network", "p1", shared=False), ""),
        (thing("network", None, shared=False), ""),
        (thing("image", "p2", visibility="private"), "other_project"),
        (thing("image", "p2", visibility="public"), ""),
        (thing("image", "p2", visibility="shared"), ""),
        (thing("security_group", "p2"), "other_project"),
        (thing("project", "p2"), "not_home"),
        (thing("zone", services=["volume"]), "other_service"),
        (thing("zone", services=["compute", "volume"]), ""),
        (thing("zone"), ""),
        (thing("image", state="unknown"), ""),
        (thing("image", state="pending"), "wrong_state"),
        (thing("flavor", state="unavailable"), "wrong_state"),
    ],
)
def test_judged(row: Offered, code: str) -> None:
    found = judged(row, asked("openstack"))
    assert (found.code if found else "") == code
    if found is not None:
        told = found.told
        assert all(text and "{" not in text for text in told.values())


def test_outside_networks_are_for_addresses() -> None:
    floating = asked("openstack", "public_ip.allocate")
    assert judged(thing("network", "p2", shared=False, external=True), floating) is None
    inside = judged(thing("network", "p1", shared=False, external=False), floating)
    assert inside is not None
    assert inside.code == "not_external"


def test_rooms() -> None:
    rows: list[dict[str, Any]] = [
        {"unit": "vcpus", "limit": 10.0, "used": 9.0},
        {"unit": "mib", "limit": None, "used": 5.0, "unlimited": True},
        {"unit": "instances", "limit": 5.0, "used": None},
        {"unit": "gib", "limit": 0.0, "used": 0.0},
        {"unit": "count", "limit": 0.0, "used": 0.0},
    ]
    (room,) = cloud_rooms(rows, "one", None)
    assert (room.resource, room.left, room.limit) == ("vcpus", 1, 10)
    assert cloud_rooms([rows[0], rows[0]], "one", None) == []
    assert roomy(Amounts(vcpus=1), [room], "acc") is None
    found = roomy(Amounts(vcpus=2), [room], "acc")
    assert found is not None
    assert (found.code, "1 vcpus left of 10" in found.reason) == ("cloud_quota", True)
    above = roomy(Amounts(vcpus=2), [Room("mcm", "vcpus", 1)], "acc")
    assert above is not None
    assert (above.code, "1" in above.reason) == ("quota_above", False)
