"""Every action at real nova, cinder, glance and neutron: what it leads to, once, told with and without the receipt."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mcm.contract import (
    InvalidRequest,
    ProviderError,
    Resource,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
)
from mcm.contract.actions import Order, Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.harness import acting
from tests.harness.openstack.booting import boot_from_volume, clear
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import Seeded, seed

pytestmark = pytest.mark.openstack
K = ResourceKind
_WAIT_S = 90.0
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZxqH9ryDwg1nTE5M3Y0mYk2Nn3l0oYyHnGZ9bD0F1u someone@example"


@dataclass
class Project:
    """One user's view; `images` and `flavors` by name, `network` is the seeded one."""

    provider: OpenStackProvider
    region: str
    seeded: Seeded

    def ref(self, kind: ResourceKind, native_id: str) -> ResourceRef:
        return ResourceRef(kind, native_id, "", self.region)

    def seen(self, ref: ResourceRef) -> Resource:
        found = self.provider.observe([ref])[ref]
        assert found is not None
        return found

    def gone(self, ref: ResourceRef) -> bool:
        return self.provider.observe([ref])[ref] is None

    def all(self, kind: ResourceKind) -> list[Resource]:
        region = next(one for one in self.provider.regions() if one.native_id == self.region)
        return list(self.provider.collect(kind, region))

    def do(self, action: str, ref: ResourceRef | None = None, **params: Any) -> ResourceRef | None:
        """To its end; a second request of the same order is no second effect where it may be repeated."""
        order = acting.ordered(action, ref, self.region, **params)
        done = acting.act(self.provider, order, _WAIT_S)
        assert done.seen is Seen.DONE, (action, done)
        return done.made

    def instance(self, **more: Any) -> ResourceRef:
        image, flavor = self.all(K.IMAGE)[0].native_id, self.flavors()[0].native_id
        params = {"name": f"mcm-{secrets.token_hex(4)}", "image": image, "flavor": flavor} | more
        made = self.do("instance.create", networks=[self.seeded.network], **params)
        assert made is not None
        return made

    def flavors(self) -> list[Resource]:
        return sorted(self.all(K.FLAVOR), key=lambda one: (one.attributes.vcpus, one.attributes.memory_mib))  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def seeded(openstack_cloud: OpenStackCloud) -> Seeded:
    return seed(openstack_cloud, instances=4, volumes=3)


@pytest.fixture(scope="module")
def open_as(openstack_cloud: OpenStackCloud, seeded: Seeded) -> Iterator[Callable[[str], Project]]:
    opened: list[OpenStackProvider] = []

    def connected(user: str) -> Project:
        answers = openstack_cloud.credentials(user)
        secret = answers.pop("password")
        form = DESCRIPTOR.connection.validated(answers, {"password": secret})
        opened.append(OpenStackProvider.connect(form, PlainContext(seconds=900)))
        region = next(one for one in opened[-1].regions() if K.INSTANCE in one.kinds)
        return Project(opened[-1], region.native_id, seeded)

    yield connected
    for provider in opened:
        provider.close()


@pytest.fixture(scope="module")
def demo(open_as: Callable[[str], Project]) -> Project:
    return open_as("demo")


@pytest.fixture(scope="module")
def machine(demo: Project) -> Iterator[ResourceRef]:
    """One that every test leaves running."""
    made = demo.instance()
    yield made
    demo.do("instance.delete", made)
    assert demo.gone(made)


def test_it_is_born_with_name_tags_and_token(demo: Project) -> None:
    made = demo.instance(tags={"env": "dev"}, user_data="#!/bin/sh\n")
    found = demo.seen(made)
    assert found.state == "running"
    assert (found.tags or {})["env"] == "dev"
    demo.do("instance.delete", made)
    order = acting.ordered("instance.delete", made)
    assert acting.send(demo.provider, order).made is None, "what is gone is deleted without a word"
    assert acting.look(demo.provider, order).seen is Seen.DONE


@pytest.mark.parametrize(
    ("there", "state", "back"),
    [
        ("stop", "stopped", "start"),
        ("suspend", "suspended", "resume"),
        ("pause", "paused", "unpause"),
        ("shelve", "shelved", "unshelve"),
    ],
)
def test_there_and_back(demo: Project, machine: ResourceRef, there: str, state: str, back: str) -> None:
    order = acting.ordered(f"instance.{there}", machine)
    assert acting.look(demo.provider, order).seen is Seen.ABSENT
    demo.do(f"instance.{there}", machine)
    assert demo.seen(machine).state == state
    # Told by the state alone, as after a crash in which the receipt was lost.
    assert acting.look(demo.provider, order).seen is Seen.DONE
    demo.do(f"instance.{back}", machine)
    assert demo.seen(machine).state == "running"


@pytest.mark.parametrize("mode", ["soft", "hard"])
def test_reboot(demo: Project, machine: ResourceRef, mode: str) -> None:
    order = acting.ordered("instance.reboot", machine, mode=mode)
    assert acting.look(demo.provider, order).seen is Seen.UNCLEAR, "nobody can tell without an answer"
    demo.do("instance.reboot", machine, mode=mode)
    assert demo.seen(machine).state == "running"


def test_rename_and_tags(demo: Project, machine: ResourceRef) -> None:
    demo.do("instance.rename", machine, name="renamed 名字")
    demo.do("instance.set_tags", machine, set={"a": "1", "b": "2"})
    demo.do("instance.set_tags", machine, set={"c": "3"}, remove=["a", "never-there"])
    found = demo.seen(machine)
    assert found.name == "renamed 名字"
    tags = found.tags or {}
    assert (tags.get("b"), tags.get("c"), "a" in tags) == ("2", "3", False)


def test_resize_waits_to_be_confirmed(demo: Project) -> None:
    machine = demo.instance()
    small, large = demo.flavors()[0], demo.flavors()[-1]
    assert small.native_id != large.native_id
    for way, expected in (("revert_resize", small), ("confirm_resize", large)):
        demo.do("instance.resize", machine, flavor=large.native_id)
        assert demo.seen(machine).task_state == "verify_resize"
        demo.do(f"instance.{way}", machine)
        found = demo.seen(machine)
        assert found.task_state is None
        assert found.attributes.flavor == expected.name  # type: ignore[attr-defined]
    demo.do("instance.delete", machine)


@pytest.mark.parametrize("action", ["instance.snapshot", "instance.create_image"])
def test_an_image_of_it_and_back_to_it(demo: Project, machine: ResourceRef, action: str) -> None:
    order = acting.ordered(action, machine, name=f"image-{secrets.token_hex(3)}")
    assert acting.look(demo.provider, order).seen is Seen.ABSENT
    done = acting.act(demo.provider, order, _WAIT_S)
    assert done.made is not None
    assert demo.seen(done.made).state == "available"
    assert acting.look(demo.provider, order).made == done.made, "found by its token"
    demo.do("instance.revert", machine, snapshot=done.made.native_id)
    assert demo.seen(machine).state == "running"


def test_an_image_of_the_volume_that_it_starts_from(openstack_cloud: OpenStackCloud, demo: Project) -> None:
    """Its bytes are in the image; the copy is gone, also where the operation ended in the middle."""
    connection, name = openstack_cloud.connect("demo"), f"on-volume-{secrets.token_hex(3)}"
    try:
        server, volume = boot_from_volume(connection, name)
        order = acting.ordered(
            "instance.create_image", ResourceRef(K.INSTANCE, server, "", demo.region), name=name, volume=volume
        )  # fmt: skip
        assert acting.look(demo.provider, order).seen is Seen.ABSENT
        done = acting.act(demo.provider, order, _WAIT_S)
        assert (done.seen, done.made is not None) == (Seen.DONE, True)
        assert acting.look(demo.provider, order, "upload", done.facts).seen is Seen.FAILED, "the copy is gone"
        image = demo.provider.image_file(done.made)  # type: ignore[arg-type]
        assert (image.disk_format, image.size_bytes, image.properties["hw_disk_bus"]) == ("raw", 1 << 30, "virtio")
        assert [one.id for one in connection.block_storage.volumes(name=name)] == [volume]
        demo.provider.remove_image(demo.region, order.token)
        assert demo.gone(done.made)  # type: ignore[arg-type]

        half = replace(order, token=f"mcm-{secrets.token_hex(16)}")
        acting.until_over(demo.provider, acting.at(demo.provider, half, facts=acting.send(demo.provider, half).facts))
        demo.provider.remove_image(demo.region, half.token)
        for _ in range(100):
            left = [one.id for one in connection.block_storage.volumes(name=name)]
            if left == [volume]:
                break
            time.sleep(0.3)
        assert left == [volume]
    finally:
        clear(connection, name)
        connection.close()


def test_live_migration(open_as: Callable[[str], Project], machine: ResourceRef) -> None:
    admin = open_as("admin")
    before = admin.seen(machine).attributes.host  # type: ignore[attr-defined]
    admin.do("instance.migrate", machine)
    assert admin.seen(machine).attributes.host != before  # type: ignore[attr-defined]


def test_volumes(demo: Project, machine: ResourceRef) -> None:
    order = acting.ordered("volume.create", None, demo.region, name="data", size_gib=1, tags={"k": "v"})
    assert acting.look(demo.provider, order).seen is Seen.ABSENT
    done = acting.act(demo.provider, order, _WAIT_S)
    volume = done.made
    assert volume is not None
    assert acting.look(demo.provider, order).made == volume
    demo.do("volume.extend", volume, size_gib=2)
    assert demo.seen(volume).attributes.size_gib == 2  # type: ignore[attr-defined]
    demo.do("volume.attach", volume, instance=machine.native_id)
    assert demo.seen(volume).state == "in_use"
    snapshot = demo.do("volume.snapshot", volume, name="before")
    assert snapshot is not None
    assert demo.seen(snapshot).attributes.source == volume.native_id  # type: ignore[attr-defined]
    demo.do("volume.detach", volume)
    with pytest.raises((InvalidRequest, ResourceBusy)):
        # It has a snapshot.
        demo.provider.send(acting.at(demo.provider, acting.ordered("volume.delete", volume)))
    demo.do("snapshot.delete", snapshot)
    demo.do("volume.delete", volume)
    assert demo.gone(snapshot)
    assert demo.gone(volume)


def test_rules_addresses_and_keys(demo: Project, machine: ResourceRef) -> None:
    group = demo.all(K.SECURITY_GROUP)[0].ref
    rule = {"protocol": "tcp", "port_from": 8443, "port_to": 8443, "cidr": "10.9.0.0/16"}

    def opened() -> bool:
        return any(one.port_min == 8443 for one in demo.seen(group).attributes.rules)  # type: ignore[attr-defined]

    for _ in range(2):
        demo.do("security_group.add_rule", group, **rule)
        assert opened()
    for _ in range(2):
        demo.do("security_group.remove_rule", group, **rule)
        assert not opened()
    address = demo.do("public_ip.allocate")
    assert address is not None
    for _ in range(2):
        demo.do("public_ip.associate", address, instance=machine.native_id)
    assert demo.seen(address).attributes.associated_with == machine.native_id  # type: ignore[attr-defined]
    demo.do("public_ip.disassociate", address)
    demo.do("public_ip.release", address)
    assert demo.gone(address)
    key = demo.do("keypair.import", name=f"key-{secrets.token_hex(3)}", public_key=_KEY)
    assert key is not None
    assert demo.seen(key).native_scope == key.native_scope
    demo.do("keypair.delete", key)
    assert demo.gone(key)


def _order(demo: Project, action: str, ref: ResourceRef | None, **params: Any) -> Order:
    return acting.at(demo.provider, acting.ordered(action, ref, demo.region, **params))


def test_what_the_cloud_refuses_is_said_and_had_no_effect(demo: Project, machine: ResourceRef) -> None:
    nobody = demo.ref(K.INSTANCE, "00000000-0000-4000-8000-000000000000")
    image, flavor = demo.all(K.IMAGE)[0].native_id, demo.flavors()[0].native_id
    wanted = {"name": "x", "flavor": flavor, "image": image, "networks": [demo.seeded.network]}
    for kinds, order in (
        ((ResourceNotFound,), _order(demo, "instance.stop", nobody)),
        ((ResourceNotFound, InvalidRequest), _order(demo, "volume.attach", demo.ref(K.VOLUME, nobody.native_id),
                                                    instance=machine.native_id)),
        ((InvalidRequest,), _order(demo, "instance.create", None, **wanted | {"image": "no-such-image"})),
        ((InvalidRequest,), _order(demo, "instance.create", None, **wanted | {"keypair": "no-such-key"})),
        ((ResourceBusy,), _order(demo, "instance.start", machine)),
    ):  # fmt: skip
        with pytest.raises(ProviderError) as caught:
            demo.provider.send(order)
        assert isinstance(caught.value, kinds), (order.action, caught.value)
        assert caught.value.request_id, order.action
