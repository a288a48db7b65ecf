"""Availability zones of compute, block storage and network; those of one name in a region are one zone to people."""

from collections.abc import Iterator

from mcm.contract import (
    NotSupported,
    PermissionDenied,
    Relation,
    RelationType,
    Resource,
    ResourceKind,
    ResourceNotFound,
)
from mcm.contract.resources import ZoneAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, flag, identifier, mapping, mappings, text

# Where nova keeps its own services.
_INTERNAL = "internal"


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    zones: dict[str, list[tuple[str, Document]]] = {}
    for service, rows in (
        ("compute", _compute(cloud, region)),
        ("network", _network(cloud, region)),
        ("volume", _volume(cloud, region)),
    ):
        for row in rows:
            name = text(row.get("zoneName")) or identifier(row, "name")
            if name != _INTERNAL:
                zones.setdefault(name, []).append((service, row))
    for name, found in zones.items():
        yield translate(name, found, region)


def translate(name: str, found: list[tuple[str, Document]], region: str) -> Resource:
    """`found`: (service, its document) for each service that has a zone of this name."""
    usable = [_usable(row) for _, row in found]
    hosts = {host for service, row in found if service == "compute" for host in mapping(row.get("hosts"))}
    told = any(isinstance(row.get("hosts"), dict) for _, row in found)
    known = all(one is not None for one in usable)
    state = CommonState.UNAVAILABLE if False in usable else CommonState.AVAILABLE if known else CommonState.UNKNOWN
    services = sorted({service for service, _ in found})
    return Resource(
        kind=ResourceKind.ZONE,
        native_id=name,
        native_scope=region,
        name=name,
        region=region,
        zone=name,
        state=state.value,
        native_state="available" if all(usable) else "unavailable",
        relations=[Relation(RelationType.PART_OF, ResourceKind.REGION, region)],
        attributes=ZoneAttributes(services=services, type="availability_zone", hosts=len(hosts) if told else None),
        # Not the services' own documents: each says when every daemon was heard of last.
        native={"name": name, "services": services, "hosts": sorted(hosts)},
    )


def _usable(row: Document) -> bool | None:
    state = row.get("state")
    if isinstance(state, str):
        return {"available": True, "unavailable": False}.get(state)
    return flag(mapping(row.get("zoneState")).get("available"))


def _compute(cloud: Cloud, region: str) -> list[Document]:
    """With its hosts, which only an administrator is told."""
    try:
        service = cloud.service("compute", region)
    except NotSupported:
        return []
    try:
        return mappings(service.get("/os-availability-zone/detail").get("availabilityZoneInfo"))
    except PermissionDenied:
        return mappings(service.get("/os-availability-zone").get("availabilityZoneInfo"))


def _volume(cloud: Cloud, region: str) -> list[Document]:
    try:
        return mappings(cloud.service("block-storage", region).get("/os-availability-zone").get("availabilityZoneInfo"))
    except NotSupported:
        return []


def _network(cloud: Cloud, region: str) -> list[Document]:
    """One entry for each of a zone's resources (router, network); none where the extension is not there."""
    try:
        pages = list(
            cloud.service("network", region).pages(
                "/availability_zones", "availability_zones", paged=False, marker_key="name"
            )
        )
    except (NotSupported, ResourceNotFound):
        return []
    return [row for page in pages for row in page]
