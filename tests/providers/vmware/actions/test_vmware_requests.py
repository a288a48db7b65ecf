"""What is sent, how often, and what vCenter's refusals become."""

from typing import Any
from xml.etree import ElementTree

import pytest
from pyVmomi import vim

from mcm.contract import (
    CapacityExceeded,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    Unreachable,
)
from mcm.contract.actions import ACTIONS, Order, Params, Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.actions.table import DEEDS
from mcm_providers.vmware.descriptor import DESCRIPTOR
from tests.harness.acting import act, look, ordered, send
from tests.providers.vmware.actions.scripted import INSTANCE, Objects, instance, machine, script, started, task
from tests.providers.vmware.answers import Asked, Reply, answer, fault, uuid
from tests.providers.vmware.vcenter import Vcenter

# The SDK's annotations do not cover its types' own knowledge.
_vim: Any = vim
OFF = {"runtime__powerState": "poweredOff"}
NIC = (
    '<val xsi:type="ArrayOfVirtualDevice"><VirtualDevice xsi:type="VirtualDisk"><key>2000</key></VirtualDevice>'
    '<VirtualDevice xsi:type="VirtualVmxnet3"><key>4000</key><deviceInfo><label>Network adapter 1</label>'
    "<summary>x</summary></deviceInfo>"
    '<backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>old</deviceName></backing>'
    "<addressType>assigned</addressType><macAddress>00:50:56:00:00:01</macAddress></VirtualDevice></val>"
)


def template(**properties: object) -> Objects:
    return {
        **instance(machine(config__template="true", config__hardware__device=NIC, **OFF, **properties)),
        ("ResourcePool", "resgroup-1"): {"owner": ("ClusterComputeResource", "domain-c1")},
        ("HostSystem", "host-1"): {"parent": ("ClusterComputeResource", "domain-c1")},
        ("ClusterComputeResource", "domain-c1"): {
            "resourcePool": ("ResourcePool", "resgroup-1"),
            "configuration.drsConfig.enabled": "false",
            "host": [("HostSystem", "host-9"), ("HostSystem", "host-1")],
        },
        ("DistributedVirtualPortgroup", "dvportgroup-4"): {
            "name": "prod",
            "key": "dvportgroup-4",
            "config.distributedVirtualSwitch": ("VmwareDistributedVirtualSwitch", "dvs-3"),
        },
        ("VmwareDistributedVirtualSwitch", "dvs-3"): {"uuid": "50 2f switch"},
        ("Network", "network-5"): {"name": "VM Network"},
        ("OpaqueNetwork", "network-o6"): {
            "name": "segment",
            "summary": '<val xsi:type="OpaqueNetworkSummary"><opaqueNetworkId>id-6</opaqueNetworkId>'
            "<opaqueNetworkType>nsx.LogicalSwitch</opaqueNetworkType></val>",
        },
    }


def creating(**params: Any) -> tuple[Asked, str]:
    """What is sent for a new instance, and its token."""
    given: dict[str, Any] = {"image": uuid(7), "name": "new", **params}
    order = ordered("instance.create", region="datacenter-2", **given)
    with Vcenter(script(template(), CloneVM_Task=started("CloneVM_Task"))) as vcenter:
        send(vcenter.connect(), order)
        (asked,) = vcenter.bodies("CloneVM_Task")
    ElementTree.fromstring(asked.body)
    return asked, order.token


def test_a_clone_has_its_size_place_and_token() -> None:
    asked, token = creating(vcpus=4, memory_mib=8192)
    assert (asked.value("numCPUs"), asked.value("memoryMB")) == ("4", "8192")
    assert (asked.value("pool"), asked.value("folder")) == ("resgroup-1", "group-v3")
    # The cluster has no DRS to choose a host.
    assert asked.value("host") == "host-1"
    assert f'<key>mcm.op</key><value xsi:type="xsd:string">{token}</value>' in asked.body
    assert asked.value("template") == asked.value("powerOn") == "false"


def test_fields_come_in_the_order_of_the_api() -> None:
    """vCenter reads them in no other; the SDK knows it."""
    asked, _ = creating(vcpus=4, networks=["dvportgroup-4"], resource_pool="resgroup-1", user_data="kanari7")
    types: dict[str, Any] = {
        "spec": _vim.vm.CloneSpec,
        "location": _vim.vm.RelocateSpec,
        "config": _vim.vm.ConfigSpec,
        "deviceChange": _vim.vm.device.VirtualDeviceSpec,
        "device": _vim.vm.device.VirtualVmxnet3,
    }
    for tag, known in types.items():
        order = [one.name for one in known._GetPropertyList()]
        (found,) = ElementTree.fromstring(asked.body).iter(f"{{urn:vim25}}{tag}")
        given = [order.index(child.tag.rpartition("}")[2]) for child in found]
        assert given == sorted(given)


@pytest.mark.parametrize(
    ("network", "backing"),
    [
        ("network-5", "<deviceName>VM Network</deviceName>"),
        ("dvportgroup-4", "<switchUuid>50 2f switch</switchUuid><portgroupKey>dvportgroup-4</portgroupKey>"),
        ("network-o6", "<opaqueNetworkId>id-6</opaqueNetworkId><opaqueNetworkType>nsx.LogicalSwitch"),
    ],
)
def test_a_clones_network_card_is_put_elsewhere(network: str, backing: str) -> None:
    asked, _ = creating(networks=[network])
    assert backing in asked.body
    assert "<operation>edit</operation>" in asked.body
    assert "00:50:56" not in asked.body
    assert "<deviceName>old" not in asked.body


def test_while_the_template_is_being_cloned_nothing_is_certain() -> None:
    objects = template(recentTask=[("Task", "task-1")])
    objects[("Task", "task-1")] = task("running", "VirtualMachine.clone")
    with Vcenter(script(objects, DestroyView=answer("DestroyView"))) as vcenter:
        provider = vcenter.connect()
        order = ordered("instance.create", region="datacenter-2", image=uuid(7), name="new")
        assert look(provider, order).seen is Seen.UNCLEAR
        objects[("Task", "task-1")] = task("success", "VirtualMachine.clone")
        assert look(provider, order).seen is Seen.ABSENT


def test_a_guest_is_asked_to_reboot() -> None:
    with Vcenter(script(instance(), RebootGuest=answer("RebootGuest"))) as vcenter:
        provider, order = vcenter.connect(), ordered("instance.reboot", INSTANCE)
        assert look(provider, order).seen is Seen.UNCLEAR
        assert act(provider, order).seen is Seen.DONE
        assert vcenter.counts["RebootGuest"] == 1


def test_a_guest_that_shuts_down_takes_its_time() -> None:
    with Vcenter(script(instance(), ShutdownGuest=answer("ShutdownGuest"))) as vcenter:
        provider, order = vcenter.connect(), ordered("instance.stop", INSTANCE)
        receipt = send(provider, order)
        assert look(provider, order, facts=receipt.facts).seen is Seen.UNDERWAY
        assert look(provider, order).seen is Seen.ABSENT


@pytest.mark.parametrize(("action", "method"), [("stop", "ShutdownGuest"), ("reboot", "RebootGuest")])
def test_a_guest_without_tools_cannot_be_asked(action: str, method: str) -> None:
    with (
        Vcenter(script(instance(), **{method: fault("ToolsUnavailable", "no tools")})) as vcenter,
        pytest.raises(InvalidRequest, match="use mode 'hard'"),
    ):
        send(vcenter.connect(), ordered(f"instance.{action}", INSTANCE))


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("<ticket>kanari7t</ticket><host>esx1</host><port>443</port>", "wss://esx1:443/ticket/kanari7t"),
        ("<ticket>kanari7t</ticket><url>wss://esx1/ticket/kanari7t</url>", "wss://esx1/ticket/kanari7t"),
    ],
)
def test_a_console_is_shown(given: str, url: str) -> None:
    granted = answer("AcquireTicket", f'<returnval xsi:type="VirtualMachineTicket">{given}</returnval>')
    context = PlainContext()
    with Vcenter(script(instance(), AcquireTicket=granted)) as vcenter:
        provider, order = vcenter.connect(context), ordered("instance.console", INSTANCE)
        receipt = send(provider, order)
        assert receipt.shown == {"url": url, "type": "webmks"}
        assert "kanari7t" not in str(receipt.facts)
        assert look(provider, order, facts=receipt.facts).seen is Seen.DONE
    assert context.changes == 0


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("InvalidState", ResourceBusy),
        ("TaskInProgress", ResourceBusy),
        ("InsufficientResourcesFault", CapacityExceeded),
        ("NoDiskSpace", CapacityExceeded),
        ("DuplicateName", InvalidRequest),
        ("NoPermission", PermissionDenied),
        ("ManagedObjectNotFound", ResourceNotFound),
        ("NotSupported", NotSupported),
        ("FileLocked", InvalidRequest),
        ("HostCommunication", Unreachable),
    ],
)
def test_a_refusal_is_named(name: str, error: type[ProviderError]) -> None:
    context = PlainContext()
    with Vcenter(script(instance(machine(**OFF)), PowerOnVM_Task=fault(name, "said so"))) as vcenter:
        with pytest.raises(error):
            send(vcenter.connect(context), ordered("instance.start", INSTANCE))
        assert vcenter.counts["PowerOnVM_Task"] == context.changes == 1


def test_what_vanishes_while_it_is_destroyed_is_no_error() -> None:
    with Vcenter(script(instance(machine(**OFF)), Destroy_Task=fault("ManagedObjectNotFound"))) as vcenter:
        assert send(vcenter.connect(), ordered("instance.delete", INSTANCE), "destroy").request_id == ""


def test_a_connection_that_dies_with_the_request_is_no_reason_to_repeat_it() -> None:
    """The connection was kept from the reads before, where a read would be sent again on a new one."""

    def hangs_up(_: Asked) -> Reply:
        raise ConnectionResetError

    context = PlainContext()
    with Vcenter(script(instance(machine(**OFF)), PowerOnVM_Task=hangs_up)) as vcenter:
        with pytest.raises(Unreachable):
            send(vcenter.connect(context), ordered("instance.start", INSTANCE))
        assert vcenter.counts["PowerOnVM_Task"] == context.changes == 1


def test_a_suspended_instance_is_not_switched_off() -> None:
    context = PlainContext()
    suspended = instance(machine(runtime__powerState="suspended"))
    for mode in ("soft", "hard"):
        with Vcenter(script(suspended)) as vcenter, pytest.raises(ResourceBusy, match="resume it first"):
            send(vcenter.connect(context), ordered("instance.stop", INSTANCE, mode=mode))
    assert context.changes == 0


def test_a_copy_is_not_taken_for_the_one_that_is_gone() -> None:
    """Two machines have one uuid; the one that was meant, known by its reference too, is gone."""
    gone = INSTANCE._replace(native_id=f"{uuid(7)}:vm-9", locator="VirtualMachine:vm-9")
    context = PlainContext()
    with Vcenter(script(instance())) as vcenter:
        assert act(vcenter.connect(context), ordered("instance.delete", gone)).seen is Seen.DONE
    assert context.changes == 0


def test_what_has_become_a_template_is_not_destroyed() -> None:
    context = PlainContext()
    with Vcenter(script(instance(machine(config__template="true", **OFF)))) as vcenter:
        act(vcenter.connect(context), ordered("instance.delete", INSTANCE))
        with pytest.raises(ResourceNotFound):
            send(vcenter.connect(context), ordered("instance.rename", INSTANCE, name="new"))
    assert context.changes == 0


def test_a_host_without_vcenter_has_no_attributes() -> None:
    with Vcenter(script(instance())) as vcenter, pytest.raises(NotSupported):
        act(vcenter.connect(), ordered("instance.set_tags", INSTANCE, set={"a": "b"}))


def test_cores_per_socket_are_kept() -> None:
    size = {"config__hardware__numCPU": "4", "config__hardware__numCoresPerSocket": "2"}
    with (
        Vcenter(script(instance(machine(**OFF, **size)))) as vcenter,
        pytest.raises(InvalidRequest, match="multiple"),
    ):
        send(vcenter.connect(), ordered("instance.resize", INSTANCE, vcpus=3))


def test_every_action_is_done_or_has_its_reason() -> None:
    assert DESCRIPTOR.actions.keys() == ACTIONS.keys()
    absent = {ident: one.absent for ident, one in DESCRIPTOR.actions.items() if one.absent}
    assert ACTIONS.keys() - absent.keys() == DEEDS.keys()
    assert set(absent.values()) <= DESCRIPTOR.messages.keys()
    # The sentences are shown as they are.
    assert not [code for code in absent.values() if "{" in DESCRIPTOR.messages[code].en + DESCRIPTOR.messages[code].zh]
    with Vcenter() as vcenter:
        for ident in absent:
            ref = ResourceRef(ResourceKind.INSTANCE, uuid(7))
            with pytest.raises(NotSupported):
                vcenter.connect().steps(ordered_bare(ident, ref))


def ordered_bare(ident: str, ref: ResourceRef) -> Order:
    return Order(ident, ref, "", Params(), "mcm-" + "0" * 32)
