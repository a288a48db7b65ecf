"""Rules of security groups. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"""

import ipaddress
from typing import Any, NamedTuple

from mcm.contract import InvalidRequest
from mcm.contract.actions import Order, Outlook, Receipt, Repeat
from mcm.contract.actions.params import Rule
from mcm_providers.aws.actions.desk import Deed, Desk, gone, is_so, native_id, params_of, plain_change, single
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources import security_group


class _Asked(NamedTuple):
    """In EC2's words. low, high: ports, ICMP's type and code, or None for a protocol without."""

    protocol: str
    low: int | None
    high: int | None
    cidr: str
    six: bool

    @property
    def permission(self) -> dict[str, Any]:
        peers = {"Ipv6Ranges": [{"CidrIpv6": self.cidr}]} if self.six else {"IpRanges": [{"CidrIp": self.cidr}]}
        ports = {} if self.low is None else {"FromPort": self.low, "ToPort": self.high}
        return {"IpProtocol": self.protocol, **ports, **peers}


class _Way(NamedTuple):
    """already: the refusal that means that it is so already."""

    ingress: str
    egress: str
    already: str


_ADD, _REMOVE = "security_group.add_rule", "security_group.remove_rule"
_WAYS = {
    _ADD: _Way("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "InvalidPermission.Duplicate"),
    _REMOVE: _Way("RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "InvalidPermission.NotFound"),
}


def _asked(order: Order) -> _Asked:
    """EC2 keeps the canonical form of a CIDR, so that is what is asked for and looked for."""
    rule = params_of(order, Rule)
    try:
        network = ipaddress.ip_network(rule.cidr, strict=False)
    except ValueError as error:
        raise InvalidRequest(f"'{rule.cidr}' is not a CIDR block such as 10.0.0.0/8 or 2001:db8::/32") from error
    six = network.version == 6
    low, high = rule.port_from, rule.port_to
    if low is None and high is not None:
        raise InvalidRequest("port_to needs a port_from")
    if rule.protocol == "any":
        if low is not None:
            raise InvalidRequest("a rule for all protocols has no ports: name tcp or udp")
        return _Asked("-1", None, None, str(network), six)
    if rule.protocol == "icmp":
        # -1: all types, all codes.
        kind = -1 if low is None else low
        return _Asked("icmpv6" if six else "icmp", kind, -1 if high is None else high, str(network), six)
    if low is None:
        return _Asked(rule.protocol, 0, 65535, str(network), six)
    high = low if high is None else high
    if high < low:
        raise InvalidRequest(f"port_to {high} is below port_from {low}")
    return _Asked(rule.protocol, low, high, str(network), six)


def _send(desk: Desk, order: Order) -> Receipt:
    permission, way = _asked(order).permission, _WAYS[order.action]
    operation = way.ingress if params_of(order, Rule).direction == "ingress" else way.egress
    return plain_change(desk, operation, way.already, GroupId=native_id(order), IpPermissions=[permission])


def _look(desk: Desk, order: Order) -> Outlook:
    found = desk.find(security_group.LISTING, native_id(order))
    if found is None:
        return gone("security group")
    there = _has(found.document, params_of(order, Rule).direction, _asked(order))
    return is_so(found, there is (order.action == _ADD))


def _has(document: Document, direction: str, asked: _Asked) -> bool:
    """EC2 gathers the peers of one protocol and port range in one permission."""
    for permission in document.get("IpPermissions" if direction == "ingress" else "IpPermissionsEgress") or ():
        if permission.get("IpProtocol") != asked.protocol:
            continue
        if asked.low is not None and (permission.get("FromPort"), permission.get("ToPort")) != (asked.low, asked.high):
            continue
        members, key = ("Ipv6Ranges", "CidrIpv6") if asked.six else ("IpRanges", "CidrIp")
        if any(peer.get(key) == asked.cidr for peer in permission.get(members) or ()):
            return True
    return False


DEEDS = dict.fromkeys(_WAYS, Deed(single(Repeat.HARMLESS), _send, _look))
