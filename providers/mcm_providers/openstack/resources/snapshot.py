"""Snapshots of volumes. (A snapshot of an instance is an image.)"""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SnapshotAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, count, identifier, name_of, tags, text, when, without
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.volume import ALL_PROJECTS


def collect(cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
    for page in cloud.service("block-storage", region).pages("/snapshots/detail", "snapshots", ALL_PROJECTS):
        yield from translated(page, region, names)


def translated(page: list[Document], region: str, names: Names) -> Iterator[Resource]:
    for row in page:
        project = text(row.get("os-extended-snapshot-attributes:project_id"))
        yield translate(row, region, names.project_name(project))


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    status = text(row.get("status")) or ""
    project = text(row.get("os-extended-snapshot-attributes:project_id"))
    source = text(row.get("volume_id"))
    return Resource(
        kind=ResourceKind.SNAPSHOT,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=states.common(states.SNAPSHOT, status),
        native_state=status,
        tags=tags(row.get("metadata")),
        created_at=when(row.get("created_at")),
        relations=[
            *([Relation(RelationType.MADE_FROM, ResourceKind.VOLUME, source)] if source else []),
            *in_project(project),
        ],
        attributes=SnapshotAttributes(
            size_gib=count(row.get("size")),
            source_kind=ResourceKind.VOLUME.value,
            source=source,
            description=text(row.get("description")),
        ),
        native=without(row, "os-extended-snapshot-attributes:progress"),
    )
