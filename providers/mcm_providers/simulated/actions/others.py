"""Volumes, snapshots, rules, addresses and keys."""

import hashlib
import uuid
from typing import Any

from mcm.contract import ResourceKind as K
from mcm.contract import ResourceRef
from mcm.contract.actions import Order
from mcm_providers.simulated.actions.desk import Desk
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import ApiError


def create_volume(desk: Desk, order: Order) -> ResourceRef:
    params: Any = order.params
    if params.snapshot is not None:
        desk.find(K.SNAPSHOT, params.snapshot, order.region)
    if params.image is not None:
        desk.find(K.IMAGE, params.image, order.region)
    return _new(
        desk, order, K.VOLUME, name=params.name, size_gib=params.size_gib, zone=params.zone, type=params.type,
        tags=dict(params.tags), attachments=[], bootable=False, encrypted=False, image=params.image,
    )  # fmt: skip


def attach(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.VOLUME)
    instance = order.params.instance  # type: ignore[attr-defined]
    if any(item["instance"] == instance for item in document.get("attachments") or ()):
        return
    if document["status"] != "available":
        raise ApiError(409, "in_use", f"the volume is {document['status']}")
    _, found = desk.find(K.INSTANCE, instance)
    desk.note(K.VOLUME, native_id, "attached")
    desk.change(K.INSTANCE, instance, "", volumes=[*(found.get("volumes") or ()), native_id])
    device = f"/dev/vd{chr(ord('a') + len(found.get('volumes') or ()) % 20)}"
    desk.change(K.VOLUME, native_id, scope, status="in-use", attachments=[{"instance": instance, "device": device}])


def detach(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.VOLUME)
    for item in document.get("attachments") or ():
        found = desk.world.find(K.INSTANCE, item["instance"])
        if found is not None:
            left = [one for one in found[1].get("volumes") or () if one != native_id]
            desk.change(K.INSTANCE, item["instance"], "", volumes=left)
    if document["status"] != "available":
        desk.note(K.VOLUME, native_id, "detached")
        desk.change(K.VOLUME, native_id, scope, status="available", attachments=[])


def extend(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.VOLUME)
    size = order.params.size_gib  # type: ignore[attr-defined]
    if document["size_gib"] > size:
        raise ApiError(400, "cannot_shrink", f"the volume has {document['size_gib']} GiB already")
    if document["size_gib"] < size:
        desk.note(K.VOLUME, native_id, "extended")
        desk.change(K.VOLUME, native_id, scope, size_gib=size)


def snapshot(desk: Desk, order: Order) -> ResourceRef:
    native_id, _, document = _target(desk, order, K.VOLUME)
    name = order.params.name  # type: ignore[attr-defined]
    values = {"source_kind": "volume", "source": native_id, "size_gib": document["size_gib"]}
    return _new(desk, order, K.SNAPSHOT, name=name, project=document.get("project"), **values)


def delete(desk: Desk, order: Order) -> None:
    assert order.target is not None
    native_id, scope, document = _target(desk, order, order.target.kind)
    if document.get("attachments"):
        raise ApiError(409, "in_use", "the volume is attached")
    desk.note(order.target.kind, native_id, "deleted")
    desk.world.remove(native_id, order.target.kind, scope)


def add_rule(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.SECURITY_GROUP)
    rules, rule = list(document.get("rules") or ()), rule_of(order)
    if rule not in rules:
        desk.note(K.SECURITY_GROUP, native_id, "opened")
        desk.change(K.SECURITY_GROUP, native_id, scope, rules=[*rules, rule])


def remove_rule(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.SECURITY_GROUP)
    rules, rule = list(document.get("rules") or ()), rule_of(order)
    if rule in rules:
        desk.note(K.SECURITY_GROUP, native_id, "closed")
        desk.change(K.SECURITY_GROUP, native_id, scope, rules=[one for one in rules if one != rule])


def rule_of(order: Order) -> Document:
    params: Any = order.params
    rule: Document = {"direction": params.direction, "protocol": params.protocol, "peer": params.cidr}
    if params.port_from is not None:
        rule["ports"] = [params.port_from, params.port_to if params.port_to is not None else params.port_from]
    return rule


def allocate(desk: Desk, order: Order) -> ResourceRef:
    tail = len(desk.world.effects)
    values = {"address": f"203.0.113.{tail % 250 + 1}", "network": order.params.network}  # type: ignore[attr-defined]
    return _new(desk, order, K.PUBLIC_IP, status="DOWN", port=None, instance=None, name="", **values)


def associate(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.PUBLIC_IP)
    instance = order.params.instance  # type: ignore[attr-defined]
    if document.get("instance") == instance:
        return
    if document.get("instance") or document.get("port"):
        raise ApiError(409, "in_use", "the address is associated already")
    _, found = desk.find(K.INSTANCE, instance)
    desk.note(K.PUBLIC_IP, native_id, "associated")
    desk.change(K.PUBLIC_IP, native_id, scope, instance=instance, status="ACTIVE")
    interfaces = [dict(one) for one in found.get("interfaces") or ()] or [{}]
    interfaces[0]["public_ip"] = document["address"]
    desk.change(K.INSTANCE, instance, "", interfaces=interfaces)


def disassociate(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order, K.PUBLIC_IP)
    if not (document.get("instance") or document.get("port")):
        return
    desk.note(K.PUBLIC_IP, native_id, "disassociated")
    found = desk.world.find(K.INSTANCE, document.get("instance") or "")
    if found is not None:
        interfaces = [
            {key: value for key, value in one.items() if (key, value) != ("public_ip", document["address"])}
            for one in found[1].get("interfaces") or ()
        ]
        desk.change(K.INSTANCE, document["instance"], "", interfaces=interfaces)
    desk.change(K.PUBLIC_IP, native_id, scope, instance=None, port=None, private_address=None, status="DOWN")


def import_key(desk: Desk, order: Order) -> ResourceRef:
    params: Any = order.params
    mark = hashlib.md5(params.public_key.encode(), usedforsecurity=False).hexdigest()
    known = desk.world.find(K.KEYPAIR, params.name, order.region)
    if known is not None and known[1].get("mcm_op") != desk.token:
        raise ApiError(409, "exists", f"there is a keypair '{params.name}' already")
    return _new(desk, order, K.KEYPAIR, id=params.name, name=params.name, fingerprint=mark, type="ssh")


def _new(desk: Desk, order: Order, kind: K, **values: Any) -> ResourceRef:
    if (known := desk.made(kind)) is None:
        own = {"id": str(uuid.uuid4()), "status": "available", "project": desk.limit or desk.world.first_project()}
        document = own | values
        desk.add(kind, order.region, document)
        known = (order.region, document)
    return ResourceRef(kind, str(known[1]["id"]), "", known[0])


def _target(desk: Desk, order: Order, kind: K) -> tuple[str, str, Document]:
    assert order.target is not None
    _, document = desk.find(kind, order.target.native_id, order.target.native_scope)
    return order.target.native_id, order.target.native_scope, document
