"""An image of an instance: done when nova lets go of the instance too, which takes a moment longer."""

import pytest

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import Seen
from mcm_providers.openstack.actions.deed import MARK
from tests.harness import acting
from tests.providers.openstack.stub import Stub

MACHINE, IMAGE = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("status", "task", "seen"),
    [
        ("active", None, Seen.DONE),
        ("active", "image_uploading", Seen.UNDERWAY),
        ("active", "powering-off", Seen.DONE),
        ("saving", "image_uploading", Seen.UNDERWAY),
        ("killed", "image_uploading", Seen.FAILED),
    ],
)
def test_an_image_and_its_instance(stub: Stub, status: str, task: str | None, seen: Seen) -> None:
    order = acting.ordered(
        "instance.create_image", ResourceRef(ResourceKind.INSTANCE, MACHINE, "", "RegionOne"), name="gold"
    )
    stub.put("image", "/images", {"images": [{"id": IMAGE, "status": status, MARK: order.token}]})
    stub.put(
        "compute",
        f"/servers/{MACHINE}",
        {"server": {"id": MACHINE, "status": "ACTIVE", "OS-EXT-STS:task_state": task}},
    )
    found = stub.connect().look(order)
    assert found.seen is seen
    assert found.made is not None
    assert found.made.native_id == IMAGE


def test_an_instance_that_went_away_holds_no_image_up(stub: Stub) -> None:
    order = acting.ordered(
        "instance.snapshot", ResourceRef(ResourceKind.INSTANCE, MACHINE, "", "RegionOne"), name="before"
    )
    stub.put("image", "/images", {"images": [{"id": IMAGE, "status": "active", MARK: order.token}]})
    assert stub.connect().look(order).seen is Seen.DONE
