"""What became of a request, told from what the cloud shows: the example of how an adapter looks."""

from typing import Any

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import ACTIONS, Order, Outlook, Seen
from mcm_providers.simulated.actions.desk import WORDS
from mcm_providers.simulated.actions.others import rule_of
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.world import World

_NOTHING, _DONE, _UNDERWAY = Outlook(Seen.ABSENT), Outlook(Seen.DONE), Outlook(Seen.UNDERWAY)


def look(world: World, order: Order, scope_of: Any) -> Outlook:
    """`scope_of`: kind and region → native scope of what is new."""
    action = ACTIONS[order.action]
    if order.step in ("copy", "drop_copy"):
        there = world.marked(ResourceKind.VOLUME, order.token) is not None
        return _DONE if there == (order.step == "copy") else _NOTHING
    if action.makes is not None:
        made = world.marked(action.makes, order.token)
        if made is None:
            return _NOTHING
        region, document = made
        ref = ResourceRef(action.makes, str(document["id"]), scope_of(action.makes, region), region)
        return Outlook(Seen.UNDERWAY if document.get("task") else Seen.DONE, made=ref)
    assert order.target is not None
    found = world.find(order.target.kind, order.target.native_id, order.target.native_scope)
    if action.id.endswith((".delete", ".release")):
        if found is None:
            return _DONE
        return _UNDERWAY if found[1].get("task") == "deleting" else _NOTHING
    if found is None:
        return Outlook(Seen.FAILED, message="it was deleted meanwhile")
    document = found[1]
    if document.get("task") not in (None, "verify_resize"):
        return _UNDERWAY
    if order.action in ("instance.reboot", "instance.migrate", "instance.revert"):
        # Afterwards it looks as it did before: only who got an answer knows.
        return _DONE if "accepted" in order.facts else Outlook(Seen.UNCLEAR)
    return _DONE if _is_so(world, order, document) else _NOTHING


def _is_so(world: World, order: Order, document: Document) -> bool:
    params: Any = order.params
    match order.action:
        case "instance.resize":
            wanted = {"vcpus": params.vcpus, "memory_mib": params.memory_mib}
            if params.flavor is not None:
                return bool((document.get("flavor") or {}).get("id") == params.flavor)
            return all(value is None or document.get(key) == value for key, value in wanted.items())
        case "instance.confirm_resize" | "instance.revert_resize":
            return document.get("task") is None
        case "instance.rename":
            return bool(document["name"] == params.name)
        case "instance.set_tags":
            tags = document.get("tags") or {}
            return params.set.items() <= tags.items() and not set(params.remove) & set(tags)
        case "volume.attach":
            return any(item["instance"] == params.instance for item in document.get("attachments") or ())
        case "volume.detach":
            return not document.get("attachments")
        case "volume.extend":
            return bool(document["size_gib"] >= params.size_gib)
        case "security_group.add_rule":
            return rule_of(order) in (document.get("rules") or ())
        case "security_group.remove_rule":
            return rule_of(order) not in (document.get("rules") or ())
        case "public_ip.associate":
            return bool(document.get("instance") == params.instance)
        case "public_ip.disassociate":
            return not (document.get("instance") or document.get("port"))
    words = WORDS[world.shape.flavour]
    return any(document["status"] == words.get(state) for state in ACTIONS[order.action].leads_to)
