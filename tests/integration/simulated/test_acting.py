"""Every action at the simulated cloud, adapter and cloud alone: what it leads to, and that it is done once."""

from typing import Any

import pytest

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import ACTIONS, Effect, Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from mcm_providers.simulated.world import World, worlds
from tests.harness import acting

K = ResourceKind
_BEFORE = {
    "instance.start": "SHUTOFF", "instance.resume": "SUSPENDED", "instance.unpause": "PAUSED",
    "instance.unshelve": "SHELVED_OFFLOADED",
}  # fmt: skip
OFFERED = sorted(ident for ident, found in DESCRIPTOR.actions.items() if not found.absent)


@pytest.fixture
def cloud() -> tuple[SimulatedProvider, World]:
    config = {"cloud_id": "acting", "instances": 20, "regions": "1", "action_ms": "30"}
    form = DESCRIPTOR.connection.validated(config, {"token": "kanari7"})
    worlds.clear()
    provider = SimulatedProvider.connect(form, PlainContext())
    return provider, worlds.get("acting")


def _id(world: World, kind: ResourceKind, **values: Any) -> str:
    return next(
        str(one["id"]) for one in world.each(kind) if all(one.get(key) == value for key, value in values.items())
    )


def _prepared(world: World, action: str) -> tuple[ResourceRef | None, str, dict[str, Any]]:
    """(target, region, parameters), with the world brought into the state that the action needs."""
    region = world.cloud.regions()[1][0] if world.cloud.regions()[0][0] == "global" else world.cloud.regions()[0][0]
    machine = _id(world, K.INSTANCE, status="ACTIVE", task=None)
    world.change(machine, status=_BEFORE.get(action, "ACTIVE"))
    volume = world.add(K.VOLUME, region, {"id": "vol-x", "size_gib": 5, "attachments": []})
    shot = world.add(K.SNAPSHOT, region, {"id": "snap-x", "source": machine, "source_kind": "instance"})
    address = world.add(K.PUBLIC_IP, region, {"id": "ip-x", "address": "203.0.113.7", "status": "DOWN"})
    key = world.add(K.KEYPAIR, region, {"id": "key-x"})
    group = _id(world, K.SECURITY_GROUP)
    flavor, size = _id(world, K.FLAVOR), world.find(K.INSTANCE, machine)
    assert size is not None
    other = next(str(one["id"]) for one in world.each(K.FLAVOR) if one["vcpus"] != size[1]["vcpus"])
    params: dict[str, dict[str, Any]] = {
        "instance.create": {"name": "new", "image": _id(world, K.IMAGE), "flavor": flavor},
        "instance.resize": {"flavor": other},
        "instance.rename": {"name": "other"}, "instance.set_tags": {"set": {"a": "b"}},
        "instance.snapshot": {"name": "s"}, "instance.create_image": {"name": "i"},
        "instance.revert": {"snapshot": shot},
        "volume.create": {"name": "v", "size_gib": 2}, "volume.attach": {"instance": machine},
        "volume.extend": {"size_gib": 9}, "volume.snapshot": {"name": "s"},
        "security_group.add_rule": {"port_from": 5, "port_to": 5, "cidr": "10.9.0.0/16"},
        "security_group.remove_rule": {"port_from": 443, "port_to": 443, "cidr": "10.0.0.0/8"},
        "public_ip.associate": {"instance": machine},
        "keypair.import": {"name": "k", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPublic me"},
    }  # fmt: skip
    if action == "volume.detach":
        world.change(volume, K.VOLUME, status="in-use", attachments=[{"instance": machine, "device": "/dev/vdb"}])
    if action == "public_ip.disassociate":
        world.change(address, K.PUBLIC_IP, instance=machine, status="ACTIVE")
    if action in ("instance.confirm_resize", "instance.revert_resize"):
        world.change(machine, task="verify_resize", before_resize={"vcpus": 1})
    ids = {"volume": volume, "snapshot": shot, "public_ip": address, "keypair": key, "security_group": group}
    kind = ACTIONS[action].kind
    target = ResourceRef(kind, ids.get(kind.value, machine), "", region) if ACTIONS[action].targets else None
    return target, region, params.get(action, {})


@pytest.mark.parametrize("action", OFFERED)
def test_it_is_done_once(cloud: tuple[SimulatedProvider, World], action: str) -> None:
    provider, world = cloud
    target, region, params = _prepared(world, action)
    order = acting.ordered(action, target, region, **params)
    if ACTIONS[action].effect in (Effect.CREATES, Effect.SETS):
        assert acting.look(provider, order).seen is Seen.ABSENT
    done = acting.act(provider, order)
    assert done.seen is Seen.DONE
    if ACTIONS[action].makes is not None:
        assert done.made is not None
        assert provider.observe([done.made])[done.made] is not None
    if ACTIONS[action].effect is not Effect.ONCE:
        # The same order once more is the same thing.
        acting.send(provider, order)
        assert len(world.effects) == 1
    if ACTIONS[action].effect in (Effect.CREATES, Effect.SETS):
        assert acting.look(provider, order).seen is Seen.DONE, "told without a receipt"
