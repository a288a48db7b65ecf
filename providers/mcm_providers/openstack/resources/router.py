"""Routers of neutron."""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import RouterAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.documents import (
    Document,
    flag,
    identifier,
    mapping,
    mappings,
    name_of,
    owner_of,
    tags,
    text,
    when,
)
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.neutron import NeutronKind


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    """The networks on the inside are told by the router's ports."""
    status = text(row.get("status")) or ""
    project = owner_of(row)
    gateway = mapping(row.get("external_gateway_info"))
    network = text(gateway.get("network_id"))
    fixed = mappings(gateway.get("external_fixed_ips"))
    subnets = dict.fromkeys(found for one in fixed if (found := text(one.get("subnet_id"))))
    return Resource(
        kind=ResourceKind.ROUTER,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=states.common(states.NETWORK, status),
        native_state=status,
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=[
            *([Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, network)] if network else []),
            *(Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet) for subnet in subnets),
            *in_project(project),
        ],
        attributes=RouterAttributes(
            external_network=network,
            external_ips=[found for one in fixed if (found := text(one.get("ip_address")))],
            snat=flag(gateway.get("enable_snat")),
            ha=flag(row.get("ha")),
            distributed=flag(row.get("distributed")),
        ),
        native=row,
    )


KIND = NeutronKind("/routers", "routers", translate)
