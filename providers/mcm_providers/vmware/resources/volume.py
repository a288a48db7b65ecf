"""Virtual disks. vSphere lists them only as devices of an instance, so they are found there.

A disk's id: its first-class disk id where it has one; else its instance's uuid and its own, since a file copied by hand
keeps the uuid; the device key, which is given to the next disk when this one is detached, only where nothing else is. A
disk that several instances write to is one volume with several attachments, under its own uuid.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import Attachment, VolumeAttributes
from mcm_providers.vmware.content import Content, boolean, dig, entity_name, gib, integer, items, nested, short
from mcm_providers.vmware.disks import DISK, boot_disk, capacity_of
from mcm_providers.vmware.resources.instance import identity
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import VOLUME_STATE
from mcm_providers.vmware.traversal import OF_VIEW

_SHARED = "sharingMultiWriter"
_PROPERTIES = (
    *("name", "config.instanceUuid", "config.hardware.device", "config.bootOptions"),
    "runtime.connectionState",
)


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    """Shared disks come last, when all of their instances have been seen."""
    shared: dict[str, Resource] = {}
    for content in contents:
        seen: set[str] = set()
        devices = items(content.properties.get("config.hardware.device"))
        first = boot_disk(devices, content.properties.get("config.bootOptions"))
        for device in devices:
            if dig(device, "@type") != DISK:
                continue
            volume = translate(content, device, around, bootable=device is first)
            if dig(device, "backing", "sharing") == _SHARED:
                _merge(shared, volume)
                continue
            if volume.native_id in seen:
                volume.native_id = f"{volume.native_id}:{device['key']}"
            seen.add(volume.native_id)
            yield volume
    yield from shared.values()


def native_id(content: Content, device: dict[str, Any]) -> str:
    backing = device.get("backing")
    own = dig(backing, "uuid") or dig(backing, "lunUuid")
    if dig(backing, "sharing") == _SHARED and own:
        return str(own)
    return str(dig(device, "vDiskId", "id") or f"{identity(content)}:{own or device['key']}")


def translate(content: Content, device: dict[str, Any], around: Surroundings, *, bootable: bool) -> Resource:
    backing = device.get("backing")
    instance = identity(content)
    label = short(dig(device, "deviceInfo", "label")) or f"disk {device['key']}"
    size = gib(capacity_of(device))
    file_name = short(dig(backing, "fileName"))
    relations = [Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, instance)]
    if datastore := dig(backing, "datastore"):
        relations.append(Relation(RelationType.STORED_ON, ResourceKind.DATASTORE, str(datastore)))
    return Resource(
        kind=ResourceKind.VOLUME,
        native_id=native_id(content, device),
        name=f"{entity_name(content.properties.get('name'))} / {label}",
        region=around.region,
        state=VOLUME_STATE,
        # The cloud has no word for a disk's state; how it treats writes is the nearest.
        native_state=dig(backing, "diskMode") or "",
        attributes=VolumeAttributes(
            size_gib=size,
            type=_provisioning(backing),
            iops=_positive(dig(device, "storageIOAllocation", "limit")),
            encrypted=dig(backing, "keyId") is not None if backing else None,
            bootable=bootable,
            multi_attach=dig(backing, "sharing") == _SHARED,
            attachments=[Attachment(instance=instance, device=label, delete_on_termination=_dies(backing))],
        ),
        relations=relations,
        native={
            "key": device["key"],
            "label": label,
            "file": file_name,
            "unit": device.get("unitNumber"),
            "controller": device.get("controllerKey"),
            "backing": _plain(backing),
        },
        native_kind=str(dig(backing, "@type") or DISK),
        locator=content.locator,
    )


def _provisioning(backing: Any) -> str | None:
    if "RawDiskMapping" in (dig(backing, "@type") or ""):
        return "rdm"
    if boolean(dig(backing, "thinProvisioned")):
        return "thin"
    eager = boolean(dig(backing, "eagerlyScrub"))
    return None if backing is None else "thick_eager_zeroed" if eager else "thick"


def _dies(backing: Any) -> bool | None:
    """Destroying an instance destroys its disks' files; a raw mapping leaves the device behind it."""
    return None if backing is None else "RawDiskMapping" not in (dig(backing, "@type") or "")


def _positive(value: Any) -> int | None:
    number = integer(value)
    return number if number and number > 0 else None


def _plain(backing: Any) -> dict[str, str]:
    """Without the chain of parents, which snapshots make long, and what changes with each backup."""
    fields = backing.items() if isinstance(backing, dict) else ()
    return {
        name: str(value) for name, value in fields if isinstance(value, str) and name not in ("changeId", "contentId")
    }


def _merge(shared: dict[str, Resource], volume: Resource) -> None:
    known = shared.setdefault(volume.native_id, volume)
    if known is not volume and isinstance(known.attributes, VolumeAttributes):
        added = volume.attributes.attachments if isinstance(volume.attributes, VolumeAttributes) else None
        known.attributes.attachments = [*(known.attributes.attachments or ()), *(added or ())]
        known.relations = list(dict.fromkeys([*known.relations, *volume.relations]))


READER = Reader(
    properties={"VirtualMachine": _PROPERTIES},
    select=OF_VIEW,
    read=read,
    decode=nested,
)
