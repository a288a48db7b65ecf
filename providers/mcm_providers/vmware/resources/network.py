"""Standard networks, distributed port groups, and networks of an outside controller (NSX)."""

from collections.abc import Iterable, Iterator
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import NetworkAttributes
from mcm_providers.vmware.content import Content, boolean, dig, entity_name
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import access_state
from mcm_providers.vmware.traversal import TO_NETWORKS

_TYPES = {"Network": "standard", "DistributedVirtualPortgroup": "distributed", "OpaqueNetwork": "opaque"}
_COMMON = ("name", "parent", "customValue", "summary.accessible")
# Of a port group's configuration the parts that differ by version or that nobody asks for are left out.
_CONFIG = ("key", "type", "numPorts", "description", "backingType", "segmentId", "logicalSwitchUuid")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    config = found.get("config")
    state, native_state = access_state(boolean(found.get("summary.accessible")))
    relations = []
    if switch := dig(config, "distributedVirtualSwitch"):
        relations.append(Relation(RelationType.PART_OF, ResourceKind.OTHER, str(switch)))
    if folder := found.get("parent"):
        relations.append(Relation(RelationType.PART_OF, ResourceKind.FOLDER, str(folder)))
    vlan = dig(config, "defaultPortConfig", "vlan")
    return Resource(
        kind=ResourceKind.NETWORK,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=NetworkAttributes(type=_TYPES.get(content.native_type), vlan=_vlan_id(vlan)),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=relations,
        native={
            "config": {name: dig(config, name) for name in _CONFIG if isinstance(dig(config, name), str)},
            "vlan": vlan,
            "parent": folder,
        },
        native_kind=content.native_type,
        locator=content.locator,
    )


def _vlan_id(vlan: Any) -> int | None:
    """None for a trunk or a private VLAN, which are more than one number, and for 0, which is no VLAN."""
    number = dig(vlan, "vlanId")
    return int(number) if isinstance(number, str) and number.isdigit() and 0 < int(number) < 4095 else None


READER = Reader(
    properties={
        "Network": _COMMON,
        "DistributedVirtualPortgroup": (*_COMMON, "config"),
        "OpaqueNetwork": _COMMON,
    },
    select=TO_NETWORKS,
    read=read,
)
