"""A cloud in versions: every resource's name, tags and document say which version they belong to.

So a scope that mixes two versions cannot hide. From one version to the next everything changes its name, tags and
relations, and a few instances go or come back; those with an even number stay for ever.
"""

import os
from pathlib import Path
from typing import Any

import orjson

REGIONS = ("r1", "r2")
INSTANCES = 40
ABSENT_EVERY = 8

Scope = tuple[str, str]  # region, kind


def exists(number: int, version: int) -> bool:
    return number % 2 == 0 or (number // 2 + version) % ABSENT_EVERY != 0


def stays(native_id: str) -> bool:
    """Whether it is in every version."""
    kind, _, number = native_id.partition("-")
    return kind != "vm" or int(number.rpartition("-")[2]) % 2 == 0


def expected(version: int) -> dict[Scope, dict[str, str]]:
    """For each scope, native id to name."""
    document = _document(version)
    found: dict[Scope, dict[str, str]] = {("global", "project"): _names(document["project"])}
    for region in document["regions"]:
        for kind in ("instance", "volume", "network"):
            found[region["id"], kind] = _names(region[kind])
    return found


def version_of(name: str) -> int:
    return int(name.rpartition("-v")[2])


def write(file: Path, version: int) -> None:
    """In one step, so that no read sees half of it. (JSON is YAML.)"""
    aside = file.with_suffix(".new")
    aside.write_bytes(orjson.dumps(_document(version)))
    os.replace(aside, file)


def read(file: Path) -> int:
    """The version that the file holds."""
    return version_of(orjson.loads(file.read_bytes())["project"][0]["name"])


def _names(documents: list[dict[str, Any]]) -> dict[str, str]:
    return {document["id"]: document["name"] for document in documents}


def _document(version: int) -> dict[str, Any]:
    return {
        "project": [{"id": "p-1", "name": f"project-v{version}"}],
        "regions": [
            {
                "id": region,
                "name": region,
                "instance": [_instance(region, n, version) for n in range(INSTANCES) if exists(n, version)],
                "volume": [_volume(region, n, version) for n in range(INSTANCES)],
                "network": [{"id": f"net-{region}", "name": f"net-v{version}", "status": "ACTIVE"}],
            }
            for region in REGIONS
        ],
    }


def _instance(region: str, number: int, version: int) -> dict[str, Any]:
    return {
        "id": f"vm-{region}-{number}",
        "name": f"vm-{number}-v{version}",
        "status": ("ACTIVE", "SHUTOFF", "PAUSED")[(number + version) % 3],
        "project": "p-1",
        "vcpus": 1 + version % 7,
        "memory_mib": 1024,
        "tags": {"v": str(version), f"turn-{version % 4}": "x"},
        "interfaces": [{"ip": f"10.0.{version % 250}.{number}", "network": f"net-{region}"}],
        "volumes": [f"vol-{region}-{(number + version) % INSTANCES}"],
    }


def _volume(region: str, number: int, version: int) -> dict[str, Any]:
    return {
        "id": f"vol-{region}-{number}",
        "name": f"vol-{number}-v{version}",
        "status": "in-use",
        "size_gib": 10 + version % 5,
        "tags": {"v": str(version)},
        "attachments": [{"instance": f"vm-{region}-{(number - version) % INSTANCES}", "device": "/dev/vda"}],
    }
