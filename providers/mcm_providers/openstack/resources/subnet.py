"""Subnets of neutron."""

from collections.abc import Iterator, Sequence

from mcm.contract import PermissionDenied, Relation, RelationType, Resource, ResourceKind, ResourceNotFound
from mcm.contract.resources import SubnetAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import (
    Document,
    count,
    flag,
    identifier,
    mappings,
    name_of,
    owner_of,
    tags,
    text,
    texts,
    when,
)
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.pools import addresses_in


def collect(cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
    yield from _listed(cloud, region, names, ())


def find(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    yield from _listed(cloud, region, names, tuple(("id", native_id) for native_id in ids))


def _listed(cloud: Cloud, region: str, names: Names, which: tuple[tuple[str, str], ...]) -> Iterator[Resource]:
    service = cloud.service("network", region)
    used = _addresses_used(service)
    for page in service.pages("/subnets", "subnets", which):
        for row in page:
            yield translate(row, region, names.project_name(owner_of(row)), used.get(identifier(row)))


def _addresses_used(service: Service) -> dict[str, int | None]:
    """By subnet. An administrator's question; others have to do without, and so have clouds without the extension."""
    listing = service.pages(
        "/network-ip-availabilities", "network_ip_availabilities", paged=False, marker_key="network_id"
    )
    try:
        networks = [row for page in listing for row in page]
    except (PermissionDenied, ResourceNotFound):
        return {}
    return {
        identifier(one, "subnet_id"): count(one.get("used_ips"))
        for row in networks
        for one in mappings(row.get("subnet_ip_availability"))
    }


def translate(row: Document, region: str, project_name: str | None, ips_used: int | None) -> Resource:
    project = owner_of(row)
    network = text(row.get("network_id"))
    cidr = text(row.get("cidr"))
    six = row.get("ip_version") == 6
    return Resource(
        kind=ResourceKind.SUBNET,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=CommonState.AVAILABLE.value,
        native_state="",
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=[
            *([Relation(RelationType.PART_OF, ResourceKind.NETWORK, network)] if network else []),
            *in_project(project),
        ],
        attributes=SubnetAttributes(
            cidr=None if six else cidr,
            ipv6_cidr=cidr if six else None,
            gateway=text(row.get("gateway_ip")),
            dhcp=flag(row.get("enable_dhcp")),
            dns_servers=texts(row.get("dns_nameservers")),
            ips_total=addresses_in(row.get("allocation_pools")),
            ips_used=ips_used,
            network=network,
        ),
        native=row,
    )
