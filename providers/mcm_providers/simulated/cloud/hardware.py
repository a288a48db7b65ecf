"""Hosts, clusters, resource pools and folders: what a private cloud shows of itself."""

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.frame import Frame
from mcm_providers.simulated.cloud.instances import host_name
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.cloud.usage import UsageBook, Use

_CORES, _MEMORY_MIB = 64, 1_048_576


def host_positions(frame: Frame, region: int) -> int:
    return frame.hosts(region)


def host(frame: Frame, usage: UsageBook, region: int, position: int, now: float) -> Document:
    use = usage.region(region, now).hosts.get(position, Use())
    maintenance = position % 33 == 32
    return {
        "id": frame.small_id(K.HOST, region, position),
        "name": host_name(frame, region, position),
        "status": "maintenance" if maintenance else "up",
        "zone": frame.zone(region, position),
        "cluster": frame.small_id(K.CLUSTER, region, position // 16),
        "cores": _CORES,
        "sockets": 2,
        "vcpus_used": use.vcpus,
        "memory_mib": _MEMORY_MIB,
        "memory_used_mib": use.memory_mib,
        "instances": use.instances,
        "overcommit": 4.0 if frame.flavour.name == "openstack" else None,
        "hypervisor": frame.flavour.virtualization[position % len(frame.flavour.virtualization)],
        "cpu_model": "Kunpeng 920" if position % 11 == 10 else "Intel(R) Xeon(R) Gold 6430",
        "vendor": ("Inspur", "Dell Inc.", "xFusion")[position % 3],
        "version": "8.0.3" if frame.flavour.name == "vmware" else "2025.1",
        "maintenance": maintenance,
        "tags": {},
    }


def cluster_positions(frame: Frame, region: int) -> int:
    return frame.clusters(region)


def clusters_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    hosts = min(frame.hosts(region) - position * 16, 16)
    return [
        {
            "id": frame.small_id(K.CLUSTER, region, position),
            "name": f"{'Cluster' if frame.flavour.name == 'vmware' else 'aggregate'}-{position + 1:02d}",
            "status": "green",
            "hosts": hosts,
            "cores": hosts * _CORES,
            "memory_mib": hosts * _MEMORY_MIB,
            "ha": frame.flavour.name == "vmware" or None,
            "drs": frame.flavour.name == "vmware" or None,
            "tags": {},
        }
    ]


def pools_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    return [
        {
            "id": frame.small_id(K.RESOURCE_POOL, region, position),
            "name": "Resources",
            "status": "green",
            "cluster": frame.small_id(K.CLUSTER, region, position),
            "memory_reservation_mib": 65_536 * (position % 3),
        }
    ]


_FOLDERS = ("vm", "生产", "测试", "Templates", "Appliances", "Discovered virtual machine")


def folder_positions(frame: Frame, region: int) -> int:  # noqa: ARG001
    return len(_FOLDERS)


def folders_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    parent = frame.small_id(K.FOLDER, region, 0) if position else None
    return [
        {
            "id": frame.small_id(K.FOLDER, region, position),
            "name": _FOLDERS[position],
            "status": "green",
            "path": "/vm" if position == 0 else f"/vm/{_FOLDERS[position]}",
            "parent": parent,
        }
    ]
