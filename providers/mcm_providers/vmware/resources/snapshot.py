"""Snapshots of instances, from each instance's tree of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SnapshotAttributes
from mcm.contract.states import CommonState
from mcm_providers.vmware.content import Content, dig, entity_name, items, nested, short
from mcm_providers.vmware.resources.instance import identity, moment
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.traversal import OF_VIEW

_FIELDS = ("id", "backupManifest", "quiesced", "replaySupported", "state")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    for content in contents:
        roots = items(dig(content.properties.get("snapshot"), "rootSnapshotList"))
        waiting: list[tuple[dict[str, Any], str | None]] = [(tree, None) for tree in roots]
        while waiting:
            tree, parent = waiting.pop()
            snapshot = translate(content, tree, parent, around)
            yield snapshot
            waiting += [(child, snapshot.native_id) for child in items(tree.get("childSnapshotList"))]


def translate(content: Content, tree: dict[str, Any], parent: str | None, around: Surroundings) -> Resource:
    instance = identity(content)
    power = tree.get("state") or ""
    relations = [Relation(RelationType.MADE_FROM, ResourceKind.INSTANCE, instance)]
    if parent:
        relations.append(Relation(RelationType.PART_OF, ResourceKind.SNAPSHOT, parent))
    return Resource(
        kind=ResourceKind.SNAPSHOT,
        native_id=f"{instance}:{tree['snapshot']}",
        name=entity_name(tree.get("name")),
        region=around.region,
        state=CommonState.AVAILABLE,
        native_state=power,
        attributes=SnapshotAttributes(
            source_kind=ResourceKind.INSTANCE,
            source=instance,
            description=short(tree.get("description")) or None,
            # Taken of a running instance without its memory, it says poweredOff.
            with_memory=power != "poweredOff" if power else None,
        ),
        created_at=moment(tree.get("createTime")),
        relations=relations,
        native={
            "snapshot": str(tree["snapshot"]),
            "instance": entity_name(content.properties.get("name")),
            "current": dig(content.properties.get("snapshot"), "currentSnapshot") == tree["snapshot"],
            **{name: tree[name] for name in _FIELDS if isinstance(tree.get(name), str)},
        },
        native_kind="VirtualMachineSnapshot",
        locator=content.locator,
    )


READER = Reader(
    properties={"VirtualMachine": ("name", "config.instanceUuid", "snapshot", "runtime.connectionState")},
    select=OF_VIEW,
    read=read,
    decode=nested,
)
