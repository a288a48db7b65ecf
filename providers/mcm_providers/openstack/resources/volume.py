"""Volumes of cinder."""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import Attachment, VolumeAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import (
    Document,
    count,
    flag,
    identifier,
    mapping,
    mappings,
    name_of,
    tags,
    text,
    when,
    without,
)
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.relations import in_project, in_zone

# For everybody but an administrator cinder ignores it.
ALL_PROJECTS = (("all_tenants", 1),)
# The other words for a migration say how the last one ended.
_MIGRATING = frozenset({"starting", "migrating", "completing"})


def collect(cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
    for page in cloud.service("block-storage", region).pages("/volumes/detail", "volumes", ALL_PROJECTS):
        yield from translated(page, region, names)


def translated(page: list[Document], region: str, names: Names) -> Iterator[Resource]:
    for row in page:
        yield translate(row, region, names.project_name(text(row.get("os-vol-tenant-attr:tenant_id"))))


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    status = text(row.get("status")) or ""
    project = text(row.get("os-vol-tenant-attr:tenant_id"))
    zone = text(row.get("availability_zone"))
    migration = text(row.get("migration_status"))
    attachments = [
        Attachment(instance, device=text(one.get("device")))
        for one in mappings(row.get("attachments"))
        if (instance := text(one.get("server_id")))
    ]
    return Resource(
        kind=ResourceKind.VOLUME,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        zone=zone,
        project=project,
        project_name=project_name,
        state=states.volume(status, attached=bool(attachments)),
        native_state=status,
        task_state=migration if migration in _MIGRATING else None,
        tags=tags(row.get("metadata")),
        created_at=when(row.get("created_at")),
        relations=[
            *(Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, one.instance) for one in attachments),
            *_origins(row),
            *in_zone(zone, region),
            *in_project(project),
        ],
        attributes=VolumeAttributes(
            size_gib=count(row.get("size")),
            type=text(row.get("volume_type")),
            encrypted=flag(row.get("encrypted")),
            bootable=flag(row.get("bootable")),
            multi_attach=flag(row.get("multiattach")),
            attachments=attachments,
        ),
        native=without(row, "links"),
    )


def _origins(row: Document) -> Iterator[Relation]:
    image = mapping(row.get("volume_image_metadata"))
    for native_id, kind in (
        (text(row.get("snapshot_id")), ResourceKind.SNAPSHOT),
        (text(row.get("source_volid")), ResourceKind.VOLUME),
        (text(image.get("image_id")), ResourceKind.IMAGE),
    ):
        if native_id:
            yield Relation(RelationType.MADE_FROM, kind, native_id)
