"""Virtual machines that are no templates. The hot path: ten thousand at a time, so with little ceremony."""

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import InstanceAttributes
from mcm_providers.vmware.content import Content, entity_name, flat, integer, short
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.states import guest_system, instance_state
from mcm_providers.vmware.traversal import OF_VIEW

# Guest NICs, devices and files would make the answer 3.5 times as large; volumes and snapshots are kinds of their own.
PROPERTIES = (
    *("name", "parent", "resourcePool", "datastore", "network", "customValue"),
    *("config.instanceUuid", "config.uuid", "config.template", "config.createDate"),
    *("config.hardware.numCPU", "config.hardware.memoryMB", "config.hardware.numCoresPerSocket"),
    *("config.guestFullName", "config.guestId"),
    *("runtime.powerState", "runtime.connectionState", "runtime.host", "runtime.bootTime"),
    *("guest.ipAddress", "guest.hostName", "guest.toolsRunningStatus"),
    *("summary.storage.committed", "summary.storage.uncommitted"),
)
# summary.config is kept by vCenter itself and there when the machine's own files cannot be read.
FALLBACK = (
    *("summary.config.instanceUuid", "summary.config.uuid", "summary.config.template"),
    *("summary.config.numCpu", "summary.config.memorySizeMB", "summary.config.guestFullName", "summary.config.guestId"),
)
_FALLBACK_NAMES = {
    "summary.config.numCpu": "config.hardware.numCPU",
    "summary.config.memorySizeMB": "config.hardware.memoryMB",
}
_KIND = ResourceKind.INSTANCE
_RUNS_ON, _STORED_ON, _PART_OF = RelationType.RUNS_ON, RelationType.STORED_ON, RelationType.PART_OF
_CONNECTED_TO = RelationType.CONNECTED_TO
_HOST, _DATASTORE, _NETWORK = ResourceKind.HOST, ResourceKind.DATASTORE, ResourceKind.NETWORK
_POOL, _FOLDER = ResourceKind.RESOURCE_POOL, ResourceKind.FOLDER
# In `native`, what changes while nothing happens is of no use.
_VOLATILE = ("summary.storage.committed", "summary.storage.uncommitted")


def read(contents: Iterable[Content], around: Surroundings) -> Iterator[Resource]:
    """One resource for each content that is an instance. Two machines with one uuid (copied by hand on a host without
    vCenter): the later one's id carries its reference."""
    seen: set[str] = set()
    for content in contents:
        if content.properties.get("config.template") == "true" or being_created(content):
            continue
        resource = translate(content, around)
        if resource.native_id in seen:
            resource.native_id = f"{resource.native_id}:{content.value}"
        seen.add(resource.native_id)
        yield resource


def being_created(content: Content) -> bool:
    """In its first moments a machine has no configuration although it is reachable; it is not there yet."""
    found = content.properties
    return not found.get("config.instanceUuid") and found.get("runtime.connectionState", "connected") == "connected"


def identity(content: Content) -> str:
    """The instanceUuid, which vCenter keeps unique and through moves; the reference where it cannot be read at all."""
    return content.properties.get("config.instanceUuid") or content.value


def with_fallback(content: Content, fallback: Content) -> Content:
    """`content` of a machine whose configuration is unreadable, filled up with what vCenter remembers."""
    found = {
        _FALLBACK_NAMES.get(path, path.removeprefix("summary.")): value
        for path, value in fallback.properties.items()
        if value
    }
    found |= {path: value for path, value in content.properties.items() if value}
    return content._replace(properties=found, remembered=True)


def translate(content: Content, around: Surroundings) -> Resource:
    found = content.properties
    get = found.get
    host = get("runtime.host")
    state, native_state = instance_state(get("runtime.powerState"), get("runtime.connectionState"))
    family, architecture = guest_system(get("config.guestId"))
    vcpus, per_socket = integer(get("config.hardware.numCPU")), integer(get("config.hardware.numCoresPerSocket"))
    address: str | None = get("guest.ipAddress")
    public = is_public(address) if address else False

    relations = []
    if host:
        relations.append(Relation(_RUNS_ON, _HOST, host))
    relations += [Relation(_STORED_ON, _DATASTORE, datastore) for datastore in get("datastore") or () if datastore]
    relations += [Relation(_CONNECTED_TO, _NETWORK, network) for network in get("network") or () if network]
    if pool := get("resourcePool"):
        relations.append(Relation(_PART_OF, _POOL, pool))
    if folder := get("parent"):
        relations.append(Relation(_PART_OF, _FOLDER, folder))

    attributes = InstanceAttributes(
        vcpus=vcpus,
        cpu_sockets=vcpus // per_socket if vcpus and per_socket else None,
        memory_mib=integer(get("config.hardware.memoryMB")),
        disk_gib=_provisioned_gib(found),
        architecture=architecture,
        virtualization="esxi",
        os_family=family,
        os_name=short(get("config.guestFullName")) or None,
        hostname=short(get("guest.hostName")) or None,
        private_ips=[address] if address and not public else [] if public else None,
        public_ips=[address] if address and public else None,
        host=around.hosts.get(host) if host else None,
        launched_at=moment(get("runtime.bootTime")),
    )
    for path in _VOLATILE:
        found.pop(path, None)
    return Resource(
        kind=_KIND,
        native_id=identity(content),
        name=entity_name(get("name")),
        region=around.region,
        state=state,
        native_state=native_state,
        attributes=attributes,
        tags=around.labels.of(content.value, get("customValue")),
        created_at=moment(get("config.createDate")),
        relations=relations,
        native=found,
        native_kind="VirtualMachine",
        locator=content.locator,
    )


def moment(text: str | None) -> datetime | None:
    """vSphere's times are UTC with or without saying so. Year 1 and 1970 stand for "never" in places."""
    if not text:
        return None
    parsed = datetime.fromisoformat(text)
    parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return parsed if parsed.year > 1970 else None


def is_public(address: str) -> bool:
    """False for what is no address at all: guests report what they like."""
    if address.startswith(("10.", "192.168.", "fe80:")):
        return False
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _provisioned_gib(found: dict[str, Any]) -> float | None:
    """What the datastores have promised to the machine, swap file included, in whole GiB: bytes change all the time."""
    total = int(found.get("summary.storage.committed") or 0) + int(found.get("summary.storage.uncommitted") or 0)
    return float(-(-total // (1 << 30))) if total > 0 else None


READER = Reader(
    properties={"VirtualMachine": PROPERTIES},
    select=OF_VIEW,
    read=read,
    decode=flat,
    needs_hosts=True,
    newer={"config.createDate": (6, 7)},
)
