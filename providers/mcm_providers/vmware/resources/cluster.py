"""Clusters of hosts. A host that stands alone has a ComputeResource of its own, which is no cluster."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ClusterAttributes
from mcm_providers.vmware.content import Content, boolean, dig, entity_name, integer
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import overall_state
from mcm_providers.vmware.traversal import TO_CLUSTERS

_TYPE = "ClusterComputeResource"


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    summary = found.get("summary")
    memory = integer(dig(summary, "totalMemory"))
    state, native_state = overall_state(found.get("overallStatus"))
    folder = found.get("parent")
    return Resource(
        kind=ResourceKind.CLUSTER,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=ClusterAttributes(
            hosts=integer(dig(summary, "numHosts")),
            cpu_cores=integer(dig(summary, "numCpuCores")),
            cpu_threads=integer(dig(summary, "numCpuThreads")),
            memory_mib=memory // (1 << 20) if memory is not None else None,
            cpu_mhz=integer(dig(summary, "totalCpu")),
            ha_enabled=boolean(found.get("configuration.dasConfig.enabled")),
            drs_enabled=boolean(found.get("configuration.drsConfig.enabled")),
        ),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.FOLDER, str(folder))] if folder else (),
        native={
            "summary": {name: value for name, value in (summary or {}).items() if isinstance(value, str)},
            "overallStatus": found.get("overallStatus"),
            "parent": folder,
        },
        native_kind=_TYPE,
        locator=content.locator,
    )


READER = Reader(
    properties={
        _TYPE: (
            *("name", "parent", "customValue", "summary", "overallStatus"),
            *("configuration.dasConfig.enabled", "configuration.drsConfig.enabled"),
        )
    },
    select=TO_CLUSTERS,
    read=read,
)
