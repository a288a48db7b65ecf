"""One instance as an action needs it: by its reference where that still leads to it, else by its uuid."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mcm.contract import InvalidRequest, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Order, Outlook, Seen
from mcm_providers.vmware.actions.desk import Desk, target_of, task_fact, task_key
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import dig, items, nested
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, operation, text
from mcm_providers.vmware.tasks import Task, one_underway, read_task, read_tasks

TYPE = "VirtualMachine"
UUID, POWER, RECENT = "config.instanceUuid", "runtime.powerState", "recentTask"
TEMPLATE = "config.template"
ON, OFF, SUSPENDED = "poweredOn", "poweredOff", "suspended"


class Machine(NamedTuple):
    """value: its managed object's. found: the properties that were asked for, as `nested` reads them."""

    value: str
    found: dict[str, Any]

    @property
    def reference(self) -> Reference:
        return TYPE, self.value

    @property
    def power(self) -> str:
        return str(self.found.get(POWER) or "")

    def ref(self, kind: ResourceKind, region: str) -> ResourceRef:
        return ResourceRef(kind, str(self.found.get(UUID) or self.value), "", region, f"{TYPE}:{self.value}")


def find(desk: Desk, ref: ResourceRef, *paths: str) -> Machine | None:
    """Also the machine of a disk or a snapshot. None: it is gone, or an instance has become a template.

    By its uuid only where that is one machine's alone: a host without vCenter lets copies have it, and an id with a
    reference in it says that there are some. What is done here cannot be done to another."""
    uuid, _, rest = ref.native_id.partition(":")
    native_type, _, value = ref.locator.partition(":")
    found: Machine | None = None
    if native_type == TYPE and value:
        known = read(desk.session, [value], TEMPLATE, *paths)
        # A disk with an id of its own has no machine in it; the locator is all there is.
        if known and (known[0].found.get(UUID) in (None, uuid) or ref.kind is ResourceKind.VOLUME):
            found = known[0]
    copied = ref.kind is ResourceKind.INSTANCE and bool(rest)
    if found is None and not copied and desk.session.service.api_type == "VirtualCenter":
        found = by_uuid(desk, uuid, TEMPLATE, *paths)
    if found is not None and ref.kind is ResourceKind.INSTANCE and found.found.get(TEMPLATE) == "true":
        return None
    return found


def require(desk: Desk, ref: ResourceRef, *paths: str) -> Machine:
    found = find(desk, ref, *paths)
    if found is None:
        raise ResourceNotFound(f"there is no {ref.kind.value} '{ref.native_id}' at this vCenter any more")
    return found


def by_uuid(desk: Desk, uuid: str, *paths: str) -> Machine | None:
    index = desk.session.service.search_index
    if index is None:
        return None
    asked = (text("uuid", uuid), text("vmSearch", "true"), text("instanceUuid", "true"))
    answer = desk.session.call(operation("FindByUuid", index, *asked))
    one = answer.find(f"{VIM}returnval")
    found = read(desk.session, [one.text], *paths) if one is not None and one.text else []
    return found[0] if found else None


def read(session: Session, values: Sequence[str], *paths: str) -> list[Machine]:
    """Those of the machines that there are."""
    wanted = {TYPE: list(dict.fromkeys([UUID, POWER, *paths]))}
    specification = filter_spec("specSet", wanted, [(TYPE, value) for value in values], lenient=True)
    return [Machine(one.value, one.properties) for one in retrieve(session, specification, nested)]


def properties(session: Session, things: Sequence[Reference], *paths: str) -> dict[str, dict[str, Any]]:
    """Of other managed objects, by their value; those that do not exist are left out."""
    wanted = {native_type: list(paths) for native_type, _ in things}
    specification = filter_spec("specSet", wanted, things, lenient=True)
    return {one.value: {**one.properties, "@type": one.native_type} for one in retrieve(session, specification, nested)}


def judged(desk: Desk, order: Order, machine: Machine | None, reached: bool, *verbs: str) -> Outlook:
    """What became of a step that brings about a state.

    machine: read with RECENT. verbs: the tasks that may be this step's where no receipt came.
    """
    task = task_of(desk, order, machine, *verbs)
    if task is not None and task.underway:
        return Outlook(Seen.UNDERWAY, task.percent, facts={task_fact(order): task.key})
    if reached:
        return Outlook(Seen.DONE)
    if task is not None and task.failed:
        return Outlook(Seen.FAILED, message=task.message)
    # A task that ended well is followed by the property within moments.
    return Outlook(Seen.UNDERWAY if task is not None and task.succeeded else Seen.ABSENT)


def task_of(desk: Desk, order: Order, machine: Machine | None, *verbs: str) -> Task | None:
    """The step's task by its receipt; without one, a task under way that does the same to the same machine: mcm has
    one operation at a time for a resource."""
    if key := task_key(order):
        return read_task(desk.session, key)
    if machine is None:
        return None
    keys = [str(one) for one in items(machine.found.get(RECENT))]
    return one_underway(read_tasks(desk.session, keys), verbs)


def snapshot_trees(machine: Machine) -> Iterator[dict[str, Any]]:
    """All snapshots of a machine that was read with "snapshot"."""
    waiting = list(items(dig(machine.found.get("snapshot"), "rootSnapshotList")))
    while waiting:
        tree = waiting.pop()
        yield tree
        waiting += items(tree.get("childSnapshotList"))


def snapshot_value(ref_id: str) -> str:
    """The managed object of a snapshot's id, which is its machine's and its own."""
    value = ref_id.rpartition(":")[2]
    if not value:
        raise InvalidRequest(f"'{ref_id}' is no id of a snapshot")
    return value


def escaped(name: str) -> str:
    """vSphere keeps three characters of names in URL encoding (ManagedEntity.name)."""
    return name.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")


def target(desk: Desk, order: Order, *paths: str) -> Machine:
    return require(desk, target_of(order), *paths)
