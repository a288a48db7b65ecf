"""An image of a volume: over a copy that carries the token, step by step, and what is left when something fails."""

import json
from typing import Any

import pytest

from mcm.contract import InvalidRequest, ResourceBusy, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Order, Repeat, Seen
from mcm_providers.openstack.actions.deed import MARK
from tests.harness import acting
from tests.providers.openstack.stub import Asked, Reply, Stub

MACHINE, VOLUME = "aaaaaaaa-0000-4000-8000-000000000000", "cccccccc-0000-4000-8000-000000000000"
COPY, IMAGE = "dddddddd-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
_PLACE = ResourceRef(ResourceKind.INSTANCE, MACHINE, "", "RegionOne")
FACTS = {"copy": COPY}


class Cinder:
    """A volume that an instance uses, and the copy of it once that is made; images as cinder writes them."""

    def __init__(self, stub: Stub) -> None:
        self.copy: dict[str, Any] | None = None
        self.images: list[dict[str, Any]] = []
        self.asked: list[tuple[str, Any]] = []
        self.used_by = MACHINE
        stub.put("block-storage", "/volumes", self._make)
        stub.put("block-storage", f"/volumes/{VOLUME}", lambda _: Reply(body={"volume": self._source()}))
        stub.put(
            "block-storage", "/volumes/detail", lambda _: Reply(body={"volumes": [self._source(), *self._copies()]})
        )
        stub.put("block-storage", f"/volumes/{COPY}", self._one)
        stub.put("block-storage", f"/volumes/{COPY}/action", self._act)
        stub.put("image", "/images", lambda _: Reply(body={"images": self.images}))

    def _source(self) -> dict[str, Any]:
        attached = [{"server_id": self.used_by, "device": "/dev/vda"}]
        return {"id": VOLUME, "size": 7, "status": "in-use", "attachments": attached, "metadata": {}}

    def _copies(self) -> list[dict[str, Any]]:
        return [self.copy] if self.copy else []

    def _make(self, asked: Asked) -> Reply:
        wanted = json.loads(asked.body)["volume"]
        self.asked.append(("make", wanted))
        self.copy = {"id": COPY, "status": "creating", "metadata": wanted["metadata"], "size": wanted["size"]}
        return Reply(202, {"volume": {"id": COPY}})

    def _one(self, asked: Asked) -> Reply:
        if self.copy is None:
            return Reply(404, {"itemNotFound": {"code": 404, "message": "no volume"}})
        if asked.method == "DELETE":
            self.asked.append(("delete", COPY))
            self.copy["status"] = "deleting"
            return Reply(202)
        return Reply(body={"volume": self.copy})

    def _act(self, asked: Asked) -> Reply:
        assert self.copy is not None
        body = json.loads(asked.body)
        ((verb, wanted),) = body.items()
        self.asked.append((verb, wanted))
        if verb == "os-set_image_metadata":
            self.copy["volume_image_metadata"] = wanted["metadata"]
            return Reply(200, {"metadata": wanted["metadata"]})
        self.copy["status"] = "uploading"
        born = self.copy["volume_image_metadata"] | {"id": IMAGE, "status": "queued"}
        self.images.append(born)
        return Reply(202, {verb: {"image_id": IMAGE}})


@pytest.fixture
def cinder(stub: Stub) -> Cinder:
    return Cinder(stub)


@pytest.fixture
def order() -> Order:
    return acting.ordered("instance.create_image", _PLACE, name="gold", volume=VOLUME)


def test_the_steps_follow_from_what_is_asked(stub: Stub, order: Order) -> None:
    provider = stub.connect()
    assert [(one.name, one.repeat, one.undo) for one in provider.steps(order)] == [
        ("copy", Repeat.LOOK, "drop_copy"), ("mark", Repeat.HARMLESS, ""), ("upload", Repeat.LOOK, ""),
        ("drop_copy", Repeat.HARMLESS, ""),
    ]  # fmt: skip
    plain = acting.ordered("instance.create_image", _PLACE, name="gold")
    assert [one.name for one in provider.steps(plain)] == ["create_image"]


def test_each_step_is_looked_up_without_its_receipt(stub: Stub, cinder: Cinder, order: Order) -> None:
    """As after a kill: by the token alone, and by what the looks before have told."""
    provider = stub.connect()
    assert acting.look(provider, order).seen is Seen.ABSENT
    acting.send(provider, order)
    assert cinder.copy is not None
    assert cinder.asked == [
        ("make", {"name": "gold", "size": 7, "source_volid": VOLUME, "metadata": {MARK: order.token}})
    ]  # fmt: skip
    assert acting.look(provider, order).seen is Seen.UNDERWAY
    cinder.copy["status"] = "available"
    found = acting.look(provider, order)
    assert (found.seen, found.made, found.facts) == (Seen.DONE, None, FACTS)

    assert acting.look(provider, order, "mark", FACTS).seen is Seen.ABSENT
    acting.send(provider, order, "mark", FACTS)
    assert acting.look(provider, order, "mark", FACTS).seen is Seen.DONE

    assert acting.look(provider, order, "upload", FACTS).seen is Seen.ABSENT
    acting.send(provider, order, "upload", FACTS)
    asked = {"image_name": "gold", "disk_format": "raw", "container_format": "bare", "visibility": "private"}
    assert cinder.asked[-1] == ("os-volume_upload_image", asked)
    for image, copy, seen in (
        ("queued", "uploading", Seen.UNDERWAY), ("saving", "uploading", Seen.UNDERWAY),
        ("active", "uploading", Seen.UNDERWAY), ("active", "available", Seen.DONE),
        ("killed", "available", Seen.FAILED),
    ):  # fmt: skip
        cinder.images[0]["status"], cinder.copy["status"] = image, copy
        assert acting.look(provider, order, "upload", FACTS).seen is seen, (image, copy)
    cinder.images[0]["status"] = "active"
    made = acting.look(provider, order, "upload", FACTS).made
    assert made is not None
    assert made.native_id == IMAGE

    assert acting.look(provider, order, "drop_copy", FACTS).seen is Seen.ABSENT
    acting.send(provider, order, "drop_copy", FACTS)
    assert acting.look(provider, order, "drop_copy", FACTS).seen is Seen.UNDERWAY
    cinder.copy = None
    acting.send(provider, order, "drop_copy", FACTS)
    assert acting.look(provider, order, "drop_copy", FACTS).seen is Seen.DONE


def test_an_upload_that_cinder_gave_up_has_failed(stub: Stub, cinder: Cinder, order: Order) -> None:
    """Cinder removes the image then; before the answer came, nobody can tell that from a request that never arrived."""
    cinder.copy = {"id": COPY, "status": "available", "metadata": {MARK: order.token}}
    provider = stub.connect()
    assert acting.look(provider, order, "upload", FACTS).seen is Seen.ABSENT
    assert acting.look(provider, order, "upload", FACTS | {"image": IMAGE}).seen is Seen.FAILED
    cinder.copy["status"] = "error"
    assert acting.look(provider, order).seen is Seen.FAILED


def test_only_a_volume_of_the_instance_is_copied(stub: Stub, cinder: Cinder, order: Order) -> None:
    provider = stub.connect()
    cinder.used_by = "somebody else"
    with pytest.raises(InvalidRequest, match="not attached"):
        acting.send(provider, order)
    other = acting.ordered("instance.create_image", _PLACE, name="gold", volume="gone")
    with pytest.raises(ResourceNotFound):
        acting.send(provider, other)
    assert cinder.asked == []


def test_removing_the_image_removes_the_copy_with_the_token_and_no_other(
    stub: Stub, cinder: Cinder, order: Order
) -> None:  # fmt: skip
    provider = stub.connect()
    acting.send(provider, order)
    assert cinder.copy is not None
    with pytest.raises(ResourceBusy, match="creating"):
        provider.remove_image("RegionOne", order.token)
    cinder.copy["status"] = "available"
    provider.remove_image("RegionOne", "mcm-of-another")
    assert cinder.asked[1:] == []
    for _ in range(2):
        provider.remove_image("RegionOne", order.token)
        assert cinder.asked[1:] == [("delete", COPY)]


def test_a_cloud_without_block_storage_has_no_copies(stub: Stub) -> None:
    stub.services = ["compute", "image"]
    stub.put("image", "/images", {"images": []})
    stub.connect().remove_image("RegionOne", "mcm-0")
    assert stub.count("volumes") == 0


def test_a_volume_of_an_image_is_there_once_it_is_written(stub: Stub) -> None:
    order = acting.ordered("volume.create", None, "RegionOne", name="data", size_gib=3, image=IMAGE)
    row = {"id": COPY, "metadata": {MARK: order.token}, "status": "downloading"}
    asked: list[Any] = []

    def make(one: Asked) -> Reply:
        asked.append(json.loads(one.body))
        return Reply(202, {"volume": row})

    stub.put("block-storage", "/volumes", make)
    stub.put("block-storage", "/volumes/detail", lambda _: Reply(body={"volumes": [row]}))
    provider = stub.connect()
    acting.send(provider, order)
    assert asked[0]["volume"].items() >= {"imageRef": IMAGE, "size": 3}.items()
    assert acting.look(provider, order).seen is Seen.UNDERWAY
    row["status"] = "available"
    assert acting.look(provider, order).seen is Seen.DONE
