"""What an instance is like: its size, its name, its host, the size of its disks."""

from typing import TypeVar

from mcm.contract import InvalidRequest, ResourceNotFound
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import Extend, InstanceResize, Migrate, Rename
from mcm_providers.vmware.actions.desk import Deed, Desk, sent, single, target_of
from mcm_providers.vmware.actions.devices import devices_of, edited, put
from mcm_providers.vmware.actions.machine import ON, RECENT, Machine, escaped, find, judged, target
from mcm_providers.vmware.actions.placement import root_pool
from mcm_providers.vmware.content import Content, boolean, entity_name, integer, value_of
from mcm_providers.vmware.resources.volume import native_id
from mcm_providers.vmware.soap import Element, reference, text

T = TypeVar("T")
_CPUS, _MEMORY = "config.hardware.numCPU", "config.hardware.memoryMB"
_PER_SOCKET = "config.hardware.numCoresPerSocket"
_CPU_ADD, _CPU_REMOVE = "config.cpuHotAddEnabled", "config.cpuHotRemoveEnabled"
_MEMORY_ADD = "config.memoryHotAddEnabled"
_SIZE = (_CPUS, _MEMORY, _PER_SOCKET, _CPU_ADD, _CPU_REMOVE, _MEMORY_ADD)
_HOST = "runtime.host"
_RECONFIGURES = ("reconfigure", "reconfigvm", "reconfig")
_MOVES = ("relocate", "relocatevm", "migrate", "hotmigrate")


def _send_resize(desk: Desk, order: Order) -> Receipt:
    machine, params = target(desk, order, *_SIZE), _params(order, InstanceResize)
    if params.vcpus is None and params.memory_mib is None:
        raise InvalidRequest("give vcpus, memory_mib or both: vSphere has no flavors")
    if _has_size(machine, params):
        return sent(order)
    _refuse_size(machine, params)
    wanted = text("numCPUs", str(params.vcpus)) if params.vcpus else ""
    wanted += text("memoryMB", str(params.memory_mib)) if params.memory_mib else ""
    return desk.start(order, "ReconfigVM_Task", machine.reference, f"<spec>{wanted}</spec>")


def _look_resize(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), RECENT, *_SIZE)
    if machine is None:
        return _GONE
    return judged(desk, order, machine, _has_size(machine, _params(order, InstanceResize)), *_RECONFIGURES)


def _refuse_size(machine: Machine, params: InstanceResize) -> None:
    """What vCenter would refuse as an invalid configuration, with the way out."""
    cpus, memory = _number(machine, _CPUS), _number(machine, _MEMORY)
    per_socket = _number(machine, _PER_SOCKET) or 1
    if params.vcpus and params.vcpus % per_socket:
        raise InvalidRequest(f"the instance has {per_socket} cores per socket: vcpus must be a multiple of that")
    if params.memory_mib and params.memory_mib % 4:
        raise InvalidRequest("memory_mib must be a multiple of 4")
    if machine.power != ON:
        return
    if params.vcpus and params.vcpus > cpus and not boolean(machine.found.get(_CPU_ADD)):
        raise InvalidRequest("CPU hot-add is off for this instance: stop it, then change vcpus")
    if params.vcpus and params.vcpus < cpus and not boolean(machine.found.get(_CPU_REMOVE)):
        raise InvalidRequest("CPU hot-remove is off for this instance: stop it, then change vcpus")
    if params.memory_mib and params.memory_mib > memory and not boolean(machine.found.get(_MEMORY_ADD)):
        raise InvalidRequest("memory hot-add is off for this instance: stop it, then change memory_mib")
    if params.memory_mib and params.memory_mib < memory:
        raise InvalidRequest("vSphere takes no memory from a running instance: stop it, then change memory_mib")


def _has_size(machine: Machine, params: InstanceResize) -> bool:
    asked = ((params.vcpus, _CPUS), (params.memory_mib, _MEMORY))
    return all(wanted is None or _number(machine, path) == wanted for wanted, path in asked)


def _number(machine: Machine, path: str) -> int:
    return integer(machine.found.get(path)) or 0


def _send_rename(desk: Desk, order: Order) -> Receipt:
    machine, name = target(desk, order, "name"), _params(order, Rename).name
    if entity_name(machine.found.get("name")) == name:
        return sent(order)
    return desk.start(order, "Rename_Task", machine.reference, text("newName", escaped(name)))


def _look_rename(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), RECENT, "name")
    if machine is None:
        return _GONE
    reached = entity_name(machine.found.get("name")) == _params(order, Rename).name
    return judged(desk, order, machine, reached, "rename")


def _send_migrate(desk: Desk, order: Order) -> Receipt:
    """RelocateVM_Task, as it also goes from cluster to cluster; then the instance changes to the other's root pool."""
    machine, host = target(desk, order, _HOST), _params(order, Migrate).host
    if not host:
        raise InvalidRequest("name the host: vSphere moves an instance to where it is told")
    if str(machine.found.get(_HOST)) == host:
        return sent(order)
    pool, owner = root_pool(desk, host)
    _, own = root_pool(desk, str(machine.found.get(_HOST)))
    where = (reference("pool", *pool) if own != owner else "") + reference("host", "HostSystem", host)
    return desk.start(order, "RelocateVM_Task", machine.reference, f"<spec>{where}</spec>")


def _look_migrate(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), RECENT, _HOST)
    if machine is None:
        return _GONE
    reached = str(machine.found.get(_HOST)) == _params(order, Migrate).host
    return judged(desk, order, machine, reached, *_MOVES)


def _send_extend(desk: Desk, order: Order) -> Receipt:
    machine = target(desk, order)
    disk = _disk(desk, order, machine)
    kib = _params(order, Extend).size_gib << 20
    if _kib(disk) == kib:
        return sent(order)
    if _kib(disk) > kib:
        raise InvalidRequest(f"the disk has {_kib(disk) / (1 << 20):g} GiB already: it can only grow")
    put(disk, "capacityInKB", str(kib))
    put(disk, "capacityInBytes", str(kib << 10))
    return desk.start(order, "ReconfigVM_Task", machine.reference, f"<spec>{edited(disk)}</spec>")


def _look_extend(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), RECENT)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance that the disk belongs to is gone")
    try:
        reached = _kib(_disk(desk, order, machine)) >= _params(order, Extend).size_gib << 20
    except ResourceNotFound as error:
        return Outlook(Seen.FAILED, message=error.message)
    return judged(desk, order, machine, reached, *_RECONFIGURES)


def _disk(desk: Desk, order: Order, machine: Machine) -> Element:
    wanted = target_of(order).native_id
    content = Content(machine.reference[0], machine.value, machine.found)
    for device in devices_of(desk, machine):
        found = value_of(device)
        if found.get("@type") == "VirtualDisk" and wanted in (
            known := native_id(content, found),
            f"{known}:{found['key']}",
        ):
            return device
    raise ResourceNotFound(f"the instance has no disk '{wanted}' any more")


def _kib(disk: Element) -> int:
    return integer(dict(value_of(disk)).get("capacityInKB")) or 0


def _params(order: Order, wanted: type[T]) -> T:
    if not isinstance(order.params, wanted):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    return order.params


_GONE = Outlook(Seen.FAILED, message="the instance is gone")
DEEDS = {
    "instance.resize": Deed(single(Repeat.HARMLESS), _send_resize, _look_resize),
    "instance.rename": Deed(single(Repeat.HARMLESS), _send_rename, _look_rename),
    "instance.migrate": Deed(single(Repeat.HARMLESS), _send_migrate, _look_migrate),
    "volume.extend": Deed(single(Repeat.HARMLESS), _send_extend, _look_extend),
}
