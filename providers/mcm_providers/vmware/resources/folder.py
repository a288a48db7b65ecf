"""Folders below a datacenter, and datastore clusters, which are folders too."""

from collections.abc import Iterable, Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import FolderAttributes
from mcm.contract.states import CommonState
from mcm_providers.vmware.content import Content, Ref, entity_name, items
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.traversal import TO_FOLDERS

# What may be created in the folder tells what it is for; the first that matches.
_PURPOSE = (
    ("VirtualMachine", "instance"),
    ("ComputeResource", "host"),
    ("Datastore", "datastore"),
    ("Network", "network"),
    ("DistributedVirtualSwitch", "network"),
)
_PROPERTIES = ("name", "parent", "childType", "customValue")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    """A folder's path needs the names of those above, so all folders are held until the last has come: they are few."""
    held = list(contents)
    above = dict(around.ancestors)
    above |= {one.value: (entity_name(one.properties.get("name")), one.properties.get("parent") or "") for one in held}
    for content in held:
        yield translate(content, _path(content.value, above), around)


def translate(content: Content, path: str, around: Surroundings) -> Resource:
    found = content.properties
    parent, children = found.get("parent"), items(found.get("childType"))
    purpose = next((ours for native, ours in _PURPOSE if native in children), None)
    inside = isinstance(parent, Ref) and parent.native_type in ("Folder", "StoragePod")
    return Resource(
        kind=ResourceKind.FOLDER,
        native_id=content.value,
        name=entity_name(found.get("name")),
        region=around.region,
        state=CommonState.AVAILABLE,
        native_state="",
        attributes=FolderAttributes(path=path, type=purpose),
        tags=around.labels.of(content.value, found.get("customValue")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.FOLDER, str(parent))] if inside else (),
        native={"parent": parent, "childType": children},
        native_kind=content.native_type,
        locator=content.locator,
    )


def _path(value: str, above: dict[str, tuple[str, str]]) -> str:
    names: list[str] = []
    met: set[str] = set()
    while value in above and value not in met:
        met.add(value)
        name, value = above[value]
        names.append(name)
    return "/" + "/".join(reversed(names))


READER = Reader(
    properties={"Folder": _PROPERTIES, "StoragePod": _PROPERTIES},
    select=TO_FOLDERS,
    read=read,
)
