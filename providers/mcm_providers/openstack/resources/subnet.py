"""Subnets of neutron."""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SubnetAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.documents import Document, flag, identifier, name_of, owner_of, tags, text, texts, when
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.neutron import NeutronKind
from mcm_providers.openstack.resources.pools import addresses_in


def translate(row: Document, region: str, project_name: str | None) -> Resource:
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
            network=network,
        ),
        native=row,
    )


KIND = NeutronKind("/subnets", "subnets", translate)
