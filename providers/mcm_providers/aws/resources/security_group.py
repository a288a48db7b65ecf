"""Security groups and their rules. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroup.html"""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SecurityGroupAttributes, SecurityRule
from mcm.contract.states import CommonState
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import short, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

_PEERS = (
    # list, key, address family
    ("IpRanges", "CidrIp", "IPv4"),
    ("Ipv6Ranges", "CidrIpv6", "IPv6"),
    ("PrefixListIds", "PrefixListId", None),
    ("UserIdGroupPairs", "GroupId", None),
)
_PROTOCOLS = {"-1": "any", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["GroupId"]
    tags = tags_of(document)
    vpc = document.get("VpcId") or None
    rules = [
        *_rules("ingress", document.get("IpPermissions") or []),
        *_rules("egress", document.get("IpPermissionsEgress") or []),
    ]
    return Resource(
        kind=ResourceKind.SECURITY_GROUP,
        native_id=native_id,
        name=tags.get("Name") or short(document.get("GroupName") or "") or native_id,
        region=scope.region,
        state=CommonState.AVAILABLE,
        native_state="",
        tags=tags,
        relations=[Relation(RelationType.PART_OF, ResourceKind.NETWORK, vpc)] if vpc else [],
        attributes=SecurityGroupAttributes(
            description=short(document.get("Description") or "") or None, rules=rules, network=vpc, stateful=True
        ),
        native=document,
    )


def _rules(direction: str, permissions: list[Document]) -> Iterator[SecurityRule]:
    """One rule for each peer of a permission, in an order that does not change from read to read."""
    found = []
    for permission in permissions:
        protocol = permission.get("IpProtocol") or "-1"
        # For ICMP these are type and code; -1 stands for all.
        low, high = permission.get("FromPort"), permission.get("ToPort")
        for members, key, family in _PEERS:
            for peer in permission.get(members) or ():
                found.append(
                    SecurityRule(
                        direction=direction,
                        protocol=_PROTOCOLS.get(protocol, protocol),
                        port_min=None if low == -1 else low,
                        port_max=None if high == -1 else high,
                        peer=peer.get(key) or peer.get("GroupName") or None,
                        ethertype=family,
                        description=short(peer.get("Description") or "") or None,
                    )
                )
    found.sort(key=lambda rule: (rule.protocol, rule.port_min or -1, rule.port_max or -1, rule.peer or ""))
    yield from found


LISTING = Listing(
    service="ec2",
    operation="DescribeSecurityGroups",
    members="SecurityGroups",
    identity="GroupId",
    translate=translate,
    page_size=1000,
    id_filter="group-id",
)
