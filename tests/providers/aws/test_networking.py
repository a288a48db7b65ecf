"""What VPCs, subnets, interfaces, security groups and addresses become."""

import pytest

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.resources import (
    NetworkAttributes,
    PortAttributes,
    PublicIpAttributes,
    SecurityRule,
    SubnetAttributes,
)
from tests.providers.aws.scopes import translated


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
    assert Relation(RelationType.PART_OF, ResourceKind.NETWORK, "vpc-1") in subnet.relations


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
    assert Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, "i-1") in port.relations


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
