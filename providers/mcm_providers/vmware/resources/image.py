"""Virtual machines that are marked as templates."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ImageAttributes
from mcm.contract.states import CommonState
from mcm_providers.vmware.content import Content, entity_name, flat, short
from mcm_providers.vmware.resources.instance import PROPERTIES, identity, moment
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import guest_system
from mcm_providers.vmware.traversal import OF_VIEW

_UNUSED = ("runtime.", "guest.", "resourcePool", "network")
_BYTES = ("summary.storage.committed", "summary.storage.uncommitted")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    return (translate(one, around) for one in contents if one.properties.get("config.template") == "true")


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    family, architecture = guest_system(found.get("config.guestId"))
    lost = found.get("runtime.connectionState", "connected") != "connected"
    relations = [
        Relation(RelationType.STORED_ON, ResourceKind.DATASTORE, one) for one in found.get("datastore") or () if one
    ]
    if folder := found.get("parent"):
        relations.append(Relation(RelationType.PART_OF, ResourceKind.FOLDER, folder))
    size = sum(int(found.get(path) or 0) for path in _BYTES)
    return Resource(
        kind=ResourceKind.IMAGE,
        native_id=identity(content),
        name=entity_name(found.get("name")),
        region=around.region,
        state=CommonState.UNAVAILABLE if lost else CommonState.AVAILABLE,
        native_state=found.get("runtime.connectionState") or "",
        attributes=ImageAttributes(
            os_family=family,
            os_name=short(found.get("config.guestFullName")) or None,
            architecture=architecture,
            size_gib=round(size / (1 << 30), 2) if size else None,
            disk_format="vmdk",
            visibility="private",
            template=True,
        ),
        tags=around.labels.of(content.value, found.get("customValue")),
        created_at=moment(found.get("config.createDate")),
        relations=relations,
        native={path: value for path, value in found.items() if path not in _BYTES},
        native_kind="VirtualMachine",
        locator=content.locator,
    )


READER = Reader(
    properties={
        "VirtualMachine": [path for path in PROPERTIES if not path.startswith(_UNUSED)] + ["runtime.connectionState"]
    },
    select=OF_VIEW,
    read=read,
    decode=flat,
    newer={"config.createDate": (6, 7)},
)
