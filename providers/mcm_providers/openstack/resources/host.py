"""Hypervisors as hosts: the machines nova runs instances on (for bare metal, the nodes themselves)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from mcm.contract import PermissionDenied, Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import HostAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import Document, count, identifier, mapping, text, texts, without
from mcm_providers.openstack.lookups import HostFacts
from mcm_providers.openstack.relations import in_zone
from mcm_providers.openstack.resources import cluster
from mcm_providers.openstack.versions import at_least, at_most

# From 2.88 on the answer has neither sizes nor use.
_LAST_WITH_SIZES = (2, 87)
# nova's libvirt driver says QEMU with and without hardware acceleration.
_VIRTUALIZATION = {
    "QEMU": "kvm",
    "KVM": "kvm",
    "VMware vCenter Server": "esxi",
    "xen": "xen",
    "XenServer": "xen",
    "hyperv": "hyperv",
    "ironic": "baremetal",
    "LXC": "lxc",
    "powervm": "powervm",
    "zvm": "zvm",
}


@dataclass(frozen=True, slots=True)
class Places:
    """By nova's name of the host: the aggregates it is in, and its zone."""

    clusters: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)


def hypervisors(service: Service) -> Iterator[list[Document]]:
    version = at_most(service.endpoint.microversion, _LAST_WITH_SIZES)
    # Paging came with 2.33; before that the parameter is not known, and all come at once.
    paged = at_least(version, (2, 33))
    return service.pages("/os-hypervisors/detail", "hypervisors", paged=paged, microversion=version)


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    service = cloud.service("compute", region)
    places = Places(_clusters(service), _zones(service))
    for page in hypervisors(service):
        for row in page:
            yield translate(row, region, places)


def by_name(cloud: Cloud, region: str) -> dict[str, HostFacts]:
    found: dict[str, HostFacts] = {}
    for page in hypervisors(cloud.service("compute", region)):
        for row in page:
            if name := text(row.get("hypervisor_hostname")):
                found[name] = HostFacts(identifier(row), scope(row, region), virtualization(row))
    return found


def scope(row: Document, region: str) -> str:
    """Before 2.53 a hypervisor's id is a number that each region counts for itself."""
    return region if isinstance(row.get("id"), int) else ""


def virtualization(row: Document) -> str | None:
    kind = text(row.get("hypervisor_type"))
    return _VIRTUALIZATION.get(kind, kind.lower()) if kind else None


def translate(row: Document, region: str, places: Places) -> Resource:
    service = mapping(row.get("service"))
    nova_host = text(service.get("host")) or ""
    state, status = text(row.get("state")), text(row.get("status"))
    zone = places.zones.get(nova_host)
    cpu = _cpu(row.get("cpu_info"))
    topology = mapping(cpu.get("topology"))
    sockets, cores = count(topology.get("sockets")), count(topology.get("cores"))
    threads = count(topology.get("threads"))
    cells = count(topology.get("cells")) or 1
    cpu_cores = sockets * cores * cells if sockets and cores else None
    return Resource(
        kind=ResourceKind.HOST,
        native_id=identifier(row),
        native_scope=scope(row, region),
        name=text(row.get("hypervisor_hostname")) or identifier(row),
        region=region,
        zone=zone,
        state={"up": CommonState.AVAILABLE, "down": CommonState.UNAVAILABLE}.get(
            state or "", CommonState.UNKNOWN
        ).value,
        native_state=" ".join(word for word in (state, status) if word),
        relations=[
            *(
                Relation(RelationType.PART_OF, ResourceKind.CLUSTER, native_id, native_scope)
                for native_id, native_scope in places.clusters.get(nova_host, ())
            ),
            *in_zone(zone, region),
        ],
        attributes=HostAttributes(
            cpu_cores=cpu_cores,
            cpu_sockets=sockets * cells if sockets else None,
            cpu_threads=count(row.get("vcpus")) or (cpu_cores * threads if cpu_cores and threads else None),
            vcpus_used=count(row.get("vcpus_used")),
            memory_mib=count(row.get("memory_mb")),
            memory_used_mib=count(row.get("memory_mb_used")),
            disk_gib=count(row.get("local_gb")),
            disk_used_gib=count(row.get("local_gb_used")),
            virtualization=virtualization(row),
            cpu_model=text(cpu.get("model")),
            vendor=text(cpu.get("vendor")),
            version=_version(row.get("hypervisor_version")),
            maintenance=None if status is None else status == "disabled",
            instances=count(row.get("running_vms")),
        ),
        # The load of this very moment, and a text with the time in it.
        native=without(row, "current_workload", "uptime", "links"),
    )


def _cpu(info: object) -> Mapping[str, object]:
    """A mapping, or (before 2.28) a text that holds one."""
    if isinstance(info, str):
        try:
            info = orjson.loads(info)
        except ValueError:
            return {}
    return mapping(info)


def _version(number: object) -> str | None:
    """nova counts 1.2.3 as 1002003."""
    found = count(number)
    return f"{found // 1_000_000}.{found // 1000 % 1000}.{found % 1000}" if found else None


def _clusters(service: Service) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    try:
        aggregates = list(cluster.aggregates(service))
    except PermissionDenied:
        return {}
    for page in aggregates:
        for row in page:
            for name in texts(row.get("hosts")):
                found.setdefault(name, []).append(cluster.identity(row, service.endpoint.region))
    return found


def _zones(service: Service) -> dict[str, str]:
    """With its hosts an administrator's question; without the right to it, hosts have no zone."""
    try:
        document = service.get("/os-availability-zone/detail")
    except PermissionDenied:
        return {}
    zones = document.get("availabilityZoneInfo")
    return {
        name: zone
        for row in (zones if isinstance(zones, list) else [])
        if (zone := text(mapping(row).get("zoneName"))) and zone != "internal"
        for name in mapping(mapping(row).get("hosts"))
    }
