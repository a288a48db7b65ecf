"""Every kind, against what pyVmomi says of the same simulator."""

from typing import Any

import pytest

from mcm.contract import RelationType, Resource, ResourceKind
from mcm.contract.resources import InstanceAttributes, SnapshotAttributes
from mcm_providers.vmware.adapter import VmwareProvider
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim
K = ResourceKind


def everything(provider: VmwareProvider, kind: ResourceKind) -> list[Resource]:
    return [one for region in provider.regions() for one in provider.collect(kind, region)]


def references(managed: list[Any]) -> set[str]:
    return {one._moId for one in managed}


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (K.HOST, (vim.HostSystem,)),
        (K.CLUSTER, (vim.ClusterComputeResource,)),
        (K.DATASTORE, (vim.Datastore,)),
        (K.NETWORK, (vim.Network,)),
        (K.OTHER, (vim.DistributedVirtualSwitch,)),
        (K.RESOURCE_POOL, (vim.ResourcePool,)),
    ],
)
def test_a_kind_is_complete(provider: VmwareProvider, operator: Operator, kind: K, types: tuple[Any, ...]) -> None:
    found = everything(provider, kind)
    expected = operator.all(*types)
    assert expected
    assert {one.native_id for one in found} == references(expected)
    assert {one.native_id: one.name for one in found} == {one._moId: one.name for one in expected}


def test_folders_below_datacenters(provider: VmwareProvider, operator: Operator) -> None:
    expected = {
        one._moId for datacenter in operator.datacenters() for one in operator.all(vim.Folder, below=datacenter)
    }
    assert {one.native_id for one in everything(provider, K.FOLDER)} == expected


def test_regions_are_the_datacenters(provider: VmwareProvider, operator: Operator) -> None:
    expected = operator.datacenters()
    found = provider.regions()
    assert {one.native_id for one in found} == references(expected)
    assert all(one.name.endswith(next(dc.name for dc in expected if dc._moId == one.native_id)) for one in found)


def test_instances_by_their_uuid_each_in_its_region(provider: VmwareProvider, operator: Operator) -> None:
    expected = {
        (datacenter._moId, machine.config.instanceUuid)
        for datacenter in operator.datacenters()
        for machine in operator.machines(below=datacenter)
        if not machine.config.template
    }
    found = everything(provider, K.INSTANCE)
    assert {(one.region, one.native_id) for one in found} == expected
    assert len(found) == len(expected)


def test_instances_lead_to_what_is_there(provider: VmwareProvider) -> None:
    targets = {
        kind: {one.native_id for one in everything(provider, kind)}
        for kind in (K.HOST, K.DATASTORE, K.NETWORK, K.RESOURCE_POOL, K.FOLDER)
    }
    for instance in everything(provider, K.INSTANCE):
        assert {relation.kind for relation in instance.relations} == set(targets)
        for relation in instance.relations:
            assert relation.native_id in targets[relation.kind]
        assert isinstance(instance.attributes, InstanceAttributes)
        assert instance.attributes.host


def test_the_hierarchy_leads_up(provider: VmwareProvider) -> None:
    clusters = {one.native_id for one in everything(provider, K.CLUSTER)}
    hosts = everything(provider, K.HOST)
    parents = [relation.native_id for one in hosts for relation in one.relations]
    assert set(parents) == clusters
    assert len(parents) < len(hosts), "a host alone has no cluster"


def test_volumes_and_their_instances(provider: VmwareProvider, operator: Operator) -> None:
    expected = sum(
        isinstance(device, vim.vm.device.VirtualDisk)
        for machine in operator.machines()
        for device in machine.config.hardware.device
    )
    found = everything(provider, K.VOLUME)
    assert len({one.native_id for one in found}) == len(found) == expected > 0
    known = {one.native_id for kind in (K.INSTANCE, K.IMAGE) for one in everything(provider, kind)}
    attached = {
        relation.native_id for one in found for relation in one.relations if relation.type is RelationType.ATTACHED_TO
    }
    assert attached <= known


def test_snapshots(provider: VmwareProvider, operator: Operator) -> None:
    machine = operator.clone(operator.machines()[0], "with-snapshots")
    try:
        operator.do(machine.CreateSnapshot_Task("one", "first", False, False))
        operator.do(machine.CreateSnapshot_Task("two", "", False, False))
        found = [one for one in everything(provider, K.SNAPSHOT) if machine.config.instanceUuid in one.native_id]
        assert sorted(one.name for one in found) == ["one", "two"]
        assert all(isinstance(one.attributes, SnapshotAttributes) and one.created_at for one in found)
        seen = provider.observe([one.ref for one in found])
        assert {one.name for one in seen.values() if one} == {"one", "two"}
    finally:
        operator.do(machine.Destroy_Task())
    assert provider.observe([one.ref for one in found]) == {one.ref: None for one in found}


def test_a_template_is_an_image(provider: VmwareProvider, operator: Operator) -> None:
    machine = operator.clone(operator.machines()[0], "golden")
    try:
        machine.MarkAsTemplate()
        images = [one for one in everything(provider, K.IMAGE) if one.name == "golden"]
        assert [one.native_id for one in images] == [machine.config.instanceUuid]
        assert "golden" not in {one.name for one in everything(provider, K.INSTANCE)}
    finally:
        operator.do(machine.Destroy_Task())


def test_an_instance_in_a_vapp_is_listed(provider: VmwareProvider, operator: Operator) -> None:
    pool = operator.all(vim.ResourcePool)[0]
    datacenter = operator.datacenters()[0]
    resources = vim.ResourceConfigSpec(
        cpuAllocation=vim.ResourceAllocationInfo(reservation=0, limit=-1, expandableReservation=True),
        memoryAllocation=vim.ResourceAllocationInfo(reservation=0, limit=-1, expandableReservation=True),
    )
    for allocation in (resources.cpuAllocation, resources.memoryAllocation):
        allocation.shares = vim.SharesInfo(level="normal", shares=0)
    vapp = pool.CreateVApp("app", resources, vim.vApp.VAppConfigSpec(), datacenter.vmFolder)
    store = operator.all(vim.Datastore)[0].name
    specification = vim.vm.ConfigSpec(
        name="inside", memoryMB=64, numCPUs=1, files=vim.vm.FileInfo(vmPathName=f"[{store}]"), guestId="otherGuest"
    )
    machine = operator.do(vapp.CreateChildVM_Task(specification, None)) or next(
        one for one in operator.machines() if one.name == "inside"
    )
    try:
        assert "inside" in {one.name for one in everything(provider, K.INSTANCE)}
        pools = {one.native_id: one.native_kind for one in everything(provider, K.RESOURCE_POOL)}
        assert pools[vapp._moId] == "VirtualApp"
    finally:
        operator.do(machine.Destroy_Task())
        operator.do(vapp.Destroy_Task())


def test_labels(connect: Connect, operator: Operator) -> None:
    machine = operator.clone(operator.machines()[0], "labelled")
    try:
        operator.set_attribute(machine, "cost center", "4711")
        operator.tag(machine, "tier", "gold")
        labelled = {one.name: one.tags for one in everything(connect(), K.INSTANCE)}
        assert labelled["labelled"] == {"cost center": "4711", "tier": "gold"}
    finally:
        operator.do(machine.Destroy_Task())
