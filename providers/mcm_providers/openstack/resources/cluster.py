"""Host aggregates as clusters: OpenStack's nearest to a pool of hosts."""

from collections.abc import Iterator

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import ClusterAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import Document, identifier, name_of, tags, text, when, without
from mcm_providers.openstack.relations import in_zone


def aggregates(service: Service) -> Iterator[list[Document]]:
    return service.pages("/os-aggregates", "aggregates", paged=False)


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    for page in aggregates(cloud.service("compute", region)):
        for row in page:
            yield translate(row, region)


def identity(row: Document, region: str) -> tuple[str, str]:
    """(native id, native scope): a uuid from 2.41 on, before that a number that each region counts for itself."""
    found = text(row.get("uuid"))
    return (found, "") if found else (identifier(row), region)


def translate(row: Document, region: str) -> Resource:
    native_id, native_scope = identity(row, region)
    zone = text(row.get("availability_zone"))
    hosts = row.get("hosts")
    return Resource(
        kind=ResourceKind.CLUSTER,
        native_id=native_id,
        native_scope=native_scope,
        name=name_of(row),
        region=region,
        zone=zone,
        state=CommonState.AVAILABLE.value,
        native_state="",
        tags=tags(row.get("metadata")),
        created_at=when(row.get("created_at")),
        relations=in_zone(zone, region),
        attributes=ClusterAttributes(hosts=len(hosts) if isinstance(hosts, list) else None),
        native=without(row, "deleted", "deleted_at"),
    )
