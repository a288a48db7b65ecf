"""Instances with their interfaces, made one at a time from their slot."""

from typing import NamedTuple

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.drift import Life
from mcm_providers.simulated.cloud.frame import SLOT_BITS, Frame, iso
from mcm_providers.simulated.cloud.ids import mixed
from mcm_providers.simulated.cloud.names import instance_name, instance_tags
from mcm_providers.simulated.cloud.shape import Document

_NO_DRIFT = Life()
FIRST_ADDRESS = 256  # the first 256 addresses of a network are kept for gateways and the like


class Facts(NamedTuple):
    """What an instance decides about itself, its volumes, its ports and the use of its host."""

    region: int
    slot: int
    number: int
    dice: int
    life: Life
    project: int
    offer: int
    host: int
    network: int
    data_volumes: int
    status: str
    task: str | None


def facts(frame: Frame, region: int, slot: int, now: float) -> Facts:
    drift = frame.drift
    inside = bool(drift.rate) and slot < frame.slots[region]
    life = drift.life(frame.whole_slot(region, slot), now) if inside else _NO_DRIFT
    index = (life.life << SLOT_BITS) | slot
    dice = frame.dice("instance", region, index)
    flavour = frame.flavour
    # The smaller of two throws: a few big projects and many small ones, as in real estates.
    project = min((dice >> 10) % frame.projects, (dice >> 22) % frame.projects) if frame.projects else 0
    network = project + 1 if frame.projects else 1 + (dice >> 10) % (frame.networks(region) - 1)
    status, task = frame.states[mixed(dice + life.power) % 1000]
    return Facts(
        region, slot, index, dice, life, project, ((dice >> 34) + life.size) % len(flavour.offers),
        ((dice >> 40) + life.host) % frame.hosts(region), network, (dice >> 48) % 3, status, task,
    )  # fmt: skip


def slot_of(index: int) -> int:
    return index & ((1 << SLOT_BITS) - 1)


def address(known: Facts) -> str:
    place = known.slot + FIRST_ADDRESS
    return f"10.{known.network + 64 * (place >> 16)}.{place >> 8 & 255}.{place & 255}"


def subnet_number(known: Facts) -> int:
    """A network's second subnet begins where slots no longer fit the 16 bits of the first."""
    return known.network * 2 + (known.slot + FIRST_ADDRESS >> 16)


def mac(frame: Frame, known: Facts) -> str:
    tail = (known.region << 20 | known.slot) & 0xFFFFFF
    return f"{frame.flavour.mac}:{tail >> 16:02x}:{tail >> 8 & 255:02x}:{tail & 255:02x}"


def public_address(frame: Frame, known: Facts) -> str | None:
    """Every eighth slot has one (network.py lists them by `slot // 8`), except where that address stands idle."""
    if K.PUBLIC_IP not in frame.flavour.region_kinds or known.slot % 8 or known.slot // 8 % 7 == 6:
        return None
    return outside_address(known.region, known.slot // 8)


def outside_address(region: int, place: int) -> str:
    return f"198.{18 + region % 2}.{place + 1 >> 8 & 255}.{place + 1 & 255}"


def volume_ids(frame: Frame, known: Facts) -> list[str]:
    if K.VOLUME not in frame.flavour.region_kinds:
        return []
    forge = frame.forges[K.VOLUME]
    return [forge.encode(known.region, known.number << 3 | place) for place in range(1 + known.data_volumes)]


def instance(frame: Frame, known: Facts) -> Document:
    region, dice, flavour, small = known.region, known.dice, frame.flavour, frame.small_id
    offer = flavour.offers[known.offer]
    picture = (dice >> 28) % len(flavour.pictures)
    _, os_family, os_name, _ = flavour.pictures[picture]
    project, project_name = frame.project(known.project)
    name = instance_name(known.slot, dice)
    on_hosts, on_clusters = K.HOST in flavour.region_kinds, K.CLUSTER in flavour.region_kinds
    document: Document = {
        "id": frame.forges[K.INSTANCE].encode(region, known.number),
        "name": name,
        "status": known.status,
        "task": known.task,
        "zone": frame.zone(region, known.host),
        "project": project,
        "project_name": project_name,
        "created": iso(known.life.born_at or frame.born(dice)),
        "tags": instance_tags(dice, known.life.tags),
        "vcpus": offer[1],
        "memory_mib": offer[2],
        "disk_gib": offer[3] or 40,
        "gpu_count": offer[4],
        "image": {"id": small(K.IMAGE, region, picture), "name": flavour.pictures[picture][0]},
        "os": {"family": os_family, "name": os_name},
        "hypervisor": flavour.virtualization[known.host % len(flavour.virtualization)],
        "architecture": "aarch64" if known.host % 11 == 10 else "x86_64",
        "hostname": f"vm{known.slot:05d}",
        "interfaces": [
            {
                "port": frame.forges[K.PORT].encode(region, known.number) if K.PORT in flavour.region_kinds else None,
                "mac": mac(frame, known),
                "ip": address(known),
                "network": small(K.NETWORK, region, known.network),
                "subnet": _subnet(frame, known),
                "public_ip": public_address(frame, known),
            }
        ],
        "volumes": volume_ids(frame, known),
        "user_data": "I2Nsb3VkLWNvbmZpZwo=",
    }
    if offer[0]:
        document["flavor"] = {"id": flavor_id(frame, region, known.offer), "name": offer[0]}
    if on_hosts:
        document["host"] = {"id": small(K.HOST, region, known.host), "name": host_name(frame, region, known.host)}
    if on_clusters:
        document["cluster"] = small(K.CLUSTER, region, known.host // 16)
    if K.SECURITY_GROUP in flavour.region_kinds:
        document["security_groups"] = [small(K.SECURITY_GROUP, region, known.project * 2 + (dice >> 50) % 2)]
    if K.KEYPAIR in flavour.region_kinds and dice & 1:
        document["keypair"] = keypair_name(known.project)
    if flavour.name == "vmware":
        document["datastores"] = [small(K.DATASTORE, region, dice % frame.datastores(region))]
        document["resource_pool"] = small(K.RESOURCE_POOL, region, known.host // 16)
        document["folder"] = small(K.FOLDER, region, 1 + dice % 5)
        document["locator"] = f"vm-{1000 + known.slot}"
        document["cpu_sockets"] = max(offer[1] // 2, 1)
    if flavour.name == "public":
        prepaid = dice % 3 == 0
        document["billing"] = {"mode": "prepaid" if prepaid else "on_demand", "auto_renew": dice % 2 == 0}
        document["billing"] |= {"expires": "2027-12-31T16:00:00Z"} if prepaid else {}
        document["protected"] = dice % 10 == 0
    return document


def _subnet(frame: Frame, known: Facts) -> str | None:
    if K.SUBNET not in frame.flavour.region_kinds:
        return None
    return frame.small_id(K.SUBNET, known.region, subnet_number(known))


def flavor_id(frame: Frame, region: int, offer: int) -> str:
    """A public cloud names its sizes; their ids are then unique in a region only."""
    if frame.flavour.name == "public":
        return frame.flavour.offers[offer][0]
    return frame.small_id(K.FLAVOR, region, offer)


def host_name(frame: Frame, region: int, host: int) -> str:
    return f"{'esx' if frame.flavour.name == 'vmware' else 'compute'}{host + 1:03d}.{frame.regions[region][0]}.example"


def keypair_name(project: int) -> str:
    return f"key-{project:02d}"
