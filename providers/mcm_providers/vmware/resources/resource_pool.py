"""Resource pools and vApps. Each cluster and each host that stands alone has a root pool, called Resources."""

from collections.abc import Iterable, Iterator
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import PoolAttributes
from mcm_providers.vmware.content import Content, Ref, dig, entity_name, integer
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import overall_state
from mcm_providers.vmware.traversal import TO_RESOURCE_POOLS

_PROPERTIES = (
    *("name", "parent", "owner", "customValue", "overallStatus"),
    *("config.cpuAllocation", "config.memoryAllocation"),
)
_PARENTS = {
    "ClusterComputeResource": ResourceKind.CLUSTER,
    "ResourcePool": ResourceKind.RESOURCE_POOL,
    "VirtualApp": ResourceKind.RESOURCE_POOL,
    "Folder": ResourceKind.FOLDER,
}


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    cpu, memory = found.get("config.cpuAllocation"), found.get("config.memoryAllocation")
    state, native_state = overall_state(found.get("overallStatus"))
    above = dict.fromkeys(ref for ref in (found.get("parent"), found.get("owner")) if isinstance(ref, Ref))
    relations = [
        Relation(RelationType.PART_OF, _PARENTS[ref.native_type], str(ref))
        for ref in above
        if ref.native_type in _PARENTS
    ]
    return Resource(
        kind=ResourceKind.RESOURCE_POOL,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=PoolAttributes(
            cpu_limit_mhz=_limit(cpu),
            cpu_reservation_mhz=integer(dig(cpu, "reservation")),
            memory_limit_mib=_limit(memory),
            memory_reservation_mib=integer(dig(memory, "reservation")),
        ),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=relations,
        native={
            "config.cpuAllocation": cpu,
            "config.memoryAllocation": memory,
            "parent": found.get("parent"),
            "owner": found.get("owner"),
        },
        native_kind=content.native_type,
        locator=content.locator,
    )


def _limit(allocation: Any) -> int | None:
    """-1 is unlimited."""
    limit = integer(dig(allocation, "limit"))
    return limit if limit is not None and limit >= 0 else None


READER = Reader(
    properties={"ResourcePool": _PROPERTIES, "VirtualApp": _PROPERTIES},
    select=TO_RESOURCE_POOLS,
    read=read,
)
