"""Tags of an instance, as custom attributes: each has a name, defined once for the whole vCenter, and a value.

One request defines or sets one attribute, so each is a step. vSphere's own tags, which the inventory shows too, are
values of a category that somebody keeps; they are not changed here.
"""

from collections.abc import Iterable, Mapping

from mcm.contract import InvalidRequest, NotSupported
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen, Step
from mcm.contract.actions.params import SetTags
from mcm_providers.vmware.actions.desk import Deed, Desk, target_of
from mcm_providers.vmware.actions.machine import TYPE, Machine, find, properties, target
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import dig, items
from mcm_providers.vmware.resources import folder
from mcm_providers.vmware.soap import reference, text

PATHS = ("customValue",)
_DEFINE, _SET, _CLEAR = "define", "set", "clear"


def steps_for(given: Mapping[str, str], removed: Iterable[str]) -> list[Step]:
    """Setting it so again changes nothing."""
    named = [f"{verb} {key}" for key in sorted(given) for verb in (_DEFINE, _SET)]
    named += [f"{_CLEAR} {key}" for key in sorted(set(removed) - given.keys())]
    return [Step(name, Repeat.HARMLESS) for name in named]


def put(desk: Desk, order: Order, machine: Machine) -> Receipt:
    """Sends the step's request. machine: read with PATHS. Leaves no facts: steps can be many, and the state tells."""
    verb, _, name = order.step.partition(" ")
    manager = _manager(desk)
    key = _definition(desk, manager, name)
    if verb == _DEFINE:
        if key is None:
            desk.change("AddCustomFieldDef", manager, text("name", name), text("moType", TYPE))
        return Receipt()
    wanted = _wanted(order, name)
    if key is None:
        if verb == _SET:
            raise InvalidRequest(f"the custom attribute '{name}' was removed from this vCenter meanwhile")
        _refuse_tag(desk, machine, name)
        return Receipt()
    if verb == _CLEAR and not _value(machine, key):
        _refuse_tag(desk, machine, name)
        return Receipt()
    if _value(machine, key) != wanted:
        desk.change(
            "SetField", manager, reference("entity", *machine.reference), text("key", key), text("value", wanted)
        )
    return Receipt()


def put_already(desk: Desk, order: Order, machine: Machine) -> Outlook:
    verb, _, name = order.step.partition(" ")
    key = _definition(desk, _manager(desk), name)
    if verb == _DEFINE:
        return Outlook(Seen.DONE if key is not None else Seen.ABSENT)
    value = _value(machine, key) if key is not None else ""
    return Outlook(Seen.DONE if value == _wanted(order, name) else Seen.ABSENT)


def _send(desk: Desk, order: Order) -> Receipt:
    return put(desk, order, target(desk, order, *PATHS))


def _look(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), *PATHS)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance is gone")
    return put_already(desk, order, machine)


def _steps(order: Order) -> list[Step]:
    if not isinstance(order.params, SetTags):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    # Nothing to do is a step too, and done at once.
    return steps_for(order.params.set, order.params.remove) or [Step(f"{_CLEAR} ", Repeat.HARMLESS)]


def _wanted(order: Order, name: str) -> str:
    """Of set_tags and of create; "" for what is to go."""
    given = order.params.set if isinstance(order.params, SetTags) else getattr(order.params, "tags", {})
    return str(given.get(name, ""))


def _manager(desk: Desk) -> Reference:
    manager = desk.session.service.custom_fields
    if manager is None:
        raise NotSupported("a host without vCenter has no custom attributes", reason="needs_vcenter")
    return manager


def _definition(desk: Desk, manager: Reference, name: str) -> str | None:
    """The key of the attribute as instances have it: of their own, or of all kinds of objects."""
    found = properties(desk.session, [manager], "field").get(manager[1], {})
    for one in items(found.get("field")):
        if dig(one, "name") == name and dig(one, "managedObjectType") in (None, "", TYPE, "ManagedEntity"):
            return str(dig(one, "key"))
    return None


def _value(machine: Machine, key: str) -> str:
    """The last of them counts, where a server keeps those before."""
    values = [one for one in items(machine.found.get("customValue")) if dig(one, "key") == key]
    return str(dig(values[-1], "value") or "") if values else ""


def _refuse_tag(desk: Desk, machine: Machine, name: str) -> None:
    """What is no attribute may be the category of a vSphere tag, which would stay."""
    labels = desk.listing.surroundings(folder.READER, "").labels
    category = name.removesuffix(" (tag)")
    if category in labels.tags.get(machine.value, {}):
        raise InvalidRequest(
            f"'{category}' is a category of vSphere tags and no custom attribute: detach it in vCenter"
        )


DEEDS = {"instance.set_tags": Deed(_steps, _send, _look)}
