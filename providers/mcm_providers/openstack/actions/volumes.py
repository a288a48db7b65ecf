"""Volumes and their snapshots: cinder's requests, and nova's for attaching.

https://docs.openstack.org/api-ref/block-storage/v3/
"""

from collections.abc import Callable

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm_providers.openstack.actions.deed import (
    ABSENT,
    DONE,
    MARK,
    UNDERWAY,
    Deed,
    body_of,
    compute,
    found,
    gone,
    params,
    path,
    receipt,
    storage,
    target,
)
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, mapping, mappings, text
from mcm_providers.openstack.errors import ItemNotFound

_BUSY = frozenset(
    {
        *("creating", "downloading", "attaching", "detaching", "extending", "reserved"),
        *("backing-up", "restoring-backup"),
    }
)


def _volume(cloud: Cloud, order: Order) -> Document | None:
    return found(storage(cloud, order), path("volumes", target(order).native_id), "volume")


def _create(cloud: Cloud, order: Order) -> Receipt:
    wanted = params(order)
    asked: Document = {"name": wanted.name, "size": wanted.size_gib, "metadata": {**wanted.tags, MARK: order.token}}
    for key, value in (
        ("availability_zone", wanted.zone),
        ("volume_type", wanted.type),
        ("snapshot_id", wanted.snapshot),
        ("imageRef", wanted.image),
    ):
        if value is not None:
            asked[key] = value
    response = storage(cloud, order).change("POST", "/volumes", {"volume": asked})
    return receipt(response, _ref(order, ResourceKind.VOLUME, str(body_of(response, "volume")["id"])))


def _created(cloud: Cloud, order: Order) -> Outlook:
    return _marked(cloud, order, "/volumes/detail", "volumes", ResourceKind.VOLUME)


def _attach(cloud: Cloud, order: Order) -> Receipt:
    where = path("servers", params(order).instance, "/os-volume_attachments")
    asked = {"volumeAttachment": {"volumeId": target(order).native_id}}
    return receipt(compute(cloud, order).change("POST", where, asked))


def _attached(cloud: Cloud, order: Order) -> Outlook:
    wanted = params(order).instance
    return _settled(_volume(cloud, order), lambda row: wanted in _instances(row) and row.get("status") == "in-use")


def _detach(cloud: Cloud, order: Order) -> Receipt:
    row = _volume(cloud, order)
    if row is None:
        raise ItemNotFound(f"there is no volume {target(order).native_id}")
    for instance in _instances(row):
        where = path("servers", instance, path("os-volume_attachments", target(order).native_id))
        return receipt(compute(cloud, order).change("DELETE", where))
    return Receipt({"accepted": "yes"})


def _detached(cloud: Cloud, order: Order) -> Outlook:
    return _settled(_volume(cloud, order), lambda row: not _instances(row) and row.get("status") == "available")


def _extend(cloud: Cloud, order: Order) -> Receipt:
    where = path("volumes", target(order).native_id, "/action")
    return receipt(storage(cloud, order).change("POST", where, {"os-extend": {"new_size": params(order).size_gib}}))


def _extended(cloud: Cloud, order: Order) -> Outlook:
    return _settled(_volume(cloud, order), lambda row: int(row.get("size") or 0) >= params(order).size_gib)


def _snapshot(cloud: Cloud, order: Order) -> Receipt:
    asked = {
        "volume_id": target(order).native_id,
        "name": params(order).name,
        # Of one that is attached, too: as a crash would leave it.
        "force": True,
        "metadata": {MARK: order.token},
    }
    response = storage(cloud, order).change("POST", "/snapshots", {"snapshot": asked}, microversion="3.50")
    return receipt(response, _ref(order, ResourceKind.SNAPSHOT, str(body_of(response, "snapshot")["id"])))


def _snapshotted(cloud: Cloud, order: Order) -> Outlook:
    return _marked(cloud, order, "/snapshots/detail", "snapshots", ResourceKind.SNAPSHOT)


def _delete(collection: str) -> Deed:
    key = collection.removesuffix("s")

    def send(cloud: Cloud, order: Order) -> Receipt:
        try:
            return receipt(storage(cloud, order).change("DELETE", path(collection, target(order).native_id)))
        except ItemNotFound:
            return Receipt({"accepted": "yes"})

    def look(cloud: Cloud, order: Order) -> Outlook:
        return gone(found(storage(cloud, order), path(collection, target(order).native_id), key), "deleting")

    return Deed(Repeat.NEVER, send, look)


def _marked(cloud: Cloud, order: Order, where: str, key: str, kind: ResourceKind) -> Outlook:
    """What carries the token; by name first, as every cinder filters by it."""
    for page in storage(cloud, order).pages(where, key, (("name", params(order).name),)):
        for row in page:
            if mapping(row.get("metadata")).get(MARK) == order.token:
                made, status = _ref(order, kind, str(row["id"])), text(row.get("status")) or ""
                if status.startswith("error"):
                    return Outlook(Seen.FAILED, made=made, message=f"cinder says: {status}")
                return Outlook(Seen.UNDERWAY if status in _BUSY else Seen.DONE, made=made)
    return ABSENT


def _settled(row: Document | None, is_so: Callable[[Document], bool]) -> Outlook:
    if row is None:
        return Outlook(Seen.FAILED, message="the volume was deleted meanwhile")
    status = text(row.get("status")) or ""
    if status.startswith("error"):
        return Outlook(Seen.FAILED, message=f"cinder says: {status}")
    if is_so(row):
        return DONE
    return UNDERWAY if status in _BUSY else ABSENT


def _instances(row: Document) -> list[str]:
    return [found for one in mappings(row.get("attachments")) if (found := text(one.get("server_id")))]


def _ref(order: Order, kind: ResourceKind, native_id: str) -> ResourceRef:
    return ResourceRef(kind, native_id, "", order.region)


DEEDS: dict[str, Deed] = {
    "volume.create": Deed(Repeat.LOOK, _create, _created),
    "volume.attach": Deed(Repeat.HARMLESS, _attach, _attached),
    "volume.detach": Deed(Repeat.HARMLESS, _detach, _detached),
    "volume.extend": Deed(Repeat.HARMLESS, _extend, _extended),
    "volume.snapshot": Deed(Repeat.LOOK, _snapshot, _snapshotted),
    "volume.delete": _delete("volumes"),
    "snapshot.delete": _delete("snapshots"),
}
