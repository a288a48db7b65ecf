"""Networks, VPCs, public addresses and security groups as resources.

https://cloudstack.apache.org/api/apidocs-4.20/ : listNetworks, listVPCs, listPublicIpAddresses, listSecurityGroups.
"""

from mcm.contract import RelationType, Resource, ResourceKind
from mcm.contract.resources import NetworkAttributes, PublicIpAttributes, SecurityGroupAttributes, SecurityRule
from mcm.contract.states import CommonState
from mcm_providers.libcloud.drivers.cloudstack import states
from mcm_providers.libcloud.drivers.cloudstack.api import Document
from mcm_providers.libcloud.drivers.cloudstack.envelope import entries, flag, resource, text, to, whole


def network(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    cidrs = [cidr for key in ("cidr", "ip6cidr") if (cidr := text(document.get(key)))]
    return resource(
        document,
        ResourceKind.NETWORK,
        region,
        NetworkAttributes(
            cidrs=cidrs or None,
            shared=document["type"] == "Shared" if "type" in document else None,
            external=document["traffictype"] == "Public" if "traffictype" in document else None,
            mtu=whole(document.get("privatemtu")),
            type=text(document.get("type")),
            # Only administrators are told.
            vlan=whole(document.get("vlan")),
            is_default=flag(document.get("isdefault")),
        ),
        native_kind="network",
        state=states.NETWORK.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        # A tier of a VPC; "" outside of one.
        relations=to(RelationType.PART_OF, ResourceKind.NETWORK, document.get("vpcid")),
    )


def vpc(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    cidr = text(document.get("cidr"))
    # The tiers inside are networks with their own listing.
    document.pop("network", None)
    return resource(
        document,
        ResourceKind.NETWORK,
        region,
        NetworkAttributes(cidrs=[cidr] if cidr else None, shared=False, external=False, type="VPC"),
        native_kind="vpc",
        state=states.VPC.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
    )


def public_ip(document: Document, region: str) -> Resource:
    """idle: neither an instance by static NAT, nor the way out of a network, nor a load balancer stands behind it; port
    forwarding does not show here, so an address of a network is never called idle."""
    native_state = text(document.get("state")) or ""
    instance = text(document.get("virtualmachineid"))
    inside = text(document.get("associatednetworkid")) or text(document.get("vpcid"))
    used = instance or inside or document.get("issourcenat") is True
    return resource(
        document,
        ResourceKind.PUBLIC_IP,
        region,
        PublicIpAttributes(
            address=text(document.get("ipaddress")),
            private_address=text(document.get("vmipaddress")),
            associated_with=instance,
            idle=None if used and not instance else not used,
            network=text(document.get("associatednetworkid")),
        ),
        native_kind="publicipaddress",
        name=text(document.get("ipaddress")),
        state=states.PUBLIC_IP.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        relations=[
            *to(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, instance),
            *to(RelationType.CONNECTED_TO, ResourceKind.NETWORK, inside),
        ],
    )


def security_group(document: Document, region: str) -> Resource:
    rules = [_rule(rule, "ingress") for rule in entries(document.get("ingressrule"))]
    rules += [_rule(rule, "egress") for rule in entries(document.get("egressrule"))]
    return resource(
        document,
        ResourceKind.SECURITY_GROUP,
        region,
        SecurityGroupAttributes(description=text(document.get("description")), rules=rules, stateful=True),
        native_kind="securitygroup",
        state=CommonState.AVAILABLE,
        native_state="",
    )


def _rule(rule: Document, direction: str) -> SecurityRule:
    """For ICMP the type stands where other protocols have the first port; -1 and nothing mean all."""
    icmp = rule.get("icmptype") is not None
    first = whole(rule.get("icmptype" if icmp else "startport"))
    last = whole(rule.get("icmpcode" if icmp else "endport"))
    group = text(rule.get("securitygroupname"))
    return SecurityRule(
        direction=direction,
        protocol=_protocol(rule.get("protocol")),
        port_min=None if first == -1 else first,
        port_max=None if last == -1 else last,
        peer=text(rule.get("cidr")) or (f"{text(rule.get('account')) or ''}/{group}" if group else None),
    )


def _protocol(value: object) -> str:
    shown = (text(value) or "any").lower()
    return "any" if shown == "all" else shown
