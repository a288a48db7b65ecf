"""Networks, subnets, ports, routers, security groups and public addresses."""

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.frame import Frame, iso
from mcm_providers.simulated.cloud.instances import (
    FIRST_ADDRESS,
    Facts,
    address,
    facts,
    mac,
    outside_address,
    public_address,
    subnet_number,
)
from mcm_providers.simulated.cloud.shape import Document


def network_positions(frame: Frame, region: int) -> int:
    return frame.networks(region)


def networks_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    project, project_name = frame.project(max(position - 1, 0))
    outside = position == 0
    return [
        {
            "id": frame.small_id(K.NETWORK, region, position),
            "name": "ext-net" if outside else f"{project_name or 'vlan'}-net-{position:02d}",
            "status": "ACTIVE",
            "project": project,
            "project_name": project_name,
            "shared": outside,
            "external": outside,
            "mtu": 1500 if outside else 1450,
            "type": "vlan" if frame.flavour.name != "public" else "vpc",
            "vlan": 100 + position if frame.flavour.name != "public" else None,
            "cidrs": [cidr for _, cidr in _ranges(frame, region, position)],
            "tags": {},
        }
    ]


def _ranges(frame: Frame, region: int, network: int) -> list[tuple[int, str]]:
    """(number, CIDR) of each subnet."""
    if network == 0:
        return [(0, f"198.{18 + region % 2}.0.0/16")]
    count = 1 + (frame.slots[region] + FIRST_ADDRESS - 1 >> 16)
    return [(place, f"10.{network + 64 * place}.0.0/16") for place in range(count)]


def subnets_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    project, project_name = frame.project(max(position - 1, 0))
    return [
        {
            "id": frame.small_id(K.SUBNET, region, position * 2 + place),
            "name": f"subnet-{position:02d}-{place}",
            "status": "available",
            "project": project,
            "project_name": project_name,
            "shared": position == 0,
            "zone": frame.zone(region, position) if frame.flavour.name == "public" else None,
            "network": frame.small_id(K.NETWORK, region, position),
            "cidr": cidr,
            "gateway": cidr.replace(".0.0/16", ".255.254"),
            "dhcp": position != 0,
            "dns": ["10.0.0.53"],
            "ips_total": 65_534,
            "tags": {},
        }
        for place, cidr in _ranges(frame, region, position)
    ]


def ports_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:
    return [port_of(frame, facts(frame, region, position, now))]


def port_of(frame: Frame, known: Facts) -> Document:
    project, project_name = frame.project(known.project)
    outside = public_address(frame, known)
    return {
        "id": frame.forges[K.PORT].encode(known.region, known.number),
        "name": "",
        "status": "ACTIVE",
        "project": project,
        "project_name": project_name,
        "zone": frame.zone(known.region, known.host),
        "mac": mac(frame, known),
        "ips": [address(known)],
        "public_ips": [outside] if outside else [],
        "network": frame.small_id(K.NETWORK, known.region, known.network),
        "subnet": frame.small_id(K.SUBNET, known.region, subnet_number(known)),
        "instance": frame.forges[K.INSTANCE].encode(known.region, known.number),
        "security_groups": [frame.small_id(K.SECURITY_GROUP, known.region, known.project * 2 + (known.dice >> 50) % 2)],
        "tags": {},
    }


def project_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return frame.projects


def routers_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    project, project_name = frame.project(position)
    return [
        {
            "id": frame.small_id(K.ROUTER, region, position),
            "name": f"router-{position:02d}",
            "status": "ACTIVE",
            "project": project,
            "project_name": project_name,
            "external_network": frame.small_id(K.NETWORK, region, 0),
            "external_ips": [f"198.{18 + region % 2}.254.{position + 1}"],
            "networks": [frame.small_id(K.NETWORK, region, position + 1)],
            "ha": position % 2 == 0,
            "tags": {},
        }
    ]


def security_groups_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    """Two for each project: a closed one and one that a careless person opened to the world."""
    project, project_name = frame.project(position)
    rules = [
        {"direction": "egress", "protocol": "any", "peer": "0.0.0.0/0"},
        {"direction": "ingress", "protocol": "tcp", "ports": [443, 443], "peer": "10.0.0.0/8"},
    ]
    opened = [*rules, {"direction": "ingress", "protocol": "tcp", "ports": [22, 22], "peer": "0.0.0.0/0"}]
    return [
        {
            "id": frame.small_id(K.SECURITY_GROUP, region, position * 2 + place),
            "name": name,
            "status": "available",
            "project": project,
            "project_name": project_name,
            "description": "默认安全组" if place == 0 else "open for tests",
            "rules": its,
            "network": frame.small_id(K.NETWORK, region, position + 1) if frame.flavour.name == "public" else None,
            "tags": {},
        }
        for place, (name, its) in enumerate((("default", rules), (f"open-{position:02d}", opened)))
    ]


def public_ip_positions(frame: Frame, region: int) -> int:
    return -(-frame.slots[region] // 8)


def public_ips_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:
    known = facts(frame, region, position * 8, now)
    project, project_name = frame.project(known.project)
    idle = public_address(frame, known) is None
    return [
        {
            "id": frame.forges[K.PUBLIC_IP].encode(region, position),
            "name": "",
            "status": "DOWN" if idle else "ACTIVE",
            "project": project,
            "project_name": project_name,
            "created": iso(frame.born(frame.dice("public_ip", region, position))),
            "address": outside_address(region, position),
            "private_address": None if idle else address(known),
            "port": None if idle else frame.forges[K.PORT].encode(region, known.number),
            "instance": None if idle else frame.forges[K.INSTANCE].encode(region, known.number),
            "network": frame.small_id(K.NETWORK, region, 0),
            "tags": {},
        }
    ]
