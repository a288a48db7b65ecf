"""What volumes, snapshots, images, instance types, key pairs and zones become."""

from datetime import UTC, datetime

import pytest

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.resources import Attachment, FlavorAttributes, ImageAttributes, SnapshotAttributes, VolumeAttributes
from tests.providers.aws.scopes import translated


def test_volume() -> None:
    volume = translated(
        ResourceKind.VOLUME,
        {
            "VolumeId": "vol-1",
            "State": "in-use",
            "Size": 100,
            "Iops": 3000,
            "Throughput": 125,
            "VolumeType": "gp3",
            "Encrypted": True,
            "MultiAttachEnabled": False,
            "AvailabilityZone": "eu-central-1a",
            "SnapshotId": "snap-1",
            "CreateTime": "2024-05-01T10:00:00.123Z",
            "Attachments": [
                {"InstanceId": "i-1", "Device": "/dev/sdf", "State": "attaching", "DeleteOnTermination": False}
            ],
            "Tags": [{"Key": "Name", "Value": "data"}],
        },
    )
    assert (volume.name, volume.zone, volume.state, volume.task_state) == (
        "data",
        "eu-central-1a",
        "in_use",
        "attaching",
    )
    assert volume.created_at == datetime(2024, 5, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert volume.attributes == VolumeAttributes(
        size_gib=100,
        type="gp3",
        iops=3000,
        throughput_mib_s=125,
        encrypted=True,
        multi_attach=False,
        attachments=[Attachment("i-1", "/dev/sdf", False)],
    )
    assert set(volume.relations) == {
        Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, "i-1"),
        Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, "snap-1"),
        Relation(RelationType.PART_OF, ResourceKind.ZONE, "eu-central-1a"),
    }


@pytest.mark.parametrize(
    ("native", "state"),
    [
        ("creating", "creating"),
        ("available", "available"),
        ("deleting", "deleting"),
        ("error", "error"),
        ("odd", "unknown"),
    ],
)
def test_volume_states(native: str, state: str) -> None:
    assert translated(ResourceKind.VOLUME, {"VolumeId": "vol-1", "State": native}).state == state


def test_snapshot() -> None:
    document = {
        "SnapshotId": "snap-1",
        "State": "pending",
        "Progress": "37%",
        "VolumeId": "vol-1",
        "VolumeSize": 8,
        "StartTime": "2024-05-01T10:00:00Z",
        "Encrypted": False,
        "Description": "nightly",
    }
    snapshot = translated(ResourceKind.SNAPSHOT, dict(document))
    assert (snapshot.name, snapshot.state) == ("snap-1", "pending")
    assert snapshot.attributes == SnapshotAttributes(
        size_gib=8, source_kind="volume", source="vol-1", encrypted=False, description="nightly", with_memory=False
    )
    assert list(snapshot.relations) == [Relation(RelationType.MADE_FROM, ResourceKind.VOLUME, "vol-1")]
    assert "Progress" not in dict(snapshot.native or {})  # type: ignore[arg-type]
    copied = translated(ResourceKind.SNAPSHOT, {**document, "VolumeId": "vol-ffffffff"})
    assert not copied.relations


def test_image() -> None:
    image = translated(
        ResourceKind.IMAGE,
        {
            "ImageId": "ami-1",
            "Name": "golden-2024",
            "State": "available",
            "OwnerId": "111122223333",
            "Public": False,
            "Architecture": "arm64",
            "PlatformDetails": "Linux/UNIX",
            "RootDeviceType": "ebs",
            "CreationDate": "2024-05-01T10:00:00.000Z",
            "SourceInstanceId": "i-1",
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1", "VolumeSize": 8}},
                {"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": "snap-2", "VolumeSize": 20}},
                {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
            ],
            "Tags": [{"Key": "Name", "Value": "another name"}],
        },
    )
    assert image.name == "golden-2024"
    assert image.attributes == ImageAttributes(
        os_family="linux",
        architecture="arm64",
        size_gib=28,
        min_disk_gib=8,
        disk_format="ebs",
        visibility="private",
        owner="111122223333",
    )
    assert set(image.relations) == {
        Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, "snap-1"),
        Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, "snap-2"),
        Relation(RelationType.MADE_FROM, ResourceKind.INSTANCE, "i-1"),
    }


def test_flavor() -> None:
    flavor = translated(
        ResourceKind.FLAVOR,
        {
            "InstanceType": "p4d.24xlarge",
            "BareMetal": False,
            "Hypervisor": "nitro",
            "VCpuInfo": {"DefaultVCpus": 96},
            "MemoryInfo": {"SizeInMiB": 1179648},
            "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
            "InstanceStorageInfo": {"TotalSizeInGB": 8000},
            "GpuInfo": {"Gpus": [{"Name": "A100", "Manufacturer": "NVIDIA", "Count": 8}]},
        },
    )
    assert flavor.native_scope == flavor.region == "eu-central-1", "every region has its own"
    assert flavor.attributes == FlavorAttributes(
        vcpus=96,
        memory_mib=1179648,
        local_disk_gib=7451,
        gpu_count=8,
        gpu_model="NVIDIA A100",
        architecture="x86_64",
        family="p4d",
        visibility="public",
    )


def test_keypair_and_zone() -> None:
    keypair = translated(
        ResourceKind.KEYPAIR,
        {"KeyPairId": "key-1", "KeyName": "operations", "KeyType": "ed25519", "KeyFingerprint": "a:b"},
    )
    assert (keypair.native_id, keypair.name) == ("key-1", "operations")
    zone = translated(ResourceKind.ZONE, {"ZoneName": "eu-central-1a", "ZoneType": "local-zone", "State": "impaired"})
    assert (zone.state, zone.attributes.type) == ("unavailable", "local-zone")  # type: ignore[attr-defined]
