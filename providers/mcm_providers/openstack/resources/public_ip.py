"""Floating addresses of neutron as public ones."""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import PublicIpAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack import states
from mcm_providers.openstack.documents import Document, identifier, mapping, owner_of, tags, text, when, without
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.neutron import NeutronKind
from mcm_providers.openstack.resources.port import device_kind


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    status = text(row.get("status")) or ""
    project = owner_of(row)
    port, network = text(row.get("port_id")), text(row.get("floating_network_id"))
    # From neutron's Queens on; before that an instance is found through the port.
    details = mapping(row.get("port_details"))
    device = text(details.get("device_id"))
    kind = device_kind(text(details.get("device_owner"))) if device else None
    state = states.common(states.NETWORK, status)
    if port is None and status == "DOWN":
        # That is how an address waits to be used.
        state = CommonState.AVAILABLE.value
    return Resource(
        kind=ResourceKind.PUBLIC_IP,
        native_id=identifier(row),
        name=text(row.get("floating_ip_address")) or identifier(row),
        region=region,
        project=project,
        project_name=project_name,
        state=state,
        native_state=status,
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=list(_relations(port, network, device, kind, project)),
        attributes=PublicIpAttributes(
            address=text(row.get("floating_ip_address")),
            private_address=text(row.get("fixed_ip_address")),
            associated_with=device if kind else port,
            idle=port is None,
            network=network,
        ),
        native=without(row, "port_details"),
    )


def _relations(
    port: str | None, network: str | None, device: str | None, kind: ResourceKind | None, project: str | None
) -> Iterator[Relation]:
    if port:
        yield Relation(RelationType.ATTACHED_TO, ResourceKind.PORT, port)
    if device and kind:
        yield Relation(RelationType.ATTACHED_TO, kind, device)
    if network:
        yield Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, network)
    yield from in_project(project)


KIND = NeutronKind("/floatingips", "floatingips", translate)
