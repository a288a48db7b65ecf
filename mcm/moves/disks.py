"""The volumes of an instance: which one it starts from, and how they are told of to a person."""

import re
from collections.abc import Sequence
from typing import Any

from mcm.models import ResourceRow

# However a cloud calls disks, the first of them ends in an a: sda, vda, xvda.
_FIRST, _LETTERED = re.compile(r"[a-z]da[0-9]*$"), re.compile(r"[a-z]d[a-z]+[0-9]*$")


def kind_of(step: str) -> str:
    """A step's own name, without the disk that it is about."""
    return step.partition(":")[0]


def disk_of(step: str) -> str:
    return step.partition(":")[2]


def of(instance: ResourceRow, attached: Sequence[ResourceRow]) -> tuple[ResourceRow | None, list[ResourceRow]]:
    """(the one it starts from, the others). A bootable one in another place than the first is one of the others: it may
    have been made of an image."""
    ordered = sorted(attached, key=lambda one: (device(instance, one) or "", one.native_id))
    bootable = [one for one in ordered if (one.attributes or {}).get("bootable")]
    roots = [one for one in bootable if _FIRST.search(device(instance, one) or "")]
    if not roots and len(bootable) == 1 and not _LETTERED.search(device(instance, bootable[0]) or ""):
        # Nobody says where it is, or in words of the cloud's own, such as "Hard disk 1".
        roots = bootable
    root = roots[0] if roots else None
    return root, [one for one in ordered if one is not root]


def device(instance: ResourceRow, volume: ResourceRow) -> str | None:
    for one in (volume.attributes or {}).get("attachments") or ():
        if one.get("instance") == instance.native_id:
            found = one.get("device")
            return str(found) if found else None
    return None


def gib(volume: ResourceRow) -> float | None:
    found = (volume.attributes or {}).get("size_gib")
    return float(found) if found is not None else None


def readable(volume: ResourceRow) -> bool:
    """Elsewhere: of an encrypted one only this cloud has the key."""
    return not (volume.attributes or {}).get("encrypted")


def can_be_copied(volume: ResourceRow) -> bool:
    """What several instances write to is not one instance's to take along."""
    shared = len((volume.attributes or {}).get("attachments") or ()) > 1
    return readable(volume) and not shared and gib(volume) is not None


def described(instance: ResourceRow, volume: ResourceRow) -> dict[str, Any]:
    """volume: its native id, as several may have one name."""
    size, kind = gib(volume), (volume.attributes or {}).get("type")
    return {
        "name": volume.name or volume.native_id, "volume": volume.native_id, "type": kind or "?",
        "gib": "?" if size is None else f"{size:g}", "device": device(instance, volume) or "?",
    }  # fmt: skip
