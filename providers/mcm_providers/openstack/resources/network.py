"""Networks of neutron."""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import NetworkAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import (
    Document,
    count,
    flag,
    identifier,
    name_of,
    owner_of,
    tags,
    text,
    texts,
    when,
)
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.relations import in_project

_CIDRS = (("fields", "id"), ("fields", "network_id"), ("fields", "cidr"))


def collect(cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
    service = cloud.service("network", region)
    cidrs = _cidrs(service)
    for page in service.pages("/networks", "networks"):
        for row in page:
            yield translate(row, region, names.project_name(owner_of(row)), cidrs)


def find(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    service = cloud.service("network", region)
    cidrs = _cidrs(service, tuple(("network_id", native_id) for native_id in ids))
    for page in service.pages("/networks", "networks", tuple(("id", native_id) for native_id in ids)):
        for row in page:
            yield translate(row, region, names.project_name(owner_of(row)), cidrs)


def _cidrs(service: Service, which: tuple[tuple[str, str], ...] = ()) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for page in service.pages("/subnets", "subnets", (*_CIDRS, *which)):
        for row in page:
            if cidr := text(row.get("cidr")):
                found.setdefault(text(row.get("network_id")) or "", []).append(cidr)
    return found


def translate(row: Document, region: str, project_name: str | None, cidrs: Mapping[str, Sequence[str]]) -> Resource:
    status = text(row.get("status")) or ""
    project = owner_of(row)
    native_id = identifier(row)
    kind = text(row.get("provider:network_type"))
    return Resource(
        kind=ResourceKind.NETWORK,
        native_id=native_id,
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=states.common(states.NETWORK, status),
        native_state=status,
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=in_project(project),
        attributes=NetworkAttributes(
            cidrs=sorted(cidrs[native_id]) if native_id in cidrs else None if texts(row.get("subnets")) else [],
            shared=flag(row.get("shared")),
            external=flag(row.get("router:external")),
            mtu=count(row.get("mtu")),
            type=kind,
            vlan=count(row.get("provider:segmentation_id")) if kind == "vlan" else None,
            is_default=flag(row.get("is_default")),
        ),
        native=row,
    )
