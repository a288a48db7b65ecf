"""Application, network and gateway load balancers, and the classic ones.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html and
https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html
"""

from collections.abc import Iterable, Sequence

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import LoadBalancerAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document, read_answer
from mcm_providers.aws.resources.common import distinct, moment, short, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

# Of both DescribeTags operations.
_TAGS_AT_ONCE = 20
_SCHEMES = {"internet-facing": "internet", "internal": "internal"}


def _tags(records: Sequence[Document], scope: Scope, service: str, given: str, identity: str) -> None:
    """Puts the tags into the records; a balancer deleted meanwhile has none."""
    by_id = {record[identity]: record for record in records if record.get(identity)}
    ids = list(by_id)
    for start in range(0, len(ids), _TAGS_AT_ONCE):
        batch = ids[start : start + _TAGS_AT_ONCE]
        answer = read_answer(
            scope.clients.call(service, scope.region, "DescribeTags", {given: batch}), service, "DescribeTags"
        )
        for described in answer.get("TagDescriptions") or ():
            record = by_id.get(described.get("ResourceArn") or described.get("LoadBalancerName") or "")
            if record is not None:
                record["Tags"] = described.get("Tags") or []


def _prepare(records: Sequence[Document], scope: Scope) -> None:
    _tags(records, scope, "elbv2", "ResourceArns", "LoadBalancerArn")


def _prepare_classic(records: Sequence[Document], scope: Scope) -> None:
    _tags(records, scope, "elb", "LoadBalancerNames", "LoadBalancerName")


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["LoadBalancerArn"]
    native_state = (document.get("State") or {}).get("Code", "")
    tags = tags_of(document)
    zones = document.get("AvailabilityZones") or []
    addresses = [
        address.get("IpAddress") or address.get("PrivateIPv4Address")
        for zone in zones
        for address in zone.get("LoadBalancerAddresses") or ()
    ]
    subnets = [zone.get("SubnetId") for zone in zones]
    return Resource(
        kind=ResourceKind.LOAD_BALANCER,
        native_id=native_id,
        name=short(document.get("LoadBalancerName") or "") or native_id,
        region=scope.region,
        state=states.LOAD_BALANCER.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        tags=tags,
        created_at=moment(document.get("CreatedTime")),
        relations=_relations(document.get("VpcId"), subnets, document.get("SecurityGroups") or ()),
        attributes=LoadBalancerAttributes(
            type=document.get("Type") or None,
            scheme=_SCHEMES.get(document.get("Scheme") or ""),
            dns_name=document.get("DNSName") or None,
            addresses=[address for address in addresses if address],
            zones=sorted(zone["ZoneName"] for zone in zones if zone.get("ZoneName")),
        ),
        native=document,
        native_kind=document.get("Type") or "",
    )


def translate_classic(document: Document, scope: Scope) -> Resource:
    """Known by its DNS name, whose number is never used again; its name may be another's tomorrow."""
    name = document.get("LoadBalancerName") or ""
    return Resource(
        kind=ResourceKind.LOAD_BALANCER,
        native_id=document["DNSName"],
        name=short(name) or document["DNSName"],
        region=scope.region,
        state=CommonState.AVAILABLE,
        native_state="",
        tags=tags_of(document),
        created_at=moment(document.get("CreatedTime")),
        relations=_relations(
            document.get("VPCId"), document.get("Subnets") or (), document.get("SecurityGroups") or ()
        ),
        attributes=LoadBalancerAttributes(
            type="classic",
            scheme=_SCHEMES.get(document.get("Scheme") or ""),
            dns_name=document["DNSName"],
            zones=sorted(document.get("AvailabilityZones") or ()),
        ),
        native=document,
        native_kind="classic",
        locator=name,
    )


def _relations(vpc: str | None, subnets: Iterable[str | None], groups: Iterable[str]) -> list[Relation]:
    found = [Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, vpc)] if vpc else []
    found += [Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet) for subnet in subnets if subnet]
    found += [Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, group) for group in groups if group]
    return distinct(found)


LISTING = Listing(
    service="elbv2",
    operation="DescribeLoadBalancers",
    members="LoadBalancers",
    identity="LoadBalancerArn",
    translate=translate,
    page_size=400,
    prepare=_prepare,
)
CLASSIC = Listing(
    service="elb",
    operation="DescribeLoadBalancers",
    members="LoadBalancerDescriptions",
    identity="DNSName",
    translate=translate_classic,
    page_size=400,
    prepare=_prepare_classic,
)
