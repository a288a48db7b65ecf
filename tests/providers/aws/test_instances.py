"""What an instance of EC2 becomes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import InstanceAttributes
from mcm_providers.aws.resources import instance
from tests.providers.aws.scopes import scope

WEB: dict[str, Any] = {
    "InstanceId": "i-1",
    "ImageId": "ami-1",
    "State": {"Code": 16, "Name": "running"},
    "PrivateDnsName": "ip-10-0-0-4.eu-central-1.compute.internal",
    "KeyName": "operations",
    "InstanceType": "m5.large",
    "LaunchTime": "2024-06-03T08:00:00.000Z",
    "Placement": {"AvailabilityZone": "eu-central-1b", "Tenancy": "default"},
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "PrivateIpAddress": "10.0.0.4",
    "Architecture": "x86_64",
    "RootDeviceName": "/dev/xvda",
    "BlockDeviceMappings": [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1", "AttachTime": "2024-05-01T10:00:01.000Z"}},
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeId": "vol-2", "AttachTime": "2024-01-01T00:00:00.000Z"}},
    ],
    "ClientToken": "token-of-the-request",
    "Tags": [{"Key": "Name", "Value": "web-1"}, {"Key": "env", "Value": "prod"}, {"Key": "flag", "Value": ""}],
    "Hypervisor": "xen",
    "NetworkInterfaces": [
        {
            "NetworkInterfaceId": "eni-1",
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "MacAddress": "0a:00:00:00:00:01",
            "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
            "Attachment": {"DeviceIndex": 0, "AttachTime": "2024-05-01T10:00:00.000Z"},
            "PrivateIpAddresses": [
                {"PrivateIpAddress": "10.0.0.4", "Association": {"PublicIp": "203.0.113.9"}},
                {"PrivateIpAddress": "10.0.0.5"},
            ],
            "Ipv6Addresses": [{"Ipv6Address": "2001:db8::4"}],
        },
        {
            "NetworkInterfaceId": "eni-2",
            "SubnetId": "subnet-2",
            "VpcId": "vpc-1",
            "MacAddress": "0a:00:00:00:00:02",
            "Groups": [{"GroupId": "sg-2"}, {"GroupId": "sg-3"}],
            "Attachment": {"DeviceIndex": 1, "AttachTime": "2023-01-01T00:00:00.000Z"},
            "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.4"}],
            "Ipv6Addresses": [],
        },
    ],
    "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
    "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
    "PlatformDetails": "Linux/UNIX",
}


def translated(**changes: Any) -> Resource:
    return instance.translate({**WEB, **changes}, scope())


def attributes(**changes: Any) -> InstanceAttributes:
    found = translated(**changes).attributes
    assert isinstance(found, InstanceAttributes)
    return found


def test_an_instance() -> None:
    resource = translated()
    assert not resource_problems(resource, ResourceKind.INSTANCE, "eu-central-1")
    assert (resource.native_id, resource.name, resource.region, resource.zone) == (
        "i-1",
        "web-1",
        "eu-central-1",
        "eu-central-1b",
    )
    assert (resource.state, resource.native_state, resource.task_state) == ("running", "running", None)
    assert resource.tags == {"Name": "web-1", "env": "prod", "flag": ""}
    assert resource.attributes == InstanceAttributes(
        vcpus=2,
        memory_mib=8192,
        architecture="x86_64",
        virtualization="nitro",
        os_family="linux",
        hostname="ip-10-0-0-4.eu-central-1.compute.internal",
        private_ips=["10.0.0.4", "10.0.0.5", "2001:db8::4", "10.0.1.4"],
        public_ips=["203.0.113.9"],
        macs=["0a:00:00:00:00:01", "0a:00:00:00:00:02"],
        flavor="m5.large",
        image="golden",
        billing_mode="on_demand",
        stop_billing="stops",
        launched_at=datetime(2024, 6, 3, 8, tzinfo=UTC),
    )
    uses, part_of = RelationType.USES, RelationType.PART_OF
    connected, protected = RelationType.CONNECTED_TO, RelationType.PROTECTED_BY
    assert set(resource.relations) == {
        Relation(uses, ResourceKind.IMAGE, "ami-1"),
        Relation(uses, ResourceKind.FLAVOR, "m5.large", "eu-central-1"),
        Relation(uses, ResourceKind.KEYPAIR, "key-1"),
        Relation(part_of, ResourceKind.ZONE, "eu-central-1b"),
        Relation(connected, ResourceKind.NETWORK, "vpc-1"),
        Relation(connected, ResourceKind.SUBNET, "subnet-1"),
        Relation(connected, ResourceKind.SUBNET, "subnet-2"),
        Relation(protected, ResourceKind.SECURITY_GROUP, "sg-1"),
        Relation(protected, ResourceKind.SECURITY_GROUP, "sg-2"),
        Relation(protected, ResourceKind.SECURITY_GROUP, "sg-3"),
    }


def test_created_is_the_earliest_of_what_was_there_from_the_start() -> None:
    """LaunchTime moves with every start; a second disk or interface may be older than the instance."""
    assert translated().created_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert translated(NetworkInterfaces=[]).created_at == datetime(2024, 5, 1, 10, 0, 1, tzinfo=UTC)
    alone = translated(NetworkInterfaces=[], BlockDeviceMappings=[])
    assert alone.created_at == datetime(2024, 6, 3, 8, tzinfo=UTC)
    assert translated(NetworkInterfaces=[], BlockDeviceMappings=[], LaunchTime="").created_at is None


@pytest.mark.parametrize(
    ("native", "state", "task"),
    [
        ("pending", "pending", None),
        ("running", "running", None),
        ("shutting-down", "stopping", "terminating"),
        ("stopping", "stopping", None),
        ("stopped", "stopped", None),
        ("terminated", "terminated", None),
        ("hibernated-on-the-moon", "unknown", None),
        ("", "unknown", None),
    ],
)
def test_states(native: str, state: str, task: str | None) -> None:
    resource = translated(State={"Code": 0, "Name": native})
    assert (resource.state, resource.native_state, resource.task_state) == (state, native, task)


def test_what_is_unknown_stays_unknown() -> None:
    bare = instance.translate({"InstanceId": "i-9"}, scope())
    assert not resource_problems(bare, ResourceKind.INSTANCE, "eu-central-1")
    assert bare.name == "i-9"
    assert bare.attributes == InstanceAttributes(
        private_ips=[], public_ips=[], macs=[], billing_mode="on_demand", stop_billing="stops"
    )
    strange = attributes(InstanceType="z9.huge", CpuOptions=None, ImageId="ami-gone", KeyName="lost")
    assert (strange.vcpus, strange.memory_mib, strange.virtualization, strange.image) == (None, None, None, None)
    assert strange.flavor == "z9.huge"


def test_a_terminated_instance_has_lost_its_parts() -> None:
    gone = translated(
        State={"Code": 48, "Name": "terminated"}, NetworkInterfaces=[], BlockDeviceMappings=[], PrivateIpAddress=""
    )
    assert not resource_problems(gone, ResourceKind.INSTANCE, "eu-central-1")
    assert gone.attributes.private_ips == []  # type: ignore[attr-defined]


def test_hypervisor_comes_from_the_type() -> None:
    """The instance itself says xen for Nitro too."""
    assert attributes(InstanceType="t2.micro").virtualization == "xen"
    assert attributes(InstanceType="m5.metal").virtualization == "baremetal"


def test_gpus_come_from_the_type() -> None:
    gpu = attributes(InstanceType="p4d.24xlarge")
    assert (gpu.gpu_count, gpu.gpu_model) == (8, "NVIDIA A100")


@pytest.mark.parametrize(
    ("changes", "family", "name"),
    [
        ({"Platform": "windows", "PlatformDetails": "Windows with SQL Server Standard"}, "windows", "Windows with SQL"),
        ({"PlatformDetails": "Red Hat Enterprise Linux"}, "linux", "Red Hat"),
        ({"PlatformDetails": ""}, None, None),
    ],
)
def test_systems(changes: dict[str, Any], family: str | None, name: str | None) -> None:
    found = attributes(**changes)
    assert found.os_family == family
    assert (found.os_name or "").startswith(name or "")
    assert (found.os_name is None) == (name is None)


@pytest.mark.parametrize(
    ("lifecycle", "mode"), [("spot", "spot"), ("scheduled", "reserved"), ("capacity-block", "reserved")]
)
def test_billing_modes(lifecycle: str, mode: str) -> None:
    assert attributes(InstanceLifecycle=lifecycle).billing_mode == mode


def test_nothing_secret_or_seemingly_so_is_kept() -> None:
    native = translated(MetadataOptions={"HttpTokens": "required"}).native
    assert isinstance(native, dict)
    assert "ClientToken" not in native
    assert native["MetadataOptions"] == {"ImdsV2": "required"}


def test_long_names_and_tags_are_cut() -> None:
    long = translated(Tags=[{"Key": "Name", "Value": "n" * 5000}, {"Key": "k" * 2000, "Value": "v"}])
    assert len(long.name) == 1024
    assert not resource_problems(long, ResourceKind.INSTANCE, "eu-central-1")


def test_hostile_names_pass_as_they_are() -> None:
    hostile = "\u202e<script>alert(1)</script>\n=cmd|'/c calc'!A1"
    assert translated(Tags=[{"Key": "Name", "Value": hostile}]).name == hostile
