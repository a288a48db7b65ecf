"""Attributes of networks and what is attached to them. None: unknown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class NetworkAttributes:
    cidrs: Sequence[str] | None = None
    shared: bool | None = None
    external: bool | None = None
    mtu: int | None = None
    type: str | None = None
    vlan: int | None = None
    is_default: bool | None = None


@dataclass(slots=True)
class SubnetAttributes:
    cidr: str | None = None
    ipv6_cidr: str | None = None
    gateway: str | None = None
    dhcp: bool | None = None
    dns_servers: Sequence[str] | None = None
    ips_total: int | None = None
    ips_used: int | None = None
    network: str | None = None


@dataclass(slots=True)
class PortAttributes:
    mac: str | None = None
    ips: Sequence[str] | None = None
    public_ips: Sequence[str] | None = None
    network: str | None = None
    attached_to: str | None = None
    device_owner: str | None = None
    port_security: bool | None = None


@dataclass(slots=True)
class RouterAttributes:
    external_network: str | None = None
    external_ips: Sequence[str] | None = None
    snat: bool | None = None
    ha: bool | None = None
    distributed: bool | None = None


@dataclass(slots=True)
class SecurityRule:
    """direction: ingress or egress. action: allow or deny. protocol: tcp, udp, icmp, a number, or any. Ports: None =
    all. peer: CIDR, prefix list or security group."""

    direction: str
    action: str = "allow"
    protocol: str = "any"
    port_min: int | None = None
    port_max: int | None = None
    peer: str | None = None
    ethertype: str | None = None
    priority: int | None = None
    description: str | None = None


@dataclass(slots=True)
class SecurityGroupAttributes:
    description: str | None = None
    rules: Sequence[SecurityRule] | None = None
    network: str | None = None
    stateful: bool | None = None


@dataclass(slots=True)
class PublicIpAttributes:
    """associated_with: native id of the instance, port or interface it points to; None with `idle` true: to nothing."""

    address: str | None = None
    private_address: str | None = None
    associated_with: str | None = None
    idle: bool | None = None
    network: str | None = None
