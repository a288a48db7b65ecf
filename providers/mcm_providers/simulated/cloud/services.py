"""What a public cloud has above instances: load balancers, databases, buckets."""

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.frame import Frame, iso
from mcm_providers.simulated.cloud.instances import outside_address
from mcm_providers.simulated.cloud.names import APPS
from mcm_providers.simulated.cloud.shape import Document

_ENGINES = (("mysql", "8.0", 3306), ("postgres", "16", 5432), ("redis", "7.2", 6379), ("sqlserver", "2022", 1433))


def _base(frame: Frame, kind: K, region: int, position: int, status: str) -> tuple[Document, int]:
    dice = frame.dice(kind, region, position)
    project, project_name = frame.project(dice % max(frame.projects, 1))
    return {
        "id": frame.forges[kind].encode(region, position),
        "name": f"{APPS[dice % len(APPS)]}-{position:03d}",
        "status": status,
        "project": project,
        "project_name": project_name,
        "created": iso(frame.born(dice)),
        "tags": {"env": "prod"} if dice & 1 else {},
    }, dice


def load_balancer_positions(frame: Frame, region: int) -> int:
    return frame.slots[region] // 40


def load_balancers_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    document, dice = _base(frame, K.LOAD_BALANCER, region, position, "active")
    inside = dice % 3 == 0
    network = 1 + dice % max(frame.projects, 1)
    return [
        document
        | {
            "type": "application" if dice & 1 else "network",
            "scheme": "internal" if inside else "internet",
            "dns_name": f"{document['id']}.{frame.regions[region][0]}.lb.example",
            "addresses": [f"10.{network}.255.{position % 250 + 1}"]
            if inside
            else [outside_address(region, 60_000 + position)],
            "zones": [frame.zone(region, place) for place in range(2)],
            "network": frame.small_id(K.NETWORK, region, network),
        }
    ]


def database_positions(frame: Frame, region: int) -> int:
    return frame.slots[region] // 30


def databases_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    document, dice = _base(
        frame, K.DATABASE, region, position, ("available", "available", "available", "storage-full")[position % 4]
    )
    engine, version, port = _ENGINES[dice % len(_ENGINES)]
    return [
        document
        | {
            "zone": frame.zone(region, dice % 3),
            "engine": engine,
            "version": version,
            "port": port,
            "class": "db.large",
            "size_gib": 100 << dice % 4,
            "multi_zone": dice % 2 == 0,
            "endpoint": f"{document['id']}.{frame.regions[region][0]}.db.example",
            "encrypted": dice % 3 != 0,
            "public": dice % 9 == 0,
            "protected": dice % 4 == 0,
            "master_password": "not-for-anyone",
        }
    ]


def bucket_positions(frame: Frame, region: int) -> int:
    return 2 + frame.slots[region] // 30


def buckets_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:  # noqa: ARG001
    document, dice = _base(frame, K.BUCKET, region, position, "available")
    name = f"{frame.shape.cloud_id}-{frame.regions[region][0]}-{position:03d}".lower()
    return [
        document
        | {
            "id": name,
            "name": name,
            "size_gib": dice % 50_000 / 10,
            "objects": dice % 3_000_000,
            "public": dice % 13 == 0,
            "versioning": dice % 2 == 0,
            "encrypted": dice % 4 != 0,
        }
    ]
