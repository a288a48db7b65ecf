"""Volumes, snapshots and datastores."""

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.frame import Frame, iso
from mcm_providers.simulated.cloud.instances import Facts, facts, slot_of, volume_ids
from mcm_providers.simulated.cloud.shape import Document

_LOOSE = 1 << 49  # marks the index of a volume that belongs to no instance
_TYPES = {"openstack": ("ceph-ssd", "ceph-hdd"), "public": ("ssd", "essd-pl1"), "vmware": ("thin", "thick")}


def volume_positions(frame: Frame, region: int) -> int:
    return frame.slots[region] + -(-frame.slots[region] // 20)


def volume_position(frame: Frame, region: int, index: int) -> int:
    return frame.slots[region] + (index & ~_LOOSE) if index & _LOOSE else slot_of(index >> 3)


def volumes_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:
    """The volumes of one slot's instance; behind the last slot, one loose volume at each position."""
    place = position - frame.slots[region]
    return [_loose(frame, region, place)] if place >= 0 else volumes_of(frame, facts(frame, region, position, now))


def volumes_of(frame: Frame, known: Facts) -> list[Document]:
    offer = frame.flavour.offers[known.offer]
    project, project_name = frame.project(known.project)
    owner = frame.forges[K.INSTANCE].encode(known.region, known.number)
    return [
        {
            "id": native_id,
            "name": f"data-{known.slot:05d}-{place}" if place else "",
            "status": "in-use",
            "zone": frame.zone(known.region, known.host),
            "project": project,
            "project_name": project_name,
            "created": iso(known.life.born_at or frame.born(known.dice)),
            "tags": {"env": "prod"} if known.dice & 7 == 0 else {},
            "size_gib": 100 << (known.dice >> place) % 4 if place else offer[3] or 40,
            "type": _TYPES[frame.flavour.name][place % 2],
            "encrypted": known.dice % 5 == 0,
            "bootable": place == 0,
            "attachments": [
                {"instance": owner, "device": f"/dev/vd{'abcd'[place]}", "delete_on_termination": place == 0}
            ],
            "image": frame.small_id(K.IMAGE, known.region, (known.dice >> 28) % len(frame.flavour.pictures))
            if place == 0
            else None,
        }
        for place, native_id in enumerate(volume_ids(frame, known))
    ]


def _loose(frame: Frame, region: int, place: int) -> Document:
    dice = frame.dice("loose", region, place)
    project, project_name = frame.project(dice % max(frame.projects, 1))
    return {
        "id": frame.forges[K.VOLUME].encode(region, _LOOSE | place),
        "name": f"orphan-{place:04d}" if dice & 1 else "",
        "status": ("available", "available", "available", "error", "creating")[dice % 5],
        "zone": frame.zone(region, place),
        "project": project,
        "project_name": project_name,
        "created": iso(frame.born(dice)),
        "tags": {},
        "size_gib": 50 << dice % 5,
        "type": _TYPES[frame.flavour.name][dice % 2],
        "encrypted": False,
        "bootable": False,
        "attachments": [],
        "image": None,
    }


def snapshot_positions(frame: Frame, region: int) -> int:
    return frame.slots[region] // 10


def snapshots_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    """One of the first inhabitant of every tenth slot: a snapshot may outlive what it was made from."""
    known = facts(frame, region, position * 10, 0.0)
    project, project_name = frame.project(known.project)
    volumes = volume_ids(frame, known)
    source = volumes[0] if volumes else frame.forges[K.INSTANCE].encode(region, known.number)
    return [
        {
            "id": frame.forges[K.SNAPSHOT].encode(region, position),
            "name": f"snap-{position:04d}-升级前" if position % 7 == 0 else f"nightly-{position:04d}",
            "status": "error" if position % 50 == 49 else "available",
            "project": project,
            "project_name": project_name,
            "created": iso(frame.born(known.dice) + 86_400),
            "tags": {},
            "size_gib": frame.flavour.offers[known.offer][3] or 40,
            "source_kind": "volume" if volumes else "instance",
            "source": source,
            "description": "nightly backup",
        }
    ]


def datastore_positions(frame: Frame, region: int) -> int:
    return frame.datastores(region)


def datastores_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    dice = frame.dice("datastore", region, position)
    capacity = 10_240 << dice % 3
    return [
        {
            "id": frame.small_id(K.DATASTORE, region, position),
            "name": f"ds-{'vsan' if position == 0 else 'nfs' if dice & 1 else 'fc'}-{position + 1:02d}",
            "status": "normal" if dice % 40 else "inMaintenance",
            "capacity_gib": capacity,
            "used_gib": capacity * (30 + dice % 60) // 100,
            "type": "vsan" if position == 0 else "NFS" if dice & 1 else "VMFS",
            "accessible": True,
        }
    ]
