"""Networks, subnets, ports, routers, security groups, public addresses."""

from mcm.contract import Relation, RelationType, Resource
from mcm.contract import ResourceKind as K
from mcm.contract.resources import (
    NetworkAttributes,
    PortAttributes,
    PublicIpAttributes,
    RouterAttributes,
    SecurityGroupAttributes,
    SecurityRule,
    SubnetAttributes,
)
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources.envelope import Place, envelope, whole


def network(place: Place, document: Document) -> Resource:
    attributes = NetworkAttributes(
        cidrs=document.get("cidrs"),
        shared=document.get("shared"),
        external=document.get("external"),
        mtu=whole(document.get("mtu")),
        type=document.get("type"),
        vlan=whole(document.get("vlan")),
    )
    return envelope(place, K.NETWORK, document, attributes)


def subnet(place: Place, document: Document) -> Resource:
    attributes = SubnetAttributes(
        cidr=document.get("cidr"),
        gateway=document.get("gateway"),
        dhcp=document.get("dhcp"),
        dns_servers=document.get("dns"),
        ips_total=whole(document.get("ips_total")),
        ips_used=whole(document.get("ips_used")),
    )
    relations = _to_network(place, document, RelationType.PART_OF)
    if document.get("zone"):
        relations.append(place.to(RelationType.PART_OF, K.ZONE, document["zone"]))
    return envelope(place, K.SUBNET, document, attributes, relations)


def port(place: Place, document: Document) -> Resource:
    attributes = PortAttributes(
        mac=document.get("mac"),
        ips=document.get("ips"),
        public_ips=document.get("public_ips"),
        attached_to=document.get("instance"),
        device_owner="compute" if document.get("instance") else None,
    )
    relations = _to_network(place, document, RelationType.CONNECTED_TO)
    if document.get("subnet"):
        relations.append(place.to(RelationType.CONNECTED_TO, K.SUBNET, document["subnet"]))
    if document.get("instance"):
        relations.append(place.to(RelationType.ATTACHED_TO, K.INSTANCE, document["instance"]))
    for group in document.get("security_groups") or ():
        relations.append(place.to(RelationType.PROTECTED_BY, K.SECURITY_GROUP, group))
    return envelope(place, K.PORT, document, attributes, relations)


def router(place: Place, document: Document) -> Resource:
    attributes = RouterAttributes(
        external_network=document.get("external_network"),
        external_ips=document.get("external_ips"),
        snat=document.get("snat"),
        ha=document.get("ha"),
    )
    targets = [document.get("external_network"), *(document.get("networks") or ())]
    relations = [place.to(RelationType.CONNECTED_TO, K.NETWORK, target) for target in targets if target]
    return envelope(place, K.ROUTER, document, attributes, relations)


def security_group(place: Place, document: Document) -> Resource:
    rules = []
    for rule in document.get("rules") or ():
        low, high = rule.get("ports") or (None, None)
        rules.append(
            SecurityRule(rule["direction"], "allow", rule.get("protocol", "any"), low, high, rule.get("peer"), "IPv4")
        )
    attributes = SecurityGroupAttributes(description=document.get("description"), rules=rules, stateful=True)
    return envelope(place, K.SECURITY_GROUP, document, attributes, _to_network(place, document, RelationType.PART_OF))


def public_ip(place: Place, document: Document) -> Resource:
    port_id, instance_id = document.get("port"), document.get("instance")
    attributes = PublicIpAttributes(
        address=document.get("address"),
        private_address=document.get("private_address"),
        associated_with=instance_id or port_id,
        idle=not (instance_id or port_id),
        network=document.get("network"),
    )
    relations = []
    if port_id:
        relations.append(place.to(RelationType.ATTACHED_TO, K.PORT, port_id))
    if instance_id:
        relations.append(place.to(RelationType.ATTACHED_TO, K.INSTANCE, instance_id))
    return envelope(place, K.PUBLIC_IP, document, attributes, relations)


def _to_network(place: Place, document: Document, relation: RelationType) -> list[Relation]:
    target = document.get("network")
    return [place.to(relation, K.NETWORK, target)] if target else []
