"""Looks single resources up by id, for the services that have no way to ask for several.

Only the service's own "no such item" means that something is gone; a 404 of anything in front of it raises.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from mcm.contract import Resource, UnexpectedResponse
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document
from mcm_providers.openstack.errors import ItemNotFound
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.resources import instance, snapshot, volume


def find_instances(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    found = _documents(cloud, "compute", region, "/servers", "server", ids)
    # As in the listing: what nova keeps for a while after its deletion does not exist.
    page = [row for row in found if row.get("status") not in states.GONE]
    return instance.translated(page, region, names)


def find_volumes(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    return volume.translated(_documents(cloud, "block-storage", region, "/volumes", "volume", ids), region, names)


def find_snapshots(cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
    return snapshot.translated(_documents(cloud, "block-storage", region, "/snapshots", "snapshot", ids), region, names)


def _documents(cloud: Cloud, service: str, region: str, path: str, key: str, ids: Sequence[str]) -> list[Document]:
    """Those that exist. key: what the document is wrapped in."""
    asked = cloud.service(service, region)
    found: list[Document] = []
    for native_id in ids:
        cloud.context.check()
        if not native_id.strip("."):
            # Not an id but a way to another path.
            continue
        try:
            document = asked.get(f"{path}/{quote(native_id, safe='')}")
        except ItemNotFound:
            continue
        row = document.get(key)
        if not isinstance(row, dict) or row.get("id") != native_id:
            raise UnexpectedResponse(f"{service} in {region} answers with something else than {native_id}")
        found.append(row)
    return found
