"""Makes up nova's server documents: everything about one follows from (seed, number, revision).

Fields as of microversion 2.96: https://docs.openstack.org/api-ref/compute/#list-servers-detailed
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from typing import Any

REGION = "RegionOne"
PROJECTS = {
    "admin": "8d1f2c3b4a5940e6b7c8d9e0f1a2b3c4",
    "payments": "1b2c3d4e5f60471829304a5b6c7d8e9f",
    "search": "2c3d4e5f6071482930415b6c7d8e9fa0",
    "logistics": "3d4e5f607182493041526c7d8e9fa0b1",
}
USER = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
ZONES = ("az1", "az2", "az3")
IMAGE = "70a599e0-31e7-49b7-b260-868f441e862b"
FLAVORS = {
    # name: (vcpus, MiB, GiB)
    "m1.small": (1, 2048, 20),
    "m1.medium": (2, 4096, 40),
    "m1.large": (4, 8192, 80),
    "m1.xlarge": (8, 16384, 160),
}
_EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
# nova's power_state numbers.
_STATES = {"ACTIVE": ("active", 1), "SHUTOFF": ("stopped", 4), "PAUSED": ("paused", 3), "ERROR": ("error", 0)}


def _digits(seed: int, number: int) -> str:
    return hashlib.blake2b(f"{seed}:{number}".encode()).hexdigest()


def server_id(seed: int, number: int) -> str:
    return str(uuid.UUID(_digits(seed, number)[:32], version=4))


def project_of(number: int) -> str:
    """The id of the project that owns the server."""
    return list(PROJECTS.values())[number % len(PROJECTS)]


def created_at(number: int) -> dt.datetime:
    """Later servers come first in a listing, so the first is the youngest."""
    return _EPOCH + dt.timedelta(days=700) - dt.timedelta(minutes=5 * number)


def stamp(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def status_of(seed: int, number: int, revision: int) -> str:
    draw = int(_digits(seed, number)[32:34], 16)
    status = "ACTIVE" if draw < 205 else "SHUTOFF" if draw < 245 else "PAUSED" if draw < 251 else "ERROR"
    if revision % 2:
        return "SHUTOFF" if status == "ACTIVE" else "ACTIVE"
    return status


def render(seed: int, number: int, base: str, *, revision: int = 0, updated: dt.datetime | None = None) -> bytes:
    """The server's JSON; `base` is nova's own URL, for the links."""
    return json.dumps(_document(seed, number, base, revision, updated)).encode()


def _document(seed: int, number: int, base: str, revision: int, updated: dt.datetime | None) -> dict[str, Any]:
    digits = _digits(seed, number)
    identifier = server_id(seed, number)
    status = status_of(seed, number, revision)
    vm_state, power_state = _STATES[status]
    flavor = list(FLAVORS)[int(digits[34:36], 16) % len(FLAVORS)]
    vcpus, ram_mib, disk_gib = FLAVORS[flavor]
    created = created_at(number)
    zone = ZONES[int(digits[36:38], 16) % len(ZONES)]
    host = f"compute-{int(digits[38:40], 16) % 64:03d}"
    mac = "fa:16:3e:" + ":".join(digits[at : at + 2] for at in (40, 42, 44))
    address = f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}"
    addresses = [_address(address, "fixed", mac)]
    if number % 3 == 0:
        addresses.append(_address(f"172.24.{number // 256 % 256}.{number % 256}", "floating", mac))
    name = f"{list(PROJECTS)[number % len(PROJECTS)]}-{number:06d}"
    metadata = {"env": ("prod", "test", "dev")[int(digits[46:48], 16) % 3], "owner": f"team-{number % 7}"}
    if revision:
        metadata["revision"] = str(revision)
    return {
        "id": identifier,
        "name": name,
        "status": status,
        "tenant_id": project_of(number),
        "user_id": USER,
        "metadata": metadata,
        "hostId": hashlib.sha224(f"{project_of(number)}{host}".encode()).hexdigest(),
        "image": {"id": IMAGE, "links": [{"rel": "bookmark", "href": f"{base}/images/{IMAGE}"}]},
        "flavor": {
            "vcpus": vcpus,
            "ram": ram_mib,
            "disk": disk_gib,
            "ephemeral": 0,
            "swap": 0,
            "original_name": flavor,
            "extra_specs": {"hw:cpu_policy": "shared", "hw_rng:allowed": "True"},
        },
        "created": stamp(created),
        "updated": stamp(updated or created + dt.timedelta(seconds=17)),
        "addresses": {"private": addresses},
        "accessIPv4": "",
        "accessIPv6": "",
        "links": [
            {"rel": "self", "href": f"{base}/v2.1/servers/{identifier}"},
            {"rel": "bookmark", "href": f"{base}/servers/{identifier}"},
        ],
        "OS-DCF:diskConfig": "MANUAL",
        "progress": 0,
        "OS-EXT-AZ:availability_zone": zone,
        "pinned_availability_zone": None,
        "config_drive": "",
        "key_name": "operations" if number % 2 else None,
        "OS-SRV-USG:launched_at": (created + dt.timedelta(seconds=15)).strftime("%Y-%m-%dT%H:%M:%S.000000"),
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-SRV-ATTR:host": host,
        "OS-EXT-SRV-ATTR:instance_name": f"instance-{number:08x}",
        "OS-EXT-SRV-ATTR:hypervisor_hostname": f"{host}.example.org",
        "OS-EXT-SRV-ATTR:reservation_id": f"r-{digits[48:56]}",
        "OS-EXT-SRV-ATTR:launch_index": 0,
        "OS-EXT-SRV-ATTR:hostname": name,
        "OS-EXT-SRV-ATTR:kernel_id": "",
        "OS-EXT-SRV-ATTR:ramdisk_id": "",
        "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
        "OS-EXT-SRV-ATTR:user_data": None,
        "OS-EXT-STS:task_state": None,
        "OS-EXT-STS:vm_state": vm_state,
        "OS-EXT-STS:power_state": power_state,
        "os-extended-volumes:volumes_attached": [
            {"id": str(uuid.UUID(digits[64 + 8 * volume : 96 + 8 * volume])), "delete_on_termination": volume == 0}
            for volume in range(number % 3)
        ],
        "locked": False,
        "locked_reason": None,
        "description": None,
        "tags": [f"tier-{number % 4}"] if number % 2 else [],
        "trusted_image_certificates": None,
        "host_status": "UP",
        "server_groups": [],
        "security_groups": [{"name": "default"}],
    }


def _address(address: str, kind: str, mac: str) -> dict[str, Any]:
    return {"version": 4, "addr": address, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac}
