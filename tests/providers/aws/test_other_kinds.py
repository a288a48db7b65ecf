"""What the records of the other kinds become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import (
    Attachment,
    DatabaseAttributes,
    FlavorAttributes,
    ImageAttributes,
    LoadBalancerAttributes,
    NetworkAttributes,
    PortAttributes,
    PublicIpAttributes,
    SecurityRule,
    SnapshotAttributes,
    SubnetAttributes,
    VolumeAttributes,
)
from mcm_providers.aws.kinds import LISTINGS
from mcm_providers.aws.resources import load_balancer
from mcm_providers.aws.resources.listing import Listing
from tests.providers.aws.scopes import scope

ATTACHED, MADE_FROM = RelationType.ATTACHED_TO, RelationType.MADE_FROM
PART_OF, CONNECTED = RelationType.PART_OF, RelationType.CONNECTED_TO


def translated(kind: ResourceKind, document: dict[str, Any], listing: Listing | None = None) -> Resource:
    resource = (listing or LISTINGS[kind][0]).translate(document, scope())
    region = "global" if kind is ResourceKind.BUCKET else "eu-central-1"
    assert not resource_problems(resource, kind, region)
    return resource


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
        Relation(ATTACHED, ResourceKind.INSTANCE, "i-1"),
        Relation(MADE_FROM, ResourceKind.SNAPSHOT, "snap-1"),
        Relation(PART_OF, ResourceKind.ZONE, "eu-central-1a"),
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
    assert list(snapshot.relations) == [Relation(MADE_FROM, ResourceKind.VOLUME, "vol-1")]
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
        Relation(MADE_FROM, ResourceKind.SNAPSHOT, "snap-1"),
        Relation(MADE_FROM, ResourceKind.SNAPSHOT, "snap-2"),
        Relation(MADE_FROM, ResourceKind.INSTANCE, "i-1"),
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


def test_network() -> None:
    network = translated(
        ResourceKind.NETWORK,
        {
            "VpcId": "vpc-1",
            "State": "available",
            "CidrBlock": "10.0.0.0/16",
            "IsDefault": False,
            "CidrBlockAssociationSet": [
                {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                {"CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": "associated"}},
                {"CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "disassociated"}},
            ],
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}
            ],
        },
    )
    assert network.attributes == NetworkAttributes(
        cidrs=["10.0.0.0/16", "10.1.0.0/16", "2001:db8::/56"], external=False, type="vpc", is_default=False
    )


@pytest.mark.parametrize(
    ("cidr", "free", "total", "used", "gateway"),
    [
        ("10.0.1.0/24", 200, 251, 51, "10.0.1.1"),
        ("10.0.1.0/24", None, 251, None, "10.0.1.1"),
        ("", 0, None, None, None),
        ("nonsense", 0, None, None, None),
    ],
)
def test_subnet(cidr: str, free: int | None, total: int | None, used: int | None, gateway: str | None) -> None:
    document = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": cidr, "AvailabilityZone": "eu-central-1a"}
    subnet = translated(ResourceKind.SUBNET, document | ({} if free is None else {"AvailableIpAddressCount": free}))
    assert subnet.attributes == SubnetAttributes(
        cidr=cidr or None, gateway=gateway, ips_total=total, ips_used=used, network="vpc-1"
    )
    assert Relation(PART_OF, ResourceKind.NETWORK, "vpc-1") in subnet.relations


def test_port() -> None:
    port = translated(
        ResourceKind.PORT,
        {
            "NetworkInterfaceId": "eni-1",
            "Status": "in-use",
            "MacAddress": "0a:00:00:00:00:01",
            "VpcId": "vpc-1",
            "SubnetId": "subnet-1",
            "Attachment": {"InstanceId": "i-1"},
            "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-1"}],
            "InterfaceType": "interface",
            "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.4", "Association": {"PublicIp": "203.0.113.9"}}],
            "Ipv6Addresses": [{"Ipv6Address": "2001:db8::4"}],
            "TagSet": [{"Key": "Name", "Value": "eth0"}],
        },
    )
    assert (port.name, port.state) == ("eth0", "available")
    assert port.attributes == PortAttributes(
        mac="0a:00:00:00:00:01",
        ips=["10.0.0.4", "2001:db8::4"],
        public_ips=["203.0.113.9"],
        network="vpc-1",
        attached_to="i-1",
        device_owner="interface",
    )
    assert Relation(ATTACHED, ResourceKind.INSTANCE, "i-1") in port.relations


def test_security_group() -> None:
    group = translated(
        ResourceKind.SECURITY_GROUP,
        {
            "GroupId": "sg-1",
            "GroupName": "web",
            "Description": "the web tier",
            "VpcId": "vpc-1",
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}],
                    "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                    "UserIdGroupPairs": [{"GroupId": "sg-2"}],
                },
                {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "PrefixListIds": [{"PrefixListId": "pl-1"}]},
            ],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        },
    )
    assert group.name == "web"
    assert list(group.attributes.rules) == [  # type: ignore[attr-defined]
        SecurityRule("ingress", protocol="icmp", peer="pl-1"),
        SecurityRule(
            "ingress",
            protocol="tcp",
            port_min=443,
            port_max=443,
            peer="0.0.0.0/0",
            ethertype="IPv4",
            description="all",
        ),
        SecurityRule("ingress", protocol="tcp", port_min=443, port_max=443, peer="::/0", ethertype="IPv6"),
        SecurityRule("ingress", protocol="tcp", port_min=443, port_max=443, peer="sg-2"),
        SecurityRule("egress", protocol="any", peer="0.0.0.0/0", ethertype="IPv4"),
    ]


@pytest.mark.parametrize(
    ("extra", "idle", "to"),
    [
        ({}, True, None),
        ({"AssociationId": "a", "NetworkInterfaceId": "eni-1"}, False, "eni-1"),
        ({"AssociationId": "a", "NetworkInterfaceId": "eni-1", "InstanceId": "i-1"}, False, "i-1"),
    ],
)
def test_public_ip(extra: dict[str, str], idle: bool, to: str | None) -> None:
    address = translated(ResourceKind.PUBLIC_IP, {"AllocationId": "eipalloc-1", "PublicIp": "203.0.113.9", **extra})
    assert address.name == "203.0.113.9"
    assert address.attributes == PublicIpAttributes(address="203.0.113.9", associated_with=to, idle=idle)


def test_keypair_and_zone() -> None:
    keypair = translated(
        ResourceKind.KEYPAIR,
        {"KeyPairId": "key-1", "KeyName": "operations", "KeyType": "ed25519", "KeyFingerprint": "a:b"},
    )
    assert (keypair.native_id, keypair.name) == ("key-1", "operations")
    zone = translated(ResourceKind.ZONE, {"ZoneName": "eu-central-1a", "ZoneType": "local-zone", "State": "impaired"})
    assert (zone.state, zone.attributes.type) == ("unavailable", "local-zone")  # type: ignore[attr-defined]


def test_load_balancer() -> None:
    balancer = translated(
        ResourceKind.LOAD_BALANCER,
        {
            "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/front/1",
            "LoadBalancerName": "front",
            "DNSName": "front-1.elb.eu-central-1.amazonaws.com",
            "Scheme": "internet-facing",
            "Type": "network",
            "State": {"Code": "provisioning"},
            "VpcId": "vpc-1",
            "AvailabilityZones": [
                {
                    "ZoneName": "eu-central-1a",
                    "SubnetId": "subnet-1",
                    "LoadBalancerAddresses": [{"IpAddress": "203.0.113.1"}],
                }
            ],
            "SecurityGroups": ["sg-1"],
            "Tags": [{"Key": "env", "Value": "prod"}],
        },
    )
    assert (balancer.state, balancer.native_kind, balancer.tags) == ("pending", "network", {"env": "prod"})
    assert balancer.attributes == LoadBalancerAttributes(
        type="network",
        scheme="internet",
        dns_name="front-1.elb.eu-central-1.amazonaws.com",
        addresses=["203.0.113.1"],
        zones=["eu-central-1a"],
    )
    assert Relation(CONNECTED, ResourceKind.SUBNET, "subnet-1") in balancer.relations


def test_classic_load_balancer() -> None:
    classic = translated(
        ResourceKind.LOAD_BALANCER,
        {
            "LoadBalancerName": "old",
            "DNSName": "internal-old-99.eu-central-1.elb.amazonaws.com",
            "Scheme": "internal",
            "AvailabilityZones": ["eu-central-1b", "eu-central-1a"],
            "Subnets": ["subnet-1"],
            "VPCId": "vpc-1",
        },
        load_balancer.CLASSIC,
    )
    assert (classic.native_id, classic.name, classic.native_kind) == (
        "internal-old-99.eu-central-1.elb.amazonaws.com",
        "old",
        "classic",
    )
    assert classic.attributes.zones == ["eu-central-1a", "eu-central-1b"]  # type: ignore[attr-defined]


DATABASE: dict[str, Any] = {
    "DbiResourceId": "db-ABC",
    "DBInstanceIdentifier": "orders",
    "DBInstanceStatus": "backing-up",
    "DBInstanceClass": "db.m5.large",
    "Engine": "postgres",
    "EngineVersion": "16.3",
    "AllocatedStorage": 100,
    "MultiAZ": True,
    "StorageEncrypted": True,
    "PubliclyAccessible": False,
    "DeletionProtection": True,
    "AvailabilityZone": "eu-central-1a",
    "Endpoint": {"Address": "orders.abc.eu-central-1.rds.amazonaws.com", "Port": 5432},
    "LatestRestorableTime": "2024-05-01T10:00:00Z",
    "MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:x", "SecretStatus": "active"},
    "PendingModifiedValues": {"MasterUserPassword": "****", "Port": 5433},
    "DomainMemberships": [{"Domain": "d-1", "AuthSecretArn": "arn:aws:secretsmanager:y"}],
    "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
    "TagList": [{"Key": "env", "Value": "prod"}],
}


def test_database() -> None:
    database = translated(ResourceKind.DATABASE, {**DATABASE})
    assert (database.name, database.state, database.task_state) == ("orders", "available", "backing-up")
    assert database.attributes == DatabaseAttributes(
        engine="postgres",
        engine_version="16.3",
        flavor="db.m5.large",
        size_gib=100,
        multi_zone=True,
        endpoint="orders.abc.eu-central-1.rds.amazonaws.com",
        port=5432,
        encrypted=True,
        public=False,
        deletion_protection=True,
    )
    assert "LatestRestorableTime" not in dict(database.native or {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("native", "state"),
    [
        ("available", "available"),
        ("stopped", "unavailable"),
        ("creating", "pending"),
        ("storage-full", "error"),
        ("odd", "unknown"),
    ],
)
def test_database_states(native: str, state: str) -> None:
    assert translated(ResourceKind.DATABASE, {"DbiResourceId": "db-1", "DBInstanceStatus": native}).state == state


def test_bucket() -> None:
    bucket = translated(
        ResourceKind.BUCKET, {"Name": "assets", "CreationDate": "2024-05-01T10:00:00.000Z", "BucketRegion": "eu-west-1"}
    )
    assert bucket.attributes.location == "eu-west-1"  # type: ignore[attr-defined]
    assert bucket.tags is None, "not asked, or refused"
