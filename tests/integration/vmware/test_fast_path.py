"""The adapter's own parsing gives what pyVmomi gives for the same properties of the same objects."""

from datetime import datetime
from typing import Any

import pytest
from pyVmomi import vmodl
from pyVmomi.VmomiSupport import ManagedObject

from mcm.contract import ResourceKind
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.content import Content, Ref
from mcm_providers.vmware.property_collector import filter_spec, machines_of, retrieve
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.traversal import OF_VIEW
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim
_Query: Any = vmodl.query.PropertyCollector


def sdks_listing(operator: Operator, native_type: Any, paths: list[str], below: Any) -> dict[str, dict[str, Any]]:
    """pyVmomi's own RetrievePropertiesEx over a view, as a program that uses it would."""
    view = operator.content.viewManager.CreateContainerView(below, [native_type], True)
    walk = _Query.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
    specification = _Query.FilterSpec(
        propSet=[_Query.PropertySpec(type=native_type, pathSet=paths, all=False)],
        objectSet=[_Query.ObjectSpec(obj=view, skip=True, selectSet=[walk])],
    )
    collector = operator.content.propertyCollector
    result = collector.RetrievePropertiesEx([specification], _Query.RetrieveOptions())
    found = {one.obj._moId: {prop.name: prop.val for prop in one.propSet} for one in result.objects}
    view.Destroy()
    return found


def as_text(value: Any) -> Any:
    """A value of pyVmomi's as the wire has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, ManagedObject):
        return value._moId
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [as_text(one) for one in value]
    if isinstance(value, vim.CustomFieldsManager.Value):
        return {"key": str(value.key), "value": value.value}
    return str(value)


def agree(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, list):
        # An empty array and an empty text look alike on the wire.
        return len(ours or ()) == len(theirs) and all(map(agree, ours or (), theirs))
    if isinstance(theirs, str) and "T" in theirs and isinstance(ours, str) and ours != theirs:
        return datetime.fromisoformat(ours) == datetime.fromisoformat(theirs)
    return bool((ours or "") == theirs)


@pytest.mark.parametrize("kind", [ResourceKind.INSTANCE, ResourceKind.IMAGE])
def test_the_flat_listing_equals_the_sdks(provider: VmwareProvider, operator: Operator, kind: ResourceKind) -> None:
    machine = operator.clone(operator.machines()[0], "equal & <unlike> 名")
    operator.set_attribute(machine, "owner", "a & b")
    operator.power(machine, True)
    paths = READERS[kind].properties_for("8.0")["VirtualMachine"]
    compared = 0
    try:
        for datacenter in operator.datacenters():
            theirs = sdks_listing(operator, vim.VirtualMachine, paths, datacenter)
            ours = {one.value: one for one in _ours(provider, datacenter._moId, paths, kind)}
            assert ours.keys() == theirs.keys()
            for value, properties in theirs.items():
                mine = ours[value].properties
                assert mine.keys() == properties.keys(), value
                for path, theirs_said in properties.items():
                    assert agree(mine[path], as_text(theirs_said)), (value, path, mine[path], theirs_said)
                    compared += 1
    finally:
        operator.power(machine, False)
        operator.do(machine.Destroy_Task())
    assert compared > 100


def test_devices_equal_the_sdks(provider: VmwareProvider, operator: Operator) -> None:
    path = "config.hardware.device"
    for datacenter in operator.datacenters():
        theirs = sdks_listing(operator, vim.VirtualMachine, [path], datacenter)
        ours = {one.value: one for one in _ours(provider, datacenter._moId, [path], ResourceKind.VOLUME)}
        assert ours.keys() == theirs.keys()
        for value, properties in theirs.items():
            devices = ours[value].properties[path]
            assert [one["@type"] for one in devices] == [type(one)._wsdlName for one in properties[path]]
            assert [one["key"] for one in devices] == [str(one.key) for one in properties[path]]
            for mine, sdks in zip(devices, properties[path], strict=True):
                if isinstance(sdks, vim.vm.device.VirtualDisk):
                    assert mine["capacityInKB"] == str(sdks.capacityInKB)
                    assert mine["backing"]["fileName"] == sdks.backing.fileName
                    assert mine["backing"]["datastore"] == sdks.backing.datastore._moId
                    assert isinstance(mine["backing"]["datastore"], Ref)
                    assert mine["backing"]["datastore"].native_type == "Datastore"


def _ours(provider: VmwareProvider, datacenter: str, paths: list[str], kind: ResourceKind) -> list[Content]:
    session = provider._session
    with machines_of(session, datacenter) as view:
        specification = filter_spec("specSet", {"VirtualMachine": paths}, [view], OF_VIEW)
        return list(retrieve(session, specification, READERS[kind].decode, bound=True))
