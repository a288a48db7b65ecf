"""ESXi hosts."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import HostAttributes
from mcm.contract.states import CommonState
from mcm_providers.vmware.content import Content, Ref, boolean, dig, entity_name, integer, items, short
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import host_state
from mcm_providers.vmware.traversal import TO_HOSTS

_MIB = 1 << 20


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    hardware, product = found.get("summary.hardware"), found.get("summary.config.product")
    maintenance = boolean(found.get("runtime.inMaintenanceMode"))
    state, native_state = host_state(found.get("runtime.connectionState"))
    if maintenance and state == CommonState.AVAILABLE:
        state, native_state = CommonState.UNAVAILABLE, "maintenance"
    memory = integer(dig(hardware, "memorySize"))
    parent = found.get("parent")
    in_cluster = isinstance(parent, Ref) and parent.native_type == "ClusterComputeResource"
    instances = found.get("vm")
    return Resource(
        kind=ResourceKind.HOST,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=HostAttributes(
            cpu_cores=integer(dig(hardware, "numCpuCores")),
            cpu_sockets=integer(dig(hardware, "numCpuPkgs")),
            cpu_threads=integer(dig(hardware, "numCpuThreads")),
            memory_mib=memory // _MIB if memory is not None else None,
            memory_used_mib=integer(found.get("summary.quickStats.overallMemoryUsage")),
            virtualization="esxi",
            cpu_model=short(dig(hardware, "cpuModel")) or None,
            vendor=short(dig(hardware, "vendor")) or None,
            model=short(dig(hardware, "model")) or None,
            version=short(dig(product, "version")) or None,
            maintenance=maintenance,
            instances=None if instances is None else len(items(instances)),
        ),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.CLUSTER, str(parent))] if in_cluster else (),
        native={
            "summary.hardware": hardware,
            "summary.config.product": product,
            "runtime.connectionState": found.get("runtime.connectionState"),
            "runtime.powerState": found.get("runtime.powerState"),
            "runtime.inMaintenanceMode": found.get("runtime.inMaintenanceMode"),
            "parent": parent,
        },
        native_kind="HostSystem",
        locator=content.locator,
    )


READER = Reader(
    properties={
        "HostSystem": (
            *("name", "parent", "vm", "customValue", "summary.hardware", "summary.config.product"),
            *("summary.quickStats.overallMemoryUsage", "runtime.connectionState", "runtime.powerState"),
            "runtime.inMaintenanceMode",
        )
    },
    select=TO_HOSTS,
    read=read,
)
