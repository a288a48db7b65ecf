"""What becomes of disks and snapshots, which vSphere lists only inside machines."""

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.resources import SnapshotAttributes, VolumeAttributes
from tests.providers.vmware.answers import machine, uuid
from tests.providers.vmware.reading import captured, written

VOLUME, SNAPSHOT, INSTANCE = ResourceKind.VOLUME, ResourceKind.SNAPSHOT, ResourceKind.INSTANCE
_FLAT = "VirtualDiskFlatVer2BackingInfo"


def disk(key: int, backing: str = "", *, backing_type: str = _FLAT, more: str = "") -> str:
    return (
        f'<VirtualDevice xsi:type="VirtualDisk"><key>{key}</key><deviceInfo xsi:type="Description">'
        f"<label>Hard disk {key - 1999}</label><summary>1</summary></deviceInfo>"
        f'<backing xsi:type="{backing_type}"><fileName>[ds] a/b.vmdk</fileName>{backing}</backing>'
        f"<capacityInKB>1048576</capacityInKB>{more}</VirtualDevice>"
    )


def with_disks(number: int, *disks: str) -> str:
    return machine(number, config__hardware__device=f'<val xsi:type="ArrayOfVirtualDevice">{"".join(disks)}</val>')


def test_a_captured_volume() -> None:
    (found,) = captured(VOLUME)
    instance = "bfff331f-7f07-572d-951e-edd3701dc061"
    assert found.native_id.startswith(f"{instance}:")
    assert found.name == "DC0_C0_RP0_VM0 / disk-202-0"
    assert (found.state, found.locator) == ("in_use", "VirtualMachine:vm-154")
    assert isinstance(found.attributes, VolumeAttributes)
    assert (found.attributes.size_gib, found.attributes.type) == (0.001, "thin")
    assert [one.instance for one in found.attributes.attachments or ()] == [instance]
    assert found.relations == [
        Relation(RelationType.ATTACHED_TO, INSTANCE, instance),
        Relation(RelationType.STORED_ON, ResourceKind.DATASTORE, "datastore-51"),
    ]


def test_a_disks_identity_is_its_own_where_it_has_one() -> None:
    found = written(
        VOLUME,
        with_disks(
            1,
            disk(2000, "<uuid>6000C29a</uuid>", more="<vDiskId><id>fcd-1</id></vDiskId>"),
            disk(2001, "<uuid>6000C29b</uuid>"),
            disk(2002),
        ),
    )
    assert [one.native_id for one in found] == ["fcd-1", f"{uuid(1)}:6000C29b", f"{uuid(1)}:2002"]
    assert [one.attributes.size_gib for one in found if isinstance(one.attributes, VolumeAttributes)] == [1.0] * 3


def test_a_file_copied_by_hand_keeps_its_uuid_and_is_another_disk() -> None:
    found = written(VOLUME, *(with_disks(number, disk(2000, "<uuid>6000C29a</uuid>")) for number in (1, 2)))
    assert [one.native_id for one in found] == [f"{uuid(1)}:6000C29a", f"{uuid(2)}:6000C29a"]
    twice = written(VOLUME, with_disks(1, *(disk(key, "<uuid>6000C29a</uuid>") for key in (2000, 2001))))
    assert len({one.native_id for one in twice}) == 2


def test_a_disk_that_several_machines_write_to_is_one_volume() -> None:
    shared = "<uuid>6000C29s</uuid><sharing>sharingMultiWriter</sharing>"
    found = written(VOLUME, *(with_disks(number, disk(2000, shared), disk(2001)) for number in (1, 2)))
    assert [one.native_id for one in found] == [f"{uuid(1)}:2001", f"{uuid(2)}:2001", "6000C29s"]
    volume = found[-1]
    assert isinstance(volume.attributes, VolumeAttributes)
    assert volume.attributes.multi_attach is True
    assert [one.instance for one in volume.attributes.attachments or ()] == [uuid(1), uuid(2)]
    assert [one.native_id for one in volume.relations] == [uuid(1), uuid(2)]


def test_kinds_of_backing() -> None:
    raw = "VirtualDiskRawDiskMappingVer1BackingInfo"
    found = written(
        VOLUME,
        with_disks(
            1,
            disk(2000, "<thinProvisioned>false</thinProvisioned><eagerlyScrub>true</eagerlyScrub>"),
            disk(2001, "<keyId><keyId>k</keyId></keyId>", more="<capacityInBytes>2147483648</capacityInBytes>"),
            disk(2002, "<lunUuid>naa.1</lunUuid>", backing_type=raw),
        ),
    )
    attributes = [one.attributes for one in found if isinstance(one.attributes, VolumeAttributes)]
    assert [one.type for one in attributes] == ["thick_eager_zeroed", "thick", "rdm"]
    assert [one.encrypted for one in attributes] == [False, True, False]
    assert attributes[1].size_gib == 2.0
    dying = [attachment.delete_on_termination for one in attributes for attachment in one.attachments or ()]
    assert dying == [True, True, False]
    assert found[2].native_id == f"{uuid(1)}:naa.1"


def test_one_disk_of_each_machine_is_the_one_it_starts_from() -> None:
    devices = disk(2001, more="<unitNumber>1</unitNumber>"), disk(2000, more="<unitNumber>0</unitNumber>")
    order = (
        '<val xsi:type="VirtualMachineBootOptions"><bootOrder xsi:type="VirtualMachineBootOptionsBootableDiskDevice">'
        "<deviceKey>2001</deviceKey></bootOrder></val>"
    )
    told = machine(
        2, config__hardware__device=f'<val xsi:type="ArrayOfVirtualDevice">{"".join(devices)}</val>',
        config__bootOptions=order,
    )  # fmt: skip
    found = [one.attributes for one in written(VOLUME, with_disks(1, *devices), told)]
    assert [one.bootable for one in found if isinstance(one, VolumeAttributes)] == [False, True, True, False]


def test_other_devices_are_no_volumes() -> None:
    network_card = '<VirtualDevice xsi:type="VirtualVmxnet3"><key>4000</key></VirtualDevice>'
    assert written(VOLUME, with_disks(1, network_card)) == []


def test_a_captured_tree_of_snapshots() -> None:
    first, second = captured(SNAPSHOT)
    instance = "bfff331f-7f07-572d-951e-edd3701dc061"
    assert (first.native_id, first.name) == (f"{instance}:snapshot-274", "before upgrade")
    assert first.relations == [Relation(RelationType.MADE_FROM, INSTANCE, instance)]
    assert second.relations[1] == Relation(RelationType.PART_OF, SNAPSHOT, first.native_id)
    assert isinstance(first.attributes, SnapshotAttributes)
    assert (first.attributes.source, first.attributes.description) == (instance, "nightly")
    assert first.created_at is not None
    assert first.created_at.utcoffset() is not None


def test_a_deep_chain_of_snapshots_is_read_to_its_end() -> None:
    def tree(depth: int) -> str:
        inside = (
            f'<snapshot type="VirtualMachineSnapshot">snapshot-{depth}</snapshot><name>s{depth}</name>'
            "<createTime>2026-01-01T00:00:00Z</createTime><state>poweredOff</state>"
        )
        return inside + (f"<childSnapshotList>{tree(depth - 1)}</childSnapshotList>" if depth else "")

    info = f'<val xsi:type="VirtualMachineSnapshotInfo"><rootSnapshotList>{tree(31)}</rootSnapshotList></val>'
    found = written(SNAPSHOT, machine(1, snapshot=info))
    assert len(found) == 32
    assert isinstance(found[0].attributes, SnapshotAttributes)
    assert found[0].attributes.with_memory is False


def test_a_machine_without_snapshots_has_none() -> None:
    assert written(SNAPSHOT, machine(1)) == []
