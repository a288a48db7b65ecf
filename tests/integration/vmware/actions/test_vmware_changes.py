"""Size, name, tags, snapshots, host and disks at the simulator."""

from typing import Any

import pytest

from mcm.contract import InvalidRequest, Resource, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, look, ordered, send
from tests.integration.vmware.acting import machine_of, seen, tags_of
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim
K = ResourceKind


def of_kind(provider: VmwareProvider, kind: ResourceKind, ref: ResourceRef) -> list[Resource]:
    listed = provider.collect(kind, provider.regions()[0])
    return [one for one in listed if one.native_id.startswith(f"{ref.native_id}:")]


def _sizes(vcpus: int, memory_mib: int) -> list[dict[str, Any]]:
    return [{"vcpus": vcpus}, {"memory_mib": memory_mib}]


def test_a_new_size(provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef) -> None:
    operator.power(machine_of(operator, ref), False)
    order = ordered("instance.resize", ref, vcpus=4, memory_mib=2048)
    assert look(provider, order).seen is Seen.ABSENT
    assert act(provider, order).seen is Seen.DONE
    assert look(provider, order).seen is Seen.DONE
    found: Any = seen(provider, ref).attributes
    assert (found.vcpus, found.memory_mib) == (4, 2048)
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == 1


def test_a_running_instance_grows_where_it_can(provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> None:
    for params in _sizes(2, 4096):
        with pytest.raises(InvalidRequest, match="stop it"):
            send(provider, ordered("instance.resize", ref, **params))
    hot = vim.vm.ConfigSpec(cpuHotAddEnabled=True, memoryHotAddEnabled=True)
    operator.do(machine_of(operator, ref).ReconfigVM_Task(hot))
    assert act(provider, ordered("instance.resize", ref, vcpus=2, memory_mib=4096)).seen is Seen.DONE
    for params in _sizes(1, 1024):
        with pytest.raises(InvalidRequest, match="stop it"):
            send(provider, ordered("instance.resize", ref, **params))


@pytest.mark.parametrize("params", [{}, {"memory_mib": 1025}])
def test_sizes_that_no_instance_has(
    provider: VmwareProvider, context: PlainContext, ref: ResourceRef, params: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        send(provider, ordered("instance.resize", ref, **params))
    assert context.changes == 0


def test_a_new_name(provider: VmwareProvider, context: PlainContext, ref: ResourceRef) -> None:
    order = ordered("instance.rename", ref, name="a/b \\ 100% <&>")
    assert look(provider, order).seen is Seen.ABSENT
    assert act(provider, order).seen is Seen.DONE
    assert look(provider, order).seen is Seen.DONE
    assert seen(provider, ref).name == "a/b \\ 100% <&>"
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == 1


def test_a_name_that_is_taken(provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> None:
    machine = machine_of(operator, ref)
    taken = next(one.name for one in operator.machines() if one != machine)
    outlook = act(provider, ordered("instance.rename", ref, name=taken))
    assert outlook.seen is Seen.FAILED
    assert outlook.message


def test_tags_are_custom_attributes(
    provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef
) -> None:
    operator.set_attribute(machine_of(operator, ref), "old", "value")
    order = ordered("instance.set_tags", ref, set={"color": "blue", "size": "xl"}, remove=["old", "unknown"])
    assert [look(provider, order, step.name).seen for step in provider.steps(order)] == [
        *[Seen.ABSENT] * 4,
        Seen.ABSENT,
        Seen.DONE,
    ]
    assert act(provider, order).seen is Seen.DONE
    assert {look(provider, order, step.name).seen for step in provider.steps(order)} == {Seen.DONE}
    found = tags_of(provider, ref)
    assert (found["color"], found["size"]) == ("blue", "xl")
    # Two definitions, two values and one that was taken away.
    assert context.changes == 5
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == 5
    assert act(provider, ordered("instance.set_tags", ref, set={"color": "red"})).seen is Seen.DONE
    assert tags_of(provider, ref)["color"] == "red"
    assert context.changes == 6


def test_a_vsphere_tag_is_not_ours_to_take(
    provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef
) -> None:
    operator.tag(machine_of(operator, ref), "tier", "gold")
    with pytest.raises(InvalidRequest, match="detach it in vCenter"):
        act(provider, ordered("instance.set_tags", ref, remove=["tier"]))
    assert context.changes == 0


def test_a_snapshot_and_back_to_it(provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> None:
    first = ordered("instance.snapshot", ref, name="before/after")
    assert look(provider, first).seen is Seen.ABSENT
    receipt = send(provider, first)
    found = look(provider, first)
    assert found.seen is Seen.DONE
    assert found.made is not None
    assert found.made == look(provider, first, facts=receipt.facts).made
    assert seen(provider, found.made).name == "before/after"
    assert len(of_kind(provider, K.SNAPSHOT, ref)) == 1

    assert act(provider, ordered("instance.snapshot", ref, name="later", memory=True)).seen is Seen.DONE
    back = ordered("instance.revert", ref, snapshot=found.made.native_id)
    assert look(provider, back).seen is Seen.ABSENT
    receipt = send(provider, back)
    assert look(provider, back, facts=receipt.facts).seen is Seen.DONE
    assert look(provider, back).seen is Seen.UNCLEAR
    machine = machine_of(operator, ref)
    assert found.made.native_id.endswith(machine.snapshot.currentSnapshot._moId)


def test_an_unknown_snapshot(provider: VmwareProvider, context: PlainContext, ref: ResourceRef) -> None:
    for snapshot in (f"{ref.native_id}:snapshot-none", "snapshot-none"):
        with pytest.raises(ResourceNotFound):
            send(provider, ordered("instance.revert", ref, snapshot=snapshot))
    assert context.changes == 0


def test_a_snapshot_is_deleted_without_those_after_it(
    provider: VmwareProvider, context: PlainContext, ref: ResourceRef
) -> None:
    made = [act(provider, ordered("instance.snapshot", ref, name=name)).made for name in ("one", "two")]
    assert made[0] is not None
    order = ordered("snapshot.delete", made[0])
    assert look(provider, order).seen is Seen.ABSENT
    receipt = send(provider, order)
    assert look(provider, order, facts=receipt.facts).seen is Seen.DONE
    assert look(provider, order).seen is Seen.DONE
    assert [one.name for one in of_kind(provider, K.SNAPSHOT, ref)] == ["two"]
    sent = context.changes
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == sent


def test_to_another_host(provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef) -> None:
    machine = machine_of(operator, ref)
    here = machine.runtime.host
    inside = next(one for one in here.parent.host if one != here)
    alone = next(one for one in operator.all(vim.HostSystem) if one.parent != here.parent)
    for number, host in enumerate((inside, alone), 1):
        order = ordered("instance.migrate", ref, host=host._moId)
        assert look(provider, order).seen is Seen.ABSENT
        assert act(provider, order).seen is Seen.DONE
        assert look(provider, order).seen is Seen.DONE
        found: Any = seen(provider, ref).attributes
        assert found.host == host.name
        assert act(provider, order).seen is Seen.DONE
        assert context.changes == number
    assert machine_of(operator, ref).resourcePool == alone.parent.resourcePool
    with pytest.raises(ResourceNotFound):
        send(provider, ordered("instance.migrate", ref, host="host-none"))


def test_a_disk_grows(provider: VmwareProvider, context: PlainContext, ref: ResourceRef) -> None:
    (disk,) = of_kind(provider, K.VOLUME, ref)
    order = ordered("volume.extend", disk.ref, size_gib=50)
    assert look(provider, order).seen is Seen.ABSENT
    assert act(provider, order).seen is Seen.DONE
    assert look(provider, order).seen is Seen.DONE
    (grown,) = of_kind(provider, K.VOLUME, ref)
    size: Any = grown.attributes
    assert size.size_gib == 50
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == 1
    with pytest.raises(InvalidRequest, match="only grow"):
        send(provider, ordered("volume.extend", disk.ref, size_gib=20))
