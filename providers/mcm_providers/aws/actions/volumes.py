"""Volumes and their snapshots. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-lifecycle.html"""

from typing import Any

from mcm.contract import ResourceKind
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import Extend, Snapshot, VolumeCreate
from mcm_providers.aws.actions.desk import (
    Deed,
    Desk,
    ended,
    gone,
    is_so,
    native_id,
    nothing_to_send,
    params_of,
    plain_change,
    single,
    tagged,
)
from mcm_providers.aws.actions.making import Making, look_made, make
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources import snapshot, volume

_VOLUME = Making(
    ResourceKind.VOLUME,
    volume.LISTING,
    "CreateVolume",
    lambda answer: str(answer["VolumeId"]),
    {"creating": Seen.UNDERWAY} | dict.fromkeys(("error", "deleting", "deleted"), Seen.FAILED),
)
_SNAPSHOT = Making(
    ResourceKind.SNAPSHOT,
    snapshot.LISTING,
    "CreateSnapshot",
    lambda answer: str(answer["SnapshotId"]),
    {"pending": Seen.UNDERWAY, "recovering": Seen.UNDERWAY, "error": Seen.FAILED},
    why=lambda document: str(document.get("StateMessage") or ""),
)
# While it is "optimizing" the new size is there already, only slower.
_GROWN = ("optimizing", "completed")


def _create(desk: Desk, order: Order) -> Receipt:
    wanted = params_of(order, VolumeCreate)
    request: dict[str, Any] = {
        "Size": wanted.size_gib,
        "AvailabilityZone": wanted.zone,
        "ClientToken": order.token,
        "TagSpecifications": tagged("volume", order, wanted.name, wanted.tags),
    }
    if wanted.type:
        request["VolumeType"] = wanted.type
    if wanted.snapshot:
        request["SnapshotId"] = wanted.snapshot
    return make(desk, order, _VOLUME, request)


def _look_created(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _VOLUME)


def _extend(desk: Desk, order: Order) -> Receipt:
    """The size is what is asked for, so a modification to it that is under way is this one."""
    size, ident = params_of(order, Extend).size_gib, native_id(order)
    if (desk.needed(volume.LISTING, ident).get("Size") or 0) >= size:
        return nothing_to_send()
    running = _modification(desk, ident)
    if running.get("TargetSize") == size and running.get("ModificationState") in ("modifying", *_GROWN):
        return nothing_to_send()
    return plain_change(desk, "ModifyVolume", VolumeId=ident, Size=size)


def _look_extended(desk: Desk, order: Order) -> Outlook:
    size, ident = params_of(order, Extend).size_gib, native_id(order)
    found = desk.find(volume.LISTING, ident)
    if found is None:
        return gone("volume")
    if (found.document.get("Size") or 0) >= size:
        return is_so(found, True)
    running = _modification(desk, ident)
    if running.get("TargetSize") != size:
        return Outlook(Seen.ABSENT)
    match running.get("ModificationState"):
        case "modifying" | "optimizing" | "completed":
            return Outlook(Seen.UNDERWAY, percent=running.get("Progress"))
        case "failed":
            return Outlook(Seen.FAILED, message=running.get("StatusMessage") or "EC2 could not change the volume")
    return Outlook(Seen.UNCLEAR)


def _modification(desk: Desk, ident: str) -> Document:
    """The latest one; {} for a volume that was never changed."""
    found = desk.read("DescribeVolumesModifications", "VolumesModifications", {"volume-id": [ident]})
    return max(found, key=lambda one: one.get("StartTime") or "", default={})


def _snapshot(desk: Desk, order: Order) -> Receipt:
    name = params_of(order, Snapshot).name
    request = {"VolumeId": native_id(order), "Description": name}
    return make(desk, order, _SNAPSHOT, {**request, "TagSpecifications": tagged("snapshot", order, name)})


def _look_snapshot(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _SNAPSHOT)


def _delete(desk: Desk, order: Order) -> Receipt:
    return ended(desk, "DeleteVolume", VolumeId=native_id(order))


def _look_deleted(desk: Desk, order: Order) -> Outlook:
    found = desk.find(volume.LISTING, native_id(order))
    if found is None:
        return Outlook(Seen.DONE)
    return Outlook(Seen.UNDERWAY if found.document.get("State") in ("deleting", "deleted") else Seen.ABSENT)


def _delete_snapshot(desk: Desk, order: Order) -> Receipt:
    return ended(desk, "DeleteSnapshot", SnapshotId=native_id(order))


def _look_snapshot_deleted(desk: Desk, order: Order) -> Outlook:
    found = desk.find(snapshot.LISTING, native_id(order))
    return Outlook(Seen.DONE if found is None else Seen.ABSENT)


DEEDS = {
    "volume.create": Deed(single(Repeat.TOKEN), _create, _look_created),
    "volume.extend": Deed(single(Repeat.HARMLESS), _extend, _look_extended),
    "volume.snapshot": Deed(single(Repeat.LOOK), _snapshot, _look_snapshot),
    "volume.delete": Deed(single(Repeat.NEVER), _delete, _look_deleted),
    "snapshot.delete": Deed(single(Repeat.NEVER), _delete_snapshot, _look_snapshot_deleted),
}
