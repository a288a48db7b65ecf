"""Ports of neutron: where instances, routers and floating addresses are plugged into networks."""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import PortAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.documents import (
    Document,
    flag,
    identifier,
    mappings,
    name_of,
    owner_of,
    tags,
    text,
    texts,
    when,
    without,
)
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.neutron import NeutronKind

# By the beginning of `device_owner`.
_DEVICES = {
    "compute:": ResourceKind.INSTANCE,
    "baremetal:": ResourceKind.INSTANCE,
    "network:router": ResourceKind.ROUTER,
    "network:ha_router": ResourceKind.ROUTER,
    "network:floatingip": ResourceKind.PUBLIC_IP,
}


def device_kind(device_owner: str | None) -> ResourceKind | None:
    return next((kind for start, kind in _DEVICES.items() if device_owner and device_owner.startswith(start)), None)


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    status = text(row.get("status")) or ""
    project = owner_of(row)
    device, device_owner = text(row.get("device_id")), text(row.get("device_owner"))
    network = text(row.get("network_id"))
    fixed = mappings(row.get("fixed_ips"))
    return Resource(
        kind=ResourceKind.PORT,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=states.common(states.NETWORK, status),
        native_state=status,
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=list(dict.fromkeys(_relations(row, device, device_owner, network, fixed, project))),
        attributes=PortAttributes(
            mac=text(row.get("mac_address")),
            ips=[address for one in fixed if (address := text(one.get("ip_address")))],
            network=network,
            attached_to=device,
            device_owner=device_owner,
            port_security=flag(row.get("port_security_enabled")),
        ),
        # What the switch's driver keeps there may hold credentials of the host's side.
        native=without(row, "binding:profile", "binding:vif_details"),
    )


def _relations(
    row: Document,
    device: str | None,
    device_owner: str | None,
    network: str | None,
    fixed: list[Document],
    project: str | None,
) -> Iterator[Relation]:
    kind = device_kind(device_owner)
    # The port behind a floating address is named by it; `device_id` says "PENDING" until it is made.
    if device and kind and device != "PENDING":
        yield Relation(RelationType.ATTACHED_TO, kind, device)
    if network:
        yield Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, network)
    for one in fixed:
        if subnet := text(one.get("subnet_id")):
            yield Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet)
    for group in texts(row.get("security_groups")):
        yield Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, group)
    yield from in_project(project)


KIND = NeutronKind("/ports", "ports", translate)
