"""What a guest needs of the machine it runs on, told in the words of image properties (`mcm.contract.images`).

It has drivers for the controllers and cards it runs with; a cloud that offers others would leave it without its disk.
https://docs.openstack.org/glance/latest/admin/useful-image-properties.html
"""

from collections.abc import Mapping
from typing import Any

from mcm_providers.vmware.content import boolean, dig, items
from mcm_providers.vmware.disks import controller_of
from mcm_providers.vmware.states import guest_system

_FIRMWARE = {"bios": "bios", "efi": "uefi"}
# No hypervisor besides VMware's has a BusLogic controller, and image properties have no word for NVMe.
_SCSI = {
    "ParaVirtualSCSIController": "vmpvscsi",
    "VirtualLsiLogicController": "lsilogic",
    "VirtualLsiLogicSASController": "lsisas1068",
}
_CARDS = {
    "VirtualVmxnet3": "vmxnet3",
    "VirtualVmxnet3Vrdma": "vmxnet3",
    "VirtualE1000": "e1000",
    "VirtualE1000e": "e1000e",
    "VirtualPCNet32": "pcnet",
}
_SYSTEMS = ("linux", "windows")
# Beginnings of guest identifiers.
_DISTRIBUTIONS = {
    "rhel": "rhel",
    "centos": "centos",
    "rockylinux": "rocky",
    "almalinux": "almalinux",
    "oraclelinux": "ol",
    "ubuntu": "ubuntu",
    "debian": "debian",
    "fedora": "fedora",
    "sles": "sles",
    "opensuse": "opensuse",
    "freebsd": "freebsd",
    "win": "windows",
}


def properties_of(config: Mapping[str, Any], disk: dict[str, Any]) -> dict[str, str]:
    """config: properties of the machine by their paths. disk: the one it starts from."""
    devices = items(config.get("config.hardware.device"))
    guest = str(config.get("config.guestId") or "")
    family, architecture = guest_system(guest)
    firmware = _FIRMWARE.get(str(config.get("config.firmware") or ""), "")
    secure = firmware == "uefi" and boolean(dig(config.get("config.bootOptions"), "efiSecureBootEnabled"))
    found = {
        "architecture": architecture or "",
        "os_type": family if family in _SYSTEMS else "",
        "os_distro": _distribution(guest),
        "hw_firmware_type": firmware,
        "hw_vif_model": next((_CARDS[kind] for one in devices if (kind := dig(one, "@type")) in _CARDS), ""),
        "os_secure_boot": "required" if secure else "",
        # On x86 there is no secure boot but with this chipset.
        "hw_machine_type": "q35" if secure and architecture != "aarch64" else "",
        **_bus(str(dig(controller_of(disk, devices), "@type") or "")),
    }
    return {name: value for name, value in found.items() if value}


def _bus(controller: str) -> dict[str, str]:
    if controller in _SCSI:
        return {"hw_disk_bus": "scsi", "hw_scsi_model": _SCSI[controller]}
    if controller == "VirtualIDEController":
        return {"hw_disk_bus": "ide", "hw_machine_type": "pc"}
    return {"hw_disk_bus": "sata"} if controller in ("VirtualAHCIController", "VirtualSATAController") else {}


def _distribution(guest: str) -> str:
    name = guest.lower().removeprefix("arm-")
    return next((word for start, word in _DISTRIBUTIONS.items() if name.startswith(start)), "")
