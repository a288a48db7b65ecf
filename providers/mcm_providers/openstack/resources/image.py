"""Images, and what an instance was snapshotted into: in OpenStack a server snapshot is an image."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ImageAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import (
    Document,
    count,
    gib,
    identifier,
    mappings,
    name_of,
    tags,
    text,
    when,
    without,
)
from mcm_providers.openstack.lookups import ImageFacts
from mcm_providers.openstack.relations import in_project

if TYPE_CHECKING:
    from mcm_providers.openstack.names import Names

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Where the bytes are: for some stores with the store's user and key.
_SECRET = ("locations", "direct_url")
_NOISE = ("self", "file", "schema")


def collect(cloud: Cloud, region: str, names: "Names") -> Iterator[Resource]:
    yield from _listed(cloud, region, names, ())


def find(cloud: Cloud, region: str, names: "Names", ids: Sequence[str]) -> Iterator[Resource]:
    yield from _listed(cloud, region, names, (("id", "in:" + ",".join(ids)),))


def _listed(cloud: Cloud, region: str, names: "Names", which: tuple[tuple[str, str], ...]) -> Iterator[Resource]:
    """Hidden ones are listed apart; instances run from them all the same."""
    service = cloud.service("image", region)
    seen: set[str] = set()
    for hidden in ((), (("os_hidden", "true"),)):
        for page in service.pages("/images", "images", (*which, *hidden)):
            for row in page:
                if (native_id := identifier(row)) not in seen:
                    seen.add(native_id)
                    yield translate(row, region, names.project_name(text(row.get("owner"))))


def facts(row: Document) -> ImageFacts:
    return ImageFacts(name_of(row), architecture(row), os_family(row), os_name(row))


def architecture(properties: Mapping[str, Any]) -> str | None:
    return text(properties.get("hw_architecture")) or text(properties.get("architecture"))


def os_family(properties: Mapping[str, Any]) -> str | None:
    found = text(properties.get("os_type"))
    return found.lower() if found else None


def os_name(properties: Mapping[str, Any]) -> str | None:
    distribution = text(properties.get("os_distro"))
    version = text(properties.get("os_version"))
    return f"{distribution} {version}" if distribution and version else distribution


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    status = text(row.get("status")) or ""
    owner = text(row.get("owner"))
    size = row.get("virtual_size") if isinstance(row.get("virtual_size"), int) else row.get("size")
    return Resource(
        kind=ResourceKind.IMAGE,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        state=states.common(states.IMAGE, status),
        native_state=status,
        project=owner,
        project_name=project_name,
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=[*_origins(row), *in_project(owner)],
        attributes=ImageAttributes(
            os_family=os_family(row),
            os_name=os_name(row),
            architecture=architecture(row),
            size_gib=gib(size),
            min_disk_gib=count(row.get("min_disk")),
            min_memory_mib=count(row.get("min_ram")),
            disk_format=text(row.get("disk_format")),
            visibility=text(row.get("visibility")),
            owner=owner,
        ),
        native=without(row, *_SECRET, *_NOISE),
    )


def _origins(row: Document) -> Iterator[Relation]:
    """An instance's snapshot names the instance and its image; that of an instance on volumes, their snapshots."""
    for key, kind in (("instance_uuid", ResourceKind.INSTANCE), ("base_image_ref", ResourceKind.IMAGE)):
        found = text(row.get(key))
        if found and _UUID.fullmatch(found):
            yield Relation(RelationType.MADE_FROM, kind, found)
    devices = row.get("block_device_mapping")
    if isinstance(devices, str):
        try:
            devices = orjson.loads(devices)
        except ValueError:
            return
    for device in mappings(devices):
        found = text(device.get("snapshot_id"))
        if found and _UUID.fullmatch(found):
            yield Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, found)
