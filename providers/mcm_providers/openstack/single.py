"""Looks single resources up by id, for the services that have no way to ask for several.

Only the service's own "no such item" means that something is gone; a 404 of anything in front of it raises.
"""

from collections.abc import Iterator, Sequence

from mcm.contract import Resource, UnexpectedResponse
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, text
from mcm_providers.openstack.errors import ItemNotFound
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.resources import image, instance, snapshot, volume


def find_instances(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    found = _documents(cloud, "compute", region, "/servers", "server", ids)
    # As in the listing: what nova keeps for a while after its deletion does not exist.
    page = [row for row in found if row.get("status") not in states.GONE]
    return instance.translated(page, region, names)


def find_volumes(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    return volume.translated(_documents(cloud, "block-storage", region, "/volumes", "volume", ids), region, names)


def find_snapshots(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    return snapshot.translated(_documents(cloud, "block-storage", region, "/snapshots", "snapshot", ids), region, names)


def find_images(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    for row in _documents(cloud, "image", region, "/images", "", ids):
        yield image.translate(row, region, names.project_name(text(row.get("owner"))))


def _documents(cloud: Cloud, service: str, region: str, path: str, key: str, ids: Sequence[str]) -> list[Document]:
    """Those that exist. key: what the document is wrapped in; glance does not wrap."""
    asked = cloud.service(service, region)
    found: list[Document] = []
    for native_id in ids:
        cloud.context.check()
        try:
            document = asked.get(f"{path}/{_segment(native_id)}")
        except ItemNotFound:
            continue
        row = document.get(key) if key else document
        if not isinstance(row, dict) or row.get("id") != native_id:
            raise UnexpectedResponse(f"{service} in {region} answers with something else than {native_id}")
        found.append(row)
    return found


def _segment(native_id: str) -> str:
    """An id as one segment of a path: ours come from answers, and an answer may hold anything."""
    if not native_id.replace("-", "").isalnum():
        raise UnexpectedResponse("an id that is no id: it cannot be asked for")
    return native_id
