"""From a template to an instance, and from an instance to a template.

What is cloned carries the order's token in its extra configuration from its first moment. Custom attributes cannot be
given to a clone at birth; they are set before it is switched on for the first time.
"""

import base64
from collections.abc import Sequence

from mcm.contract import InvalidRequest, ResourceKind, ResourceNotFound
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen, Step
from mcm.contract.actions.params import CreateImage, InstanceCreate
from mcm_providers.vmware.actions import labelling
from mcm_providers.vmware.actions.desk import Deed, Desk, single, target_of, task_key
from mcm_providers.vmware.actions.devices import rewired
from mcm_providers.vmware.actions.machine import (
    RECENT,
    TEMPLATE,
    TYPE,
    Machine,
    by_uuid,
    escaped,
    find,
    read,
    target,
    task_of,
)
from mcm_providers.vmware.actions.placement import location
from mcm_providers.vmware.actions.power import POWER_ON, move, moved
from mcm_providers.vmware.content import dig, entity_name, flat, items
from mcm_providers.vmware.property_collector import filter_spec, machines_of, retrieve
from mcm_providers.vmware.soap import reference, text
from mcm_providers.vmware.traversal import OF_VIEW

TOKEN_KEY = "mcm.op"  # noqa: S105
EXTRA = "config.extraConfig"
_CLONE_VERBS = ("clone", "clonevm")
_MADE = "made"
_CLONE, _START = "clone", "start"


def _create_steps(order: Order) -> Sequence[Step]:
    """None is undone: a clone that cannot be switched on is an instance like any other, to be started or deleted."""
    return [
        Step(_CLONE, Repeat.LOOK),
        *labelling.steps_for(_create(order).tags, ()),
        Step(_START, Repeat.HARMLESS),
    ]


def _send_create(desk: Desk, order: Order) -> Receipt:
    if order.step != _CLONE:
        machine = _made(desk, order)
        return move(desk, order, machine, POWER_ON) if order.step == _START else labelling.put(desk, order, machine)
    params = _create(order)
    template = by_uuid(desk, params.image, TEMPLATE, "parent", "runtime.host")
    if template is None:
        raise ResourceNotFound(f"there is no template '{params.image}' at this vCenter")
    if template.found.get(TEMPLATE) != "true":
        raise InvalidRequest(f"'{params.image}' is an instance and no template: create an image of it first")
    folder = params.folder or str(template.found.get("parent") or "")
    settings = "".join(
        (
            text("numCPUs", str(params.vcpus)) if params.vcpus else "",
            text("memoryMB", str(params.memory_mib)) if params.memory_mib else "",
            rewired(desk, template, params.networks) if params.networks else "",
            _extra(TOKEN_KEY, order.token),
            _user_data(params),
        )
    )
    return desk.start(
        order,
        "CloneVM_Task",
        template.reference,
        reference("folder", "Folder", folder),
        text("name", escaped(params.name)),
        f"<spec>{location(desk, template, params)}{text('template', 'false')}<config>{settings}</config>"
        f"{text('powerOn', 'false')}</spec>",
    )


def _look_create(desk: Desk, order: Order) -> Outlook:
    if order.step == _CLONE:
        return _cloned(desk, order, _create(order).name, ResourceKind.INSTANCE, order.region)
    try:
        machine = _made(desk, order)
    except ResourceNotFound as error:
        return Outlook(Seen.FAILED, message=error.message)
    if order.step == _START:
        return moved(desk, order, machine.ref(ResourceKind.INSTANCE, order.region), POWER_ON)
    return labelling.put_already(desk, order, machine)


def _send_image(desk: Desk, order: Order) -> Receipt:
    machine = target(desk, order, "parent")
    if not isinstance(order.params, CreateImage):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    return desk.start(
        order,
        "CloneVM_Task",
        machine.reference,
        reference("folder", "Folder", str(machine.found.get("parent") or "")),
        text("name", escaped(order.params.name)),
        f"<spec><location/>{text('template', 'true')}<config>{_extra(TOKEN_KEY, order.token)}</config>"
        f"{text('powerOn', 'false')}</spec>",
    )


def _look_image(desk: Desk, order: Order) -> Outlook:
    name = order.params.name if isinstance(order.params, CreateImage) else ""
    return _cloned(desk, order, name, ResourceKind.IMAGE, target_of(order).region)


def _cloned(desk: Desk, order: Order, name: str, kind: ResourceKind, datacenter: str) -> Outlook:
    """By the task where there is a receipt for it; else among the machines of that name by the token. A clone that is
    still being made does not carry it yet, so while its origin is being cloned nothing is certain."""
    task = task_of(desk, order, None)
    if task is not None and task.underway:
        return Outlook(Seen.UNDERWAY, task.percent)
    if task is not None and task.failed:
        return Outlook(Seen.FAILED, message=task.message)
    if task is not None and task.result is not None:
        found = read(desk.session, [str(task.result)])
        # What was made and is gone again was made.
        return _done(found[0], kind, datacenter) if found else Outlook(Seen.FAILED, message="it was removed since")
    for value in _named(desk, datacenter, name):
        for machine in read(desk.session, [value], EXTRA):
            if token_of(machine) == order.token:
                return _done(machine, kind, datacenter)
    origin = find(desk, order.target, RECENT) if order.target else by_uuid(desk, _create(order).image, RECENT)
    other = task_of(desk, order, origin, *_CLONE_VERBS) if not task_key(order) else None
    return Outlook(Seen.UNCLEAR if other is not None else Seen.ABSENT)


def _done(machine: Machine, kind: ResourceKind, datacenter: str) -> Outlook:
    return Outlook(Seen.DONE, made=machine.ref(kind, datacenter), facts={_MADE: machine.value})


def _made(desk: Desk, order: Order) -> Machine:
    found = read(desk.session, [order.facts.get(_MADE, "")], RECENT, *labelling.PATHS)
    if not found:
        raise ResourceNotFound("the instance that was made for this is gone")
    return found[0]


def _named(desk: Desk, datacenter: str, name: str) -> list[str]:
    """One property of all machines; names are unique in their folder, not in the datacenter."""
    with machines_of(desk.session, datacenter) as view:
        contents = retrieve(desk.session, filter_spec("specSet", {TYPE: ["name"]}, [view], OF_VIEW), flat, bound=True)
        return [one.value for one in contents if entity_name(one.properties.get("name")) == name]


def token_of(machine: Machine) -> str:
    """Of the order that made it; it was read with EXTRA."""
    options = items(machine.found.get(EXTRA))
    return next((str(dig(one, "value")) for one in options if dig(one, "key") == TOKEN_KEY), "")


def _extra(key: str, value: str) -> str:
    kept = text("value", value).replace("<value>", '<value xsi:type="xsd:string">', 1)
    return f"<extraConfig>{text('key', key)}{kept}</extraConfig>"


def _user_data(params: InstanceCreate) -> str:
    """As cloud-init's data source for VMware reads it.

    https://cloudinit.readthedocs.io/en/latest/reference/datasources/vmware.html
    """
    if params.user_data is None:
        return ""
    coded = base64.b64encode(params.user_data.get_secret_value().encode()).decode()
    return _extra("guestinfo.userdata", coded) + _extra("guestinfo.userdata.encoding", "base64")


def _create(order: Order) -> InstanceCreate:
    if not isinstance(order.params, InstanceCreate):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    return order.params


DEEDS = {
    "instance.create": Deed(_create_steps, _send_create, _look_create),
    "instance.create_image": Deed(single(Repeat.LOOK), _send_image, _look_image),
}
