"""A cloud made from its shape: which documents stand at which position, and where a native id is found."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcm.contract import GLOBAL_REGION
from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud import hardware, networks, organisation, services, storage
from mcm_providers.simulated.cloud.frame import Frame
from mcm_providers.simulated.cloud.instances import facts, instance, slot_of
from mcm_providers.simulated.cloud.shape import Document, Shape
from mcm_providers.simulated.cloud.usage import UsageBook


class Maker(NamedTuple):
    """positions: how many a region has. at: the documents at one. position: of an id's index; None where ids are
    names and have to be looked up."""

    positions: Callable[[Frame, int], int]
    at: Callable[[Frame, int, int, float], list[Document]]
    position: Callable[[Frame, int, int], int] | None = lambda frame, region, index: index  # noqa: ARG005


def _slots(frame: Frame, region: int) -> int:
    return frame.slots[region]


def _slot(frame: Frame, region: int, index: int) -> int:  # noqa: ARG001
    return slot_of(index)


def _pair(frame: Frame, region: int, index: int) -> int:  # noqa: ARG001
    return index // 2


def _instances_at(frame: Frame, region: int, position: int, now: float) -> list[Document]:
    return [instance(frame, facts(frame, region, position, now))]


_MAKERS: dict[K, Maker] = {
    K.REGION: Maker(organisation.region_positions, organisation.regions_at, None),
    K.ZONE: Maker(organisation.zone_positions, organisation.zones_at, None),
    K.PROJECT: Maker(organisation.project_positions, organisation.projects_at),
    K.INSTANCE: Maker(_slots, _instances_at, _slot),
    K.VOLUME: Maker(storage.volume_positions, storage.volumes_at, storage.volume_position),
    K.SNAPSHOT: Maker(storage.snapshot_positions, storage.snapshots_at),
    K.DATASTORE: Maker(storage.datastore_positions, storage.datastores_at),
    K.IMAGE: Maker(organisation.image_positions, organisation.images_at),
    K.FLAVOR: Maker(organisation.flavor_positions, organisation.flavors_at, None),
    K.KEYPAIR: Maker(networks.project_positions, organisation.keypairs_at, None),
    K.NETWORK: Maker(networks.network_positions, networks.networks_at),
    K.SUBNET: Maker(networks.network_positions, networks.subnets_at, _pair),
    K.PORT: Maker(_slots, networks.ports_at, _slot),
    K.ROUTER: Maker(networks.project_positions, networks.routers_at),
    K.SECURITY_GROUP: Maker(networks.project_positions, networks.security_groups_at, _pair),
    K.PUBLIC_IP: Maker(networks.public_ip_positions, networks.public_ips_at),
    K.CLUSTER: Maker(hardware.cluster_positions, hardware.clusters_at),
    K.RESOURCE_POOL: Maker(hardware.cluster_positions, hardware.pools_at),
    K.FOLDER: Maker(hardware.folder_positions, hardware.folders_at),
    K.LOAD_BALANCER: Maker(services.load_balancer_positions, services.load_balancers_at),
    K.DATABASE: Maker(services.database_positions, services.databases_at),
    K.BUCKET: Maker(services.bucket_positions, services.buckets_at, None),
}


class GeneratedCloud:
    """Never holds its resources; `now` is the cloud's clock in seconds since 1970."""

    def __init__(self, shape: Shape) -> None:
        self.frame = Frame(shape)
        usage = UsageBook(self.frame)
        self._makers = _MAKERS | {
            K.HOST: Maker(hardware.host_positions, lambda f, r, p, now: [hardware.host(f, usage, r, p, now)]),
            K.QUOTA: Maker(
                organisation.quota_positions, lambda f, r, p, now: [organisation.quota(f, usage, r, p, now)], None
            ),
        }
        self._named: dict[tuple[K, int], dict[str, int]] = {}

    def regions(self) -> list[tuple[str, str]]:
        """Native id and name of each region, the global one included."""
        return [(GLOBAL_REGION, GLOBAL_REGION), *self.frame.regions]

    def kinds(self, region: str) -> frozenset[K]:
        flavour = self.frame.flavour
        kinds = flavour.global_kinds if region == GLOBAL_REGION else flavour.region_kinds
        return kinds if flavour.projects else kinds - {K.PROJECT, K.QUOTA}

    def positions(self, kind: K, region: str) -> int:
        return self._makers[kind].positions(self.frame, self._number(region))

    def at(self, kind: K, region: str, position: int, now: float) -> list[Document]:
        return self._makers[kind].at(self.frame, self._number(region), position, now)

    def find(self, kind: K, native_id: str, native_scope: str, now: float) -> tuple[str, Document] | None:
        """The region that has it, and its document; None when it is not there now."""
        places = self._places(kind, native_id, native_scope)
        for region, position in places:
            if position < self.positions(kind, region):
                for document in self.at(kind, region, position, now):
                    if document["id"] == native_id:
                        return region, document
        return None

    def _places(self, kind: K, native_id: str, native_scope: str) -> Iterator[tuple[str, int]]:
        maker = self._makers[kind]
        homes = [region for region, _ in self.regions() if kind in self.kinds(region)]
        if maker.position is None:
            for region in homes:
                if native_scope in ("", region) and native_id in (names := self._names(kind, region)):
                    yield region, names[native_id]
            return
        decoded = self.frame.forges[kind].decode(native_id)
        if decoded is None or decoded[0] >= len(self.frame.regions):
            return
        region = homes[0] if homes == [GLOBAL_REGION] else self.frame.regions[decoded[0]][0]
        yield region, maker.position(self.frame, *decoded)

    def _names(self, kind: K, region: str) -> dict[str, int]:
        place = self._number(region)
        known = self._named.get((kind, place))
        if known is None:
            known = self._named[(kind, place)] = {
                document["id"]: position
                for position in range(self.positions(kind, region))
                for document in self.at(kind, region, position, 0.0)
            }
        return known

    def _number(self, region: str) -> int:
        return self.frame.number_of.get(region, 0)
