"""Datastores."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import DatastoreAttributes
from mcm.contract.states import CommonState
from mcm_providers.vmware.content import Content, boolean, dig, entity_name, gib, integer
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import access_state
from mcm_providers.vmware.traversal import TO_DATASTORES

# Free space is in the attributes; in `native` it would only be old.
_VOLATILE = frozenset({"freeSpace", "uncommitted", "datastore"})


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(content, around) for content in contents)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    summary = found.get("summary")
    accessible = boolean(dig(summary, "accessible"))
    state, native_state = access_state(accessible)
    mode = dig(summary, "maintenanceMode")
    if mode and mode != "normal" and state == CommonState.AVAILABLE:
        state, native_state = CommonState.UNAVAILABLE, mode
    # Of an inaccessible datastore vSphere says 0 bytes, or what it last knew.
    capacity = integer(dig(summary, "capacity")) if accessible else None
    free = integer(dig(summary, "freeSpace")) if accessible else None
    used = capacity - free if capacity is not None and free is not None else None
    uncommitted = integer(dig(summary, "uncommitted"))
    folder = found.get("parent")
    return Resource(
        kind=ResourceKind.DATASTORE,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=DatastoreAttributes(
            capacity_gib=gib(capacity),
            used_gib=gib(used),
            provisioned_gib=gib(used + uncommitted) if used is not None and uncommitted is not None else None,
            type=dig(summary, "type") or None,
            shared=boolean(dig(summary, "multipleHostAccess")),
            accessible=accessible,
            maintenance=mode != "normal" if mode else None,
        ),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.FOLDER, str(folder))] if folder else (),
        native={
            "summary": {name: value for name, value in (summary or {}).items() if name not in _VOLATILE},
            "parent": folder,
        },
        native_kind="Datastore",
        locator=content.locator,
    )


READER = Reader(
    properties={"Datastore": ("name", "parent", "customValue", "summary")},
    select=TO_DATASTORES,
    read=read,
)
