"""The disks of a machine: which one it starts from, and whether the file behind it is that disk's raw content."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mcm.contract import NotSupported, UnexpectedResponse
from mcm_providers.vmware.content import boolean, dig, integer, items

DISK = "VirtualDisk"
_FLAT = ("VirtualDiskFlatVer2BackingInfo", "VirtualDiskFlatVer1BackingInfo")
# Datastores that keep objects, or memory: what looks like a disk's file there holds a description alone.
_OBJECTS = ("vsan", "vvol", "pmem")
_LAST = 1 << 16


class DiskFile(NamedTuple):
    """Where the raw content of a disk is."""

    datastore: str
    path: str
    size: int


def boot_disk(devices: Iterable[Any], options: Any) -> dict[str, Any] | None:
    """What the boot options name; else the first disk by controller, bus and unit, those of SCSI before others."""
    known = {str(one.get("key")): one for one in devices if isinstance(one, dict)}
    for one in items(dig(options, "bootOrder")):
        named = known.get(str(dig(one, "deviceKey")))
        if dig(named, "@type") == DISK:
            return named
    disks = [one for one in known.values() if one.get("@type") == DISK]
    return min(disks, key=lambda one: _place(one, controller_of(one, known.values())), default=None)


def controller_of(disk: dict[str, Any], devices: Iterable[Any]) -> dict[str, Any] | None:
    return next((one for one in devices if dig(one, "key") == disk.get("controllerKey")), None)


def capacity_of(disk: dict[str, Any]) -> int | None:
    """In bytes, which vSphere before 5.5 does not tell."""
    exact = integer(disk.get("capacityInBytes"))
    rough = integer(disk.get("capacityInKB"))
    return exact if exact is not None else rough * 1024 if rough is not None else None


def file_of(disk: dict[str, Any], datastore_type: str) -> DiskFile:
    """Raises NotSupported for a disk whose content is in no one file, or in one that only vSphere can read."""
    backing = disk.get("backing")
    native_type = str(dig(backing, "@type") or "")
    if dig(backing, "parent") is not None:
        raise has_snapshots()
    if "RawDisk" in native_type:
        raise NotSupported(
            "the disk is a device of the storage (a raw device mapping), and no file: copy it with the storage's own "
            "means, or turn it into a virtual disk first (migrate the instance's storage, other disk format)",
            reason="disk_is_a_device",
        )
    if dig(backing, "keyId") is not None:
        raise NotSupported(
            "the disk is encrypted, and its file of use to vSphere alone: decrypt it first (storage policy)",
            reason="disk_encrypted",
        )
    if dig(backing, "backingObjectId") or datastore_type.lower().startswith(_OBJECTS):
        raise object_stored()
    if native_type not in _FLAT or boolean(dig(backing, "split")):
        raise NotSupported(
            f"the disk's format ({native_type or 'not told'}) is not one flat file: migrate the instance's storage to "
            "a VMFS or NFS datastore first",
            reason="disk_not_flat",
        )
    name = str(dig(backing, "fileName") or "")
    datastore, closed, path = name.removeprefix("[").partition("] ")
    size = capacity_of(disk)
    if not closed or not path.endswith(".vmdk") or not size:
        raise UnexpectedResponse(f"vCenter tells no usable file and size of the disk '{name}'")
    return DiskFile(datastore, f"{path.removesuffix('.vmdk')}-flat.vmdk", size)


def has_snapshots() -> NotSupported:
    return NotSupported(
        "the disk's content is spread over the files of snapshots: make the image anew from the instance, or "
        "consolidate its disks",
        reason="disk_has_snapshots",
    )


def object_stored() -> NotSupported:
    return NotSupported(
        "the disk is in no file that vCenter gives out (vSAN, vVol and persistent memory keep objects): migrate the "
        "instance's storage to a VMFS or NFS datastore first",
        reason="disk_not_a_file",
    )


def _place(disk: dict[str, Any], controller: dict[str, Any] | None) -> tuple[bool, str, int, int, int]:
    native_type = str(dig(controller, "@type") or "")
    scsi = "SCSI" in native_type or "Logic" in native_type
    numbers = (dig(controller, "busNumber"), disk.get("unitNumber"), disk.get("key"))
    bus, unit, key = (_LAST if (number := integer(one)) is None else number for one in numbers)
    # Kinds of SCSI controllers share one row of bus numbers.
    return not scsi, "" if scsi else native_type, bus, unit, key
