"""Instances: power, birth and death, sizes, names, snapshots."""

import uuid
from typing import Any

from mcm.contract import ResourceKind as K
from mcm.contract import ResourceRef
from mcm.contract.actions import Order
from mcm_providers.simulated.actions.desk import Desk
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import ApiError

_TASKS = {
    "start": ("powering-on", "running"), "stop": ("powering-off", "stopped"), "suspend": ("suspending", "suspended"),
    "resume": ("resuming", "running"), "pause": ("pausing", "paused"), "unpause": ("unpausing", "running"),
    "shelve": ("shelving", "shelved"), "unshelve": ("unshelving", "running"), "reboot": ("rebooting", "running"),
    "migrate": ("migrating", "running"),
}  # fmt: skip


def power(desk: Desk, order: Order) -> ResourceRef | None:
    native_id, scope, document = _target(desk, order)
    verb = order.action.partition(".")[2]
    task, meaning = _TASKS[verb]
    word = desk.word(meaning)
    if document["status"] == word and verb not in ("reboot", "migrate"):
        return None
    desk.idle(document)
    later: dict[str, Any] = {"status": word}
    host = getattr(order.params, "host", None)
    if host is not None:
        _, found = desk.find(K.HOST, host)
        later["host"] = {"id": host, "name": found["name"]}
    desk.turn(K.INSTANCE, native_id, scope, task, **later)
    return None


def create(desk: Desk, order: Order) -> ResourceRef:
    if (known := desk.made(K.INSTANCE)) is not None:
        return _ref(K.INSTANCE, *known)
    params: Any = order.params
    _, image = desk.find(K.IMAGE, params.image, order.region)
    document: Document = {
        "id": str(uuid.uuid4()), "name": params.name, "status": desk.word("running"), "tags": dict(params.tags),
        "image": {"id": image["id"], "name": image["name"]}, "os": image.get("os"), "zone": params.zone,
        "interfaces": [], "volumes": [], "project": desk.limit or desk.world.first_project(),
        "keypair": params.keypair, "security_groups": list(params.security_groups), "user_data": "(set)",
        "vcpus": params.vcpus, "memory_mib": params.memory_mib, "disk_gib": params.disk_gib or 40,
    }  # fmt: skip
    if params.flavor is not None:
        _, flavor = desk.find(K.FLAVOR, params.flavor, order.region)
        document |= {"vcpus": flavor["vcpus"], "memory_mib": flavor["memory_mib"]}
        document["flavor"] = {"id": flavor["id"], "name": flavor["name"]}
    if not document["vcpus"] or not document["memory_mib"]:
        raise ApiError(400, "no_size", "give a flavor, or vcpus and memory_mib")
    for place, native_id in enumerate(params.networks):
        desk.find(K.NETWORK, native_id, order.region)
        tail = len(desk.world.effects) % 200 + 20
        document["interfaces"].append({"ip": f"10.200.{place}.{tail}", "network": native_id})
    if desk.seconds > 0:
        native_id = str(document["id"])
        desk.add(K.INSTANCE, order.region, document | {"task": "spawning", "status": _birth(desk)})
        running = desk.word("running")
        desk.world.later(desk.seconds, lambda: desk.change(K.INSTANCE, native_id, "", task=None, status=running))
    else:
        desk.add(K.INSTANCE, order.region, document)
    return _ref(K.INSTANCE, order.region, document)


def delete(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    if document.get("protected"):
        raise ApiError(409, "protected", "deletion protection is on")
    desk.note(K.INSTANCE, native_id, "deleted")
    if desk.seconds > 0:
        desk.change(K.INSTANCE, native_id, scope, task="deleting")
        desk.world.later(desk.seconds, lambda: desk.world.remove(native_id, K.INSTANCE, scope))
    else:
        desk.world.remove(native_id, K.INSTANCE, scope)


def resize(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    desk.idle(document)
    params: Any = order.params
    later: dict[str, Any] = {}
    if params.flavor is not None:
        _, flavor = desk.find(K.FLAVOR, params.flavor, order.region)
        later = {"vcpus": flavor["vcpus"], "memory_mib": flavor["memory_mib"]}
        later["flavor"] = {"id": flavor["id"], "name": flavor["name"]}
    else:
        later = {"vcpus": params.vcpus or document["vcpus"], "memory_mib": params.memory_mib or document["memory_mib"]}
    if not later or all(document.get(key) == value for key, value in later.items()):
        return
    before = {key: document.get(key) for key in ("vcpus", "memory_mib", "flavor")}
    waits = {"task": "verify_resize"} if desk.world.shape.flavour == "openstack" else {}
    desk.turn(K.INSTANCE, native_id, scope, "resize_migrating", before_resize=before, **later, **waits)


def confirm_resize(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    if document.get("task") == "verify_resize":
        desk.note(K.INSTANCE, native_id, "confirmed")
        desk.change(K.INSTANCE, native_id, scope, task=None)


def revert_resize(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    if document.get("task") == "verify_resize":
        desk.turn(K.INSTANCE, native_id, scope, "resize_reverting", **(document.get("before_resize") or {}))


def rename(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    name = order.params.name  # type: ignore[attr-defined]
    if document["name"] != name:
        desk.note(K.INSTANCE, native_id, "renamed")
        desk.change(K.INSTANCE, native_id, scope, name=name)


def set_tags(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    params: Any = order.params
    tags = document.get("tags") or {}
    wanted = {key: value for key, value in tags.items() if key not in params.remove} | params.set
    if wanted != tags:
        desk.note(K.INSTANCE, native_id, "tagged")
        desk.change(K.INSTANCE, native_id, scope, tags=wanted)


def snapshot(desk: Desk, order: Order) -> ResourceRef:
    return _child(desk, order, K.SNAPSHOT, source_kind="instance", description="made by mcm")


def create_image(desk: Desk, order: Order) -> ResourceRef | None:
    """Of a volume it goes over a copy of that, which carries the token too."""
    match order.step:
        case "copy":
            copy_of(desk, order)
            return None
        case "drop_copy":
            drop_copy(desk)
            return None
    values: dict[str, Any] = {"visibility": "private", "format": desk.image_format}
    if (volume := order.params.volume) is not None:  # type: ignore[attr-defined]
        copy = desk.made(K.VOLUME)
        if copy is None:
            raise ApiError(409, "no_copy", "there is no copy of the volume")
        values |= {"source": volume, "size_gib": copy[1]["size_gib"]}
    return _child(desk, order, K.IMAGE, **values)


def copy_of(desk: Desk, order: Order) -> None:
    if desk.made(K.VOLUME) is not None:
        return
    native_id, _, document = _target(desk, order)
    _, source = desk.find(K.VOLUME, order.params.volume, order.region)  # type: ignore[attr-defined]
    if native_id not in [one["instance"] for one in source.get("attachments") or ()]:
        raise ApiError(400, "not_attached", f"volume '{source['id']}' is not attached to instance '{native_id}'")
    made = {"id": str(uuid.uuid4()), "name": order.params.name, "size_gib": source["size_gib"]}  # type: ignore[attr-defined]
    desk.add(K.VOLUME, order.region, made | {
        "status": "available", "attachments": [], "bootable": True, "encrypted": False,
        "project": document.get("project"), "type": source.get("type"),
    })  # fmt: skip


def drop_copy(desk: Desk) -> None:
    if (copy := desk.made(K.VOLUME)) is not None:
        region, document = copy
        desk.note(K.VOLUME, str(document["id"]), "deleted")
        desk.world.remove(str(document["id"]), K.VOLUME, region)


def revert(desk: Desk, order: Order) -> None:
    native_id, scope, document = _target(desk, order)
    desk.idle(document)
    wanted = order.params.snapshot  # type: ignore[attr-defined]
    _, found = desk.find(K.SNAPSHOT, wanted, order.region)
    if found.get("source") != native_id:
        raise ApiError(400, "not_its_snapshot", f"snapshot '{wanted}' is not one of this instance")
    desk.turn(K.INSTANCE, native_id, scope, "reverting", status=document["status"])


def _child(desk: Desk, order: Order, kind: K, **values: Any) -> ResourceRef:
    if (known := desk.made(kind)) is not None:
        return _ref(kind, *known)
    native_id, _, document = _target(desk, order)
    made = {
        "id": str(uuid.uuid4()), "name": order.params.name, "source": native_id,  # type: ignore[attr-defined]
        "size_gib": document.get("disk_gib") or 40, "os": document.get("os"), "project": document.get("project"),
        "project_name": document.get("project_name"), "status": "available",
    } | values  # fmt: skip
    desk.add(kind, order.region, made)
    return _ref(kind, order.region, made)


def _target(desk: Desk, order: Order) -> tuple[str, str, Document]:
    assert order.target is not None
    _, document = desk.find(K.INSTANCE, order.target.native_id, order.target.native_scope)
    return order.target.native_id, order.target.native_scope, document


def _birth(desk: Desk) -> str:
    return {"openstack": "BUILD", "public": "pending"}.get(desk.world.shape.flavour, desk.word("stopped"))


def _ref(kind: K, region: str, document: Document) -> ResourceRef:
    return ResourceRef(kind, str(document["id"]), "", region, str(document.get("locator") or ""))
