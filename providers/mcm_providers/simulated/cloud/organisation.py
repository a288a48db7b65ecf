"""Regions, zones, projects, quotas, and what a cloud offers: images, flavors, key pairs."""

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.frame import Frame, iso
from mcm_providers.simulated.cloud.instances import flavor_id, keypair_name
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.cloud.usage import UsageBook, Use

_METRICS = (("instances", "instances", 200), ("cores", "vcpus", 2000), ("ram", "memory_mib", 8_192_000))


def region_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return len(frame.regions)


def regions_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    native_id, name = frame.regions[position]
    return [{"id": native_id, "name": name, "status": "available"}]


def zone_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return len(frame.flavour.zones)


def zones_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    name = frame.zone(region, position)
    hosts = frame.hosts(region)
    own = len(range(position, hosts, len(frame.flavour.zones))) if K.HOST in frame.flavour.region_kinds else None
    return [{"id": name, "name": name, "status": "available", "hosts": own}]


def project_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return frame.projects


def projects_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    native_id, name = frame.project(position)
    return [
        {
            "id": native_id,
            "name": name,
            "status": "enabled" if position % 20 != 19 else "disabled",
            "project": native_id,
            "description": "部门项目" if position % 3 == 0 else None,
            "tags": {"department": ("IT", "财务", "R&D")[position % 3]},
        }
    ]


def quota_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return frame.projects * len(_METRICS)


def quota(frame: Frame, usage: UsageBook, region: int, position: int, now: float) -> Document:
    place, (metric, what, limit) = position // len(_METRICS), _METRICS[position % len(_METRICS)]
    project, project_name = frame.project(place)
    use = usage.region(region, now).projects.get(place, Use())
    return {
        "id": f"{project}/{metric}",
        "name": metric,
        "status": "available",
        "project": project,
        "project_name": project_name,
        "metric": metric,
        "limit": -1 if place % 10 == 9 else limit * (1 + place % 4),
        "used": getattr(use, what),
        "unit": {"instances": "instances", "vcpus": "vcpus", "memory_mib": "mib"}[what],
    }


def image_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return len(frame.flavour.pictures)


def images_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    name, family, os_name, size_gib = frame.flavour.pictures[position]
    project, _ = frame.project(0)
    return [
        {
            "id": frame.small_id(K.IMAGE, region, position),
            "name": name,
            "status": "deactivated" if position == 9 else "active",
            "created": iso(frame.born(frame.dice("image", region, position))),
            "os": {"family": family, "name": os_name},
            "architecture": "x86_64",
            "size_gib": size_gib,
            "min_disk_gib": 10 if family == "linux" else 40,
            "format": "vmdk" if frame.flavour.name == "vmware" else "qcow2",
            "visibility": "private" if position == 8 else "public",
            "template": frame.flavour.name == "vmware",
            "owner": project,
            "tags": {},
        }
    ]


def flavor_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return len(frame.flavour.offers)


def flavors_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    name, vcpus, memory_mib, disk_gib, gpu_count = frame.flavour.offers[position]
    return [
        {
            "id": flavor_id(frame, region, position),
            "name": name,
            "status": "available",
            "vcpus": vcpus,
            "memory_mib": memory_mib,
            "disk_gib": disk_gib,
            "gpu_count": gpu_count,
            "gpu_model": "NVIDIA A100" if gpu_count else None,
            "family": name.split(".")[0],
            "visibility": "public",
        }
    ]


def keypairs_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    project, project_name = frame.project(position)
    dice = frame.dice("keypair", region, position)
    pairs = ":".join(f"{dice >> shift & 255:02x}" for shift in range(0, 64, 8))
    return [
        {
            "id": keypair_name(position),
            "name": keypair_name(position),
            "status": "available",
            "project": project,
            "project_name": project_name,
            "type": "ssh",
            "fingerprint": pairs,
            "private_key": "-----BEGIN OPENSSH PRIVATE KEY-----",
        }
    ]
