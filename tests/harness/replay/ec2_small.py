"""The short listings around the instances: regions, zones, types, images, networks; and empty ones for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from tests.harness.replay.ec2_instances import GROUPS, IMAGES, KEY_PAIRS, OWNER, SUBNETS, TYPES, VPC, ZONES

Tree = Mapping[str, "Tree | str | list[Tree]"]

# Listings that are answered without entries: the element that would hold them.
_EMPTY = {
    "DescribeVolumes": "volumeSet",
    "DescribeSnapshots": "snapshotSet",
    "DescribeNetworkInterfaces": "networkInterfaceSet",
    "DescribeAddresses": "addressesSet",
    "DescribeInternetGateways": "internetGatewaySet",
    "DescribeRouteTables": "routeTableSet",
    "DescribeNatGateways": "natGatewaySet",
    "DescribeTags": "tagSet",
}


def small_listing(action: str, region: str, regions: list[str]) -> Tree | None:
    """The contents of that action's answer in a region; None for an action that is no short listing."""
    if action in _EMPTY:
        return {_EMPTY[action]: []}
    if action == "DescribeRegions":
        return {
            "regionInfo": [
                {
                    "regionName": name,
                    "regionEndpoint": f"ec2.{name}.amazonaws.com",
                    "optInStatus": "opt-in-not-required",
                }
                for name in regions
            ]
        }
    make = _AT_HOME.get(action)
    if make is None:
        return None
    element, entries = make()
    # Only the first region has anything in it.
    return {element: entries if region == regions[0] or action == "DescribeInstanceTypes" else []}


def to_xml(tree: Tree) -> str:
    """EC2's way of writing: a list is repeated `<item>`s."""
    return "".join(_element(name, value) for name, value in tree.items())


def _element(name: str, value: Tree | str | list[Tree]) -> str:
    if isinstance(value, str):
        return f"<{name}>{escape(value)}</{name}>" if value else f"<{name}/>"
    inside = "".join(f"<item>{to_xml(item)}</item>" for item in value) if isinstance(value, list) else to_xml(value)
    return f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"


def _zones() -> tuple[str, list[Tree]]:
    return "availabilityZoneInfo", [
        {
            "zoneName": zone,
            "zoneState": "available",
            "regionName": zone[:-1],
            "zoneId": zone_id,
            "groupName": zone[:-1],
            "networkBorderGroup": zone[:-1],
            "zoneType": "availability-zone",
            "optInStatus": "opt-in-not-required",
            "messageSet": [],
        }
        for zone, zone_id in ZONES.items()
    ]


def _types() -> tuple[str, list[Tree]]:
    return "instanceTypeSet", [
        {
            "instanceType": name,
            "currentGeneration": "true",
            "bareMetal": "false",
            "hypervisor": "nitro",
            "processorInfo": {"supportedArchitectures": {"item": architecture}},
            "vCpuInfo": {
                "defaultVCpus": str(cores * threads),
                "defaultCores": str(cores),
                "defaultThreadsPerCore": str(threads),
            },
            "memoryInfo": {"sizeInMiB": str(memory_mib)},
            "instanceStorageSupported": "false",
        }
        for name, (cores, threads, memory_mib, architecture) in TYPES.items()
    ]


def _images() -> tuple[str, list[Tree]]:
    return "imagesSet", [
        {
            "imageId": image,
            "imageLocation": f"{OWNER}/base-{architecture}",
            "imageState": "available",
            "imageOwnerId": OWNER,
            "creationDate": "2024-01-01T00:00:00.000Z",
            "isPublic": "false",
            "architecture": architecture,
            "imageType": "machine",
            "name": f"base-{architecture}",
            "rootDeviceType": "ebs",
            "rootDeviceName": "/dev/xvda",
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "platformDetails": "Linux/UNIX",
        }
        for architecture, image in IMAGES.items()
    ]


def _vpcs() -> tuple[str, list[Tree]]:
    return "vpcSet", [
        {
            "vpcId": VPC,
            "ownerId": OWNER,
            "state": "available",
            "cidrBlock": "10.64.0.0/10",
            "dhcpOptionsId": "dopt-0a1b2c3d",
            "instanceTenancy": "default",
            "isDefault": "false",
            "tagSet": [{"key": "Name", "value": "main"}],
        }
    ]


def _subnets() -> tuple[str, list[Tree]]:
    return "subnetSet", [
        {
            "subnetId": subnet,
            "state": "available",
            "ownerId": OWNER,
            "vpcId": VPC,
            "cidrBlock": f"10.{64 + number}.0.0/16",
            "availableIpAddressCount": "60000",
            "availabilityZone": zone,
            "availabilityZoneId": ZONES[zone],
            "defaultForAz": "false",
            "mapPublicIpOnLaunch": "true",
            "tagSet": [{"key": "Name", "value": f"main-{zone[-1]}"}],
        }
        for number, (zone, subnet) in enumerate(SUBNETS.items())
    ]


def _security_groups() -> tuple[str, list[Tree]]:
    web: Tree = {
        "ipProtocol": "tcp",
        "fromPort": "443",
        "toPort": "443",
        "groups": [],
        "ipRanges": [{"cidrIp": "0.0.0.0/0"}],
    }
    return "securityGroupInfo", [
        {
            "ownerId": OWNER,
            "groupId": group,
            "groupName": name,
            "groupDescription": f"{name} tier",
            "vpcId": VPC,
            "ipPermissions": [web],
            "ipPermissionsEgress": [],
            "tagSet": [],
        }
        for group, name in GROUPS.items()
    ]


def _key_pairs() -> tuple[str, list[Tree]]:
    return "keySet", [
        {
            "keyPairId": f"key-0{number:016x}",
            "keyName": name,
            "keyType": "ed25519",
            "keyFingerprint": "1f:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca",
            "tagSet": [],
            "createTime": "2024-01-01T00:00:00.000Z",
        }
        for number, name in enumerate(KEY_PAIRS)
    ]


_AT_HOME: dict[str, Callable[[], tuple[str, list[Tree]]]] = {
    "DescribeAvailabilityZones": _zones,
    "DescribeInstanceTypes": _types,
    "DescribeImages": _images,
    "DescribeVpcs": _vpcs,
    "DescribeSubnets": _subnets,
    "DescribeSecurityGroups": _security_groups,
    "DescribeKeyPairs": _key_pairs,
}
