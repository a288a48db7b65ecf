"""Which disk a machine starts from, where its content is, and what the guest is said to need."""

from typing import Any

import pytest

from mcm.contract import NotSupported, UnexpectedResponse
from mcm.contract.images import PROPERTIES
from mcm_providers.vmware.descriptor import DESCRIPTOR
from mcm_providers.vmware.disks import boot_disk, capacity_of, file_of
from mcm_providers.vmware.guests import properties_of

FLAT = "VirtualDiskFlatVer2BackingInfo"


def controller(kind: str, key: str = "1000", bus: str = "0") -> dict[str, Any]:
    return {"@type": kind, "key": key, "busNumber": bus}


def disk(key: str = "2000", at: str = "1000", unit: str = "0", **backing: Any) -> dict[str, Any]:
    behind = {"@type": FLAT, "fileName": "[data 1] web/web.vmdk", **backing}
    behind["@type"] = behind.pop("kind", behind["@type"])
    found = {"@type": "VirtualDisk", "key": key, "controllerKey": at, "unitNumber": unit, "backing": behind}
    return found | {"capacityInKB": "1048576", "capacityInBytes": "1073741824"}


def test_it_starts_from_the_first_disk_unless_told_otherwise() -> None:
    sata, second = controller("VirtualAHCIController", "15000"), controller("ParaVirtualSCSIController", "1001", "1")
    first = controller("VirtualLsiLogicSASController")
    disks = [disk("16000", "15000"), disk("2016", "1001"), disk("2002", unit="2"), disk("2001", unit="1")]
    devices = [sata, second, first, *disks]
    assert boot_disk(devices, None) is disks[3]
    assert boot_disk([sata, second, *disks[:2]], {}) is disks[1]
    ordered = {"bootOrder": [{"@type": "BootableCdrom"}, {"deviceKey": "4000"}, {"deviceKey": "16000"}]}
    assert boot_disk(devices, ordered) is disks[0]
    assert boot_disk(devices, {"bootOrder": {"deviceKey": "2016"}}) is disks[1]
    assert boot_disk(devices, {"bootOrder": {"deviceKey": "1"}}) is disks[3]
    assert boot_disk([first], None) is None


def test_the_flat_file_lies_beside_the_description() -> None:
    found = file_of(disk(thinProvisioned="true"), "VMFS")
    assert found == ("data 1", "web/web-flat.vmdk", 2**30)
    assert capacity_of({"capacityInKB": "2"}) == 2048


@pytest.mark.parametrize(
    ("reason", "backing", "datastore"),
    [
        ("disk_has_snapshots", {"parent": {"fileName": "[data 1] web/web-000001.vmdk"}}, "VMFS"),
        ("disk_is_a_device", {"kind": "VirtualDiskRawDiskMappingVer1BackingInfo"}, "VMFS"),
        ("disk_is_a_device", {"kind": "VirtualDiskPartitionedRawDiskVer2BackingInfo"}, "VMFS"),
        ("disk_encrypted", {"keyId": {"keyId": "k"}}, "VMFS"),
        ("disk_not_a_file", {"backingObjectId": "b1f2"}, "NFS"),
        ("disk_not_a_file", {}, "vsan"),
        ("disk_not_a_file", {}, "VVOL"),
        ("disk_not_flat", {"kind": "VirtualDiskSeSparseBackingInfo"}, "VMFS"),
        ("disk_not_flat", {"split": "true"}, "VMFS"),
        ("disk_not_flat", {"kind": "VirtualDiskLocalPMemBackingInfo"}, "VMFS"),
    ],
)
def test_what_is_not_in_one_file_is_refused(reason: str, backing: dict[str, Any], datastore: str) -> None:
    with pytest.raises(NotSupported) as told:
        file_of(disk(**backing), datastore)
    assert told.value.reason == reason
    assert DESCRIPTOR.messages[reason].zh


@pytest.mark.parametrize("name", ["", "web.vmdk", "[data 1] web/web.raw"])
def test_a_disk_without_a_usable_name_is_not_guessed_at(name: str) -> None:
    with pytest.raises(UnexpectedResponse):
        file_of(disk(fileName=name), "VMFS")


def needs(kind: str, guest: str = "", card: str = "", firmware: str = "bios", secure: str = "false") -> dict[str, str]:
    devices = [controller(kind), {"@type": card, "key": "4000"}, disk()]
    config = {"config.hardware.device": devices, "config.guestId": guest, "config.firmware": firmware}
    found = properties_of(config | {"config.bootOptions": {"efiSecureBootEnabled": secure}}, devices[-1])
    assert set(found) <= set(PROPERTIES)
    return found


def test_the_guest_gets_the_controllers_it_has_drivers_for() -> None:
    assert needs("ParaVirtualSCSIController", "rhel9_64Guest", "VirtualVmxnet3", "efi", "true") == {
        "architecture": "x86_64", "os_type": "linux", "os_distro": "rhel", "hw_firmware_type": "uefi",
        "os_secure_boot": "required", "hw_machine_type": "q35", "hw_disk_bus": "scsi", "hw_scsi_model": "vmpvscsi",
        "hw_vif_model": "vmxnet3",
    }  # fmt: skip
    assert needs("VirtualLsiLogicSASController", "windows2019srv_64Guest", "VirtualE1000e", "efi") == {
        "architecture": "x86_64", "os_type": "windows", "os_distro": "windows", "hw_firmware_type": "uefi",
        "hw_disk_bus": "scsi", "hw_scsi_model": "lsisas1068", "hw_vif_model": "e1000e",
    }  # fmt: skip
    assert needs("VirtualLsiLogicController", "ubuntu64Guest", "VirtualE1000") == {
        "architecture": "x86_64", "os_type": "linux", "os_distro": "ubuntu", "hw_firmware_type": "bios",
        "hw_disk_bus": "scsi", "hw_scsi_model": "lsilogic", "hw_vif_model": "e1000",
    }  # fmt: skip
    assert needs("VirtualAHCIController", "otherGuest") == {"hw_firmware_type": "bios", "hw_disk_bus": "sata"}
    assert needs("VirtualIDEController", secure="true") == {
        "hw_firmware_type": "bios", "hw_disk_bus": "ide", "hw_machine_type": "pc",
    }  # fmt: skip


def test_nothing_is_said_of_what_has_no_word() -> None:
    for kind in ("VirtualBusLogicController", "VirtualNVMEController"):
        assert needs(kind, firmware="", card="VirtualSriovEthernetCard") == {}
    assert needs("VirtualNVMEController", "arm-ubuntu-64Guest", "VirtualVmxnet3", "efi", "true") == {
        "architecture": "aarch64", "os_type": "linux", "os_distro": "ubuntu", "hw_firmware_type": "uefi",
        "os_secure_boot": "required", "hw_vif_model": "vmxnet3",
    }  # fmt: skip
