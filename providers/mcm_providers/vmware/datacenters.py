"""Datacenters are the regions. Their reference is the region's id, as nothing else of them is unique or stays."""

from collections.abc import Iterable, Sequence

from mcm.contract import InvalidRequest, Reason, Region, ResourceKind
from mcm_providers.vmware.content import Content, entity_name, flat
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.traversal import TO_DATACENTERS

ABSENT: dict[ResourceKind, str] = {
    ResourceKind.ZONE: "no_zones",
    ResourceKind.PROJECT: "no_projects",
    ResourceKind.FLAVOR: "sizes_are_free",
    ResourceKind.SUBNET: "networking_is_outside",
    ResourceKind.ROUTER: "networking_is_outside",
    ResourceKind.SECURITY_GROUP: "networking_is_outside",
    ResourceKind.PUBLIC_IP: "networking_is_outside",
    ResourceKind.LOAD_BALANCER: "networking_is_outside",
    ResourceKind.PORT: "not_read",
    ResourceKind.KEYPAIR: "not_in_vsphere",
    ResourceKind.QUOTA: "not_in_vsphere",
    ResourceKind.DATABASE: "not_in_vsphere",
    ResourceKind.BUCKET: "not_in_vsphere",
}
_PROPERTIES = {"Folder": ["name", "parent"], "Datacenter": ["name", "parent"]}


def read_contents(session: Session) -> list[Content]:
    """All datacenters the user may see, and the folders they stand in."""
    specification = filter_spec(
        "specSet", _PROPERTIES, [session.service.root_folder], TO_DATACENTERS, include_start=True
    )
    return list(retrieve(session, specification, flat))


def regions_of(contents: Iterable[Content], root: str) -> Sequence[Region]:
    """A region's name is the datacenter's path below the root folder: names repeat in different folders."""
    known = {one.value: one for one in contents}
    absent = {kind: Reason(code, {"kind": kind.value}) for kind, code in ABSENT.items()}
    return [
        Region(one.value, _path(one, known, root), frozenset(READERS), absent)
        for one in known.values()
        if one.native_type == "Datacenter"
    ]


def path_to(session: Session, datacenter: str) -> str:
    """Its path as vSphere writes it, with the characters of names that it keeps in URL encoding."""
    known = {one.value: one for one in read_contents(session)}
    if datacenter not in known:
        raise InvalidRequest(f"there is no datacenter '{datacenter}'")
    names = (str(one.properties.get("name") or "") for one in _way(datacenter, known, session.service.root_folder[1]))
    return "/".join(names)


def _path(content: Content, known: dict[str, Content], root: str) -> str:
    return "/".join(entity_name(one.properties.get("name")) or one.value for one in _way(content.value, known, root))


def _way(value: str, known: dict[str, Content], root: str) -> list[Content]:
    """From below the root folder down to it."""
    way: list[Content] = []
    current = known.get(value)
    while current is not None and current.value != root and current not in way:
        way.insert(0, current)
        current = known.get(current.properties.get("parent") or "")
    return way
