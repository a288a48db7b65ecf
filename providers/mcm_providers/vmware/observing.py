"""Asking for resources one by one: by their reference where it still leads to them, else by their uuid."""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import NotSupported, Resource, ResourceKind, ResourceRef, Unreachable
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import Content, entity_name, flat
from mcm_providers.vmware.datacenters import read_contents
from mcm_providers.vmware.listing import BATCH, DATACENTER, Listing
from mcm_providers.vmware.property_collector import filter_spec, machines_of, retrieve
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, operation, text
from mcm_providers.vmware.traversal import OF_VIEW, TO_ANCESTORS

_MACHINE = "VirtualMachine"
# Kinds whose objects are machines, or parts of machines.
_OF_MACHINES = {ResourceKind.INSTANCE, ResourceKind.IMAGE, ResourceKind.VOLUME, ResourceKind.SNAPSHOT}
_PARTS = {ResourceKind.VOLUME, ResourceKind.SNAPSHOT}
# From here on, one property of all machines is cheaper than one search for each.
_SEARCHES = 20
_ANCESTRY = {"ManagedEntity": ["name", "parent"], _MACHINE: ["name", "parent", "parentVApp"]}


class Observer:
    def __init__(self, session: Session, listing: Listing) -> None:
        self._session, self._listing = session, listing

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        answer: dict[ResourceRef, Resource | None] = {}
        for kind in dict.fromkeys(ref.kind for ref in refs):
            if kind not in READERS:
                raise NotSupported(f"vSphere has no {kind.value}", reason="not_in_vsphere")
            wanted = [ref for ref in refs if ref.kind is kind]
            found = self._by_reference(kind, wanted)
            lost = [ref for ref in wanted if ref.native_id not in found]
            if lost and kind in _OF_MACHINES:
                found |= self._by_uuid(kind, lost)
            answer |= {ref: found.get(ref.native_id) for ref in wanted}
        return answer

    def _by_reference(self, kind: ResourceKind, refs: Sequence[ResourceRef]) -> dict[str, Resource]:
        objects = dict.fromkeys(_references(kind, refs))
        return {resource.native_id: resource for resource in self._read(kind, list(objects), refs)}

    def _by_uuid(self, kind: ResourceKind, refs: Sequence[ResourceRef]) -> dict[str, Resource]:
        """A machine that was registered anew has another reference. A disk that several machines write to has no
        machine in its id; it is looked for in all of them."""
        uuids = list(dict.fromkeys(ref.native_id.partition(":")[0] for ref in refs))
        objects = self._search(uuids) if len(uuids) <= _SEARCHES else self._index(set(uuids))
        found = {one.native_id: one for one in self._read(kind, list(dict.fromkeys(objects)), refs)}
        homeless = {ref.native_id for ref in refs if ":" not in ref.native_id} - found.keys()
        if kind is ResourceKind.VOLUME and homeless:
            named = dict.fromkeys(ref.region for ref in refs if ref.native_id in homeless)
            for datacenter in named if all(named) else self._datacenters():
                listed = self._listing.resources(kind, datacenter)
                found |= {one.native_id: one for one in listed if one.native_id in homeless}
        return found

    def _read(
        self, kind: ResourceKind, objects: Sequence[Reference], refs: Sequence[ResourceRef]
    ) -> Iterator[Resource]:
        reader = READERS[kind]
        contents = {one.value: one for one in self._listing.these(reader, objects)} if objects else {}
        if not contents:
            return
        if kind in _PARTS:
            _require_readable(contents, refs)
        ancestry = self._ancestry([(one.native_type, one.value) for one in contents.values()])
        grouped: dict[str, list[Content]] = {}
        for content in contents.values():
            grouped.setdefault(_datacenter(content.value, ancestry), []).append(content)
        for datacenter, members in grouped.items():
            around = self._listing.surroundings(reader, datacenter)
            around.ancestors = {
                value: (entity_name(one.properties.get("name")), one.properties.get("parent") or "")
                for value, one in ancestry.items()
                if one.native_type in ("Folder", "StoragePod")
            }
            yield from reader.read(_renamed(members, refs), around)

    def _ancestry(self, objects: Sequence[Reference]) -> dict[str, Content]:
        """These objects and all above them: where they stand now, which may be another datacenter than before."""
        known: dict[str, Content] = {}
        for start in range(0, len(objects), BATCH):
            specification = filter_spec(
                "specSet",
                _ANCESTRY,
                objects[start : start + BATCH],
                TO_ANCESTORS,
                include_start=True,
                lenient=True,
            )
            known |= {one.value: one for one in retrieve(self._session, specification, flat)}
        return known

    def _search(self, uuids: Sequence[str]) -> list[Reference]:
        index = self._session.service.search_index
        if index is None:
            return self._index(set(uuids))
        found: list[Reference] = []
        for uuid in uuids:
            answer = self._session.call(
                operation(
                    "FindByUuid",
                    index,
                    text("uuid", uuid),
                    text("vmSearch", "true"),
                    text("instanceUuid", "true"),
                )
            )
            if (one := answer.find(f"{VIM}returnval")) is not None and one.text:
                found.append((one.get("type") or _MACHINE, one.text))
        return found

    def _index(self, uuids: set[str]) -> list[Reference]:
        found: list[Reference] = []
        properties = {_MACHINE: ["config.instanceUuid"]}
        for datacenter in self._datacenters():
            with machines_of(self._session, datacenter) as view:
                specification = filter_spec("specSet", properties, [view], OF_VIEW)
                for content in retrieve(self._session, specification, flat, bound=True):
                    if content.properties.get("config.instanceUuid") in uuids:
                        found.append((content.native_type, content.value))
        return found

    def _datacenters(self) -> list[str]:
        return [one.value for one in read_contents(self._session) if one.native_type == DATACENTER]


def _references(kind: ResourceKind, refs: Sequence[ResourceRef]) -> Iterator[Reference]:
    """Without a locator, every type that the kind has is tried; the wrong ones are left out of the answer."""
    types = [_MACHINE] if kind in _OF_MACHINES else list(READERS[kind].properties)
    for ref in refs:
        native_type, _, value = ref.locator.partition(":")
        if native_type in types and value:
            yield native_type, value
        elif kind not in _OF_MACHINES:
            yield from ((one, ref.native_id) for one in types)


def _require_readable(contents: Mapping[str, Content], refs: Sequence[ResourceRef]) -> None:
    """A machine that exists and whose configuration cannot be read says nothing about its disks and snapshots."""
    asked = {ref.locator for ref in refs}
    for content in contents.values():
        if content.remembered and content.locator in asked:
            raise Unreachable(f"the configuration of {content.value} cannot be read now")


def _renamed(contents: Sequence[Content], refs: Sequence[ResourceRef]) -> Iterator[Content]:
    """A machine that was asked for by its reference keeps the id it was known by, if its own cannot be read now or is
    also another's."""
    asked = {ref.locator: ref.native_id for ref in refs if ref.locator}
    for content in contents:
        known = asked.get(content.locator, "")
        uuid = content.properties.get("config.instanceUuid")
        if content.native_type == _MACHINE and known:
            if not uuid:
                content.properties["config.instanceUuid"] = known.partition(":")[0]
            elif known == f"{uuid}:{content.value}":
                content.properties["config.instanceUuid"] = known
        yield content


def _datacenter(value: str, ancestry: Mapping[str, Content]) -> str:
    met: set[str] = set()
    while value in ancestry and value not in met:
        met.add(value)
        content = ancestry[value]
        if content.native_type == DATACENTER:
            return value
        value = content.properties.get("parent") or content.properties.get("parentVApp") or ""
    raise Unreachable("an object is in no datacenter that can be seen")
