"""Distributed switches: a kind of their own in vSphere, not modelled by mcm, so `other`."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import OtherAttributes
from mcm_providers.vmware.content import Content, dig, entity_name, items, short
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import overall_state
from mcm_providers.vmware.traversal import TO_SWITCHES

_PROPERTIES = ("name", "parent", "customValue", "uuid", "summary", "overallStatus")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    summary = found.get("summary")
    state, native_state = overall_state(found.get("overallStatus"))
    folder = found.get("parent")
    return Resource(
        kind=ResourceKind.OTHER,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=OtherAttributes(description=short(dig(summary, "description")) or None),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.FOLDER, str(folder))] if folder else (),
        native={
            "uuid": found.get("uuid"),
            "version": dig(summary, "productInfo", "version"),
            "numPorts": dig(summary, "numPorts"),
            "hosts": len(items(dig(summary, "hostMember"))),
            "parent": folder,
        },
        native_kind=content.native_type,
        locator=content.locator,
    )


READER = Reader(
    properties={"DistributedVirtualSwitch": _PROPERTIES, "VmwareDistributedVirtualSwitch": _PROPERTIES},
    select=TO_SWITCHES,
    read=read,
)
