"""What nova, glance, neutron and cinder answer besides servers: versions, flavors, zones, and empty listings."""

from __future__ import annotations

from typing import Any

from tests.harness.replay.openstack_servers import FLAVORS, ZONES

MICROVERSION = "2.96"
# mount: (version, lowest and highest microversion)
_VERSIONS = {
    "compute": ("v2.1", "2.1", MICROVERSION),
    "volume": ("v3", "3.0", "3.71"),
    "network": ("v2.0", "", ""),
    "image": ("v2", "", ""),
}


def version_document(origin: str, mount: str, path: str) -> dict[str, Any] | None:
    """The document by which clients find out what a service speaks; None when the path is not that of one."""
    if mount not in _VERSIONS:
        return None
    name, lowest, highest = _VERSIONS[mount]
    links = [{"rel": "self", "href": f"{origin}/{mount}/{name}/"}]
    version: dict[str, Any] = {"id": name, "status": "CURRENT", "links": links}
    if highest:
        version |= {"version": highest, "min_version": lowest, "updated": "2013-07-23T11:33:21Z"}
    if path == "/":
        return {"versions": [version]}
    return {"version": version} if path == f"/{name}" else None


def compute_document(path: str) -> dict[str, Any] | None:
    """What GET on a path below nova's mount answers; None when there is nothing."""
    collection = path.removeprefix("/v2.1/").removesuffix("/detail")
    if collection == "flavors":
        rows = enumerate(FLAVORS.items(), 1)
        return {
            "flavors": [
                {
                    "id": str(number),
                    "name": name,
                    "vcpus": vcpus,
                    "ram": ram_mib,
                    "disk": disk_gib,
                    "swap": 0,
                    "rxtx_factor": 1.0,
                    "OS-FLV-EXT-DATA:ephemeral": 0,
                    "OS-FLV-DISABLED:disabled": False,
                    "os-flavor-access:is_public": True,
                    "extra_specs": {},
                    "description": None,
                    "links": [],
                }
                for number, (name, (vcpus, ram_mib, disk_gib)) in rows
            ]
        }
    if collection == "os-availability-zone":
        return {
            "availabilityZoneInfo": [
                {"zoneName": zone, "zoneState": {"available": True}, "hosts": None} for zone in ZONES
            ]
        }
    empty = {"os-keypairs": "keypairs", "os-hypervisors": "hypervisors", "os-aggregates": "aggregates"}
    empty |= {"os-services": "services", "os-server-groups": "server_groups"}
    return {empty[collection]: []} if collection in empty else None


def empty_listing(mount: str, path: str) -> dict[str, Any] | None:
    """An empty listing of whatever collection the path names."""
    steps = path.strip("/").removesuffix("/detail").split("/")
    depth = 3 if mount == "volume" else 2  # cinder has the project in its paths
    if len(steps) != depth:
        return None
    collection = steps[-1].removesuffix(".json").replace("-", "_")
    return {collection: []}
