"""Subnets. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html"""

import ipaddress

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SubnetAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import named, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: the first four and the last address are AWS's,
# and the second is the router.
_RESERVED = 5


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["SubnetId"]
    native_state = document.get("State", "")
    tags = tags_of(document)
    zone = document.get("AvailabilityZone") or None
    vpc = document.get("VpcId") or None
    cidr = document.get("CidrBlock") or None
    total, gateway = _sized(cidr)
    free = document.get("AvailableIpAddressCount")
    ipv6 = [
        item.get("Ipv6CidrBlock")
        for item in document.get("Ipv6CidrBlockAssociationSet") or ()
        if (item.get("Ipv6CidrBlockState") or {}).get("State") == "associated"
    ]
    relations = []
    if vpc:
        relations.append(Relation(RelationType.PART_OF, ResourceKind.NETWORK, vpc))
    if zone:
        relations.append(Relation(RelationType.PART_OF, ResourceKind.ZONE, zone))
    return Resource(
        kind=ResourceKind.SUBNET,
        native_id=native_id,
        name=named(tags, native_id),
        region=scope.region,
        zone=zone,
        state=states.NETWORK.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        tags=tags,
        relations=relations,
        attributes=SubnetAttributes(
            cidr=cidr,
            ipv6_cidr=ipv6[0] if ipv6 else None,
            gateway=gateway,
            ips_total=total,
            ips_used=max(total - free, 0) if total is not None and free is not None else None,
            network=vpc,
        ),
        native=document,
    )


def _sized(cidr: str | None) -> tuple[int | None, str | None]:
    """Addresses for use, and the router's."""
    try:
        network = ipaddress.IPv4Network(cidr or "")
    except ValueError:
        return None, None
    return max(network.num_addresses - _RESERVED, 0), str(network.network_address + 1)


LISTING = Listing(
    service="ec2",
    operation="DescribeSubnets",
    members="Subnets",
    identity="SubnetId",
    translate=translate,
    page_size=1000,
    id_filter="subnet-id",
)
