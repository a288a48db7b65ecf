"""The skeleton of a generated cloud: how many of what stand where, and the ids of what others refer to."""

from bisect import bisect_right
from datetime import UTC, datetime
from functools import cached_property

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.drift import EPOCH, Drift
from mcm_providers.simulated.cloud.flavours import FLAVOURS
from mcm_providers.simulated.cloud.ids import IdForge, mixed, number
from mcm_providers.simulated.cloud.names import project_name
from mcm_providers.simulated.cloud.shape import Shape

SLOT_BITS = 20  # slots of one region; above them an index counts the instances a slot has had


def iso(timestamp: float) -> str:
    return datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Frame:
    """Counts, ids and dice of one shape. Immutable; everything is computed from the shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.flavour = FLAVOURS[shape.flavour]
        self.key = number(f"{shape.cloud_id}/{shape.seed}")
        self.regions = shape.regions
        self.number_of = {region: place for place, (region, _) in enumerate(shape.regions)}
        share, rest = divmod(shape.instances, len(shape.regions))
        self.slots = [share + (place < rest) for place in range(len(shape.regions))]
        self._starts = [sum(self.slots[:place]) for place in range(len(self.slots) + 1)]
        self.drift = Drift(self.key, shape.instances, shape.drift)
        self.projects = min(max(shape.instances // 50, 3), 40) if self.flavour.projects else 0
        self._small: dict[tuple[K, int, int], str] = {}

    @cached_property
    def forges(self) -> dict[K, IdForge]:
        world = f"{self.shape.cloud_id}/{self.shape.seed}"
        return {kind: IdForge(world, kind, self.flavour.prefixes.get(kind, "")) for kind in K}

    @cached_property
    def states(self) -> list[tuple[str, str | None]]:
        return [(state, task) for state, task, share in self.flavour.states for _ in range(share)]

    def dice(self, kind: str, region: int, index: int) -> int:
        return mixed(self.key ^ number(kind) ^ (region << SLOT_BITS + 30) ^ index)

    def small_id(self, kind: K, region: int, index: int) -> str:
        """The id of something there are few of; remembered, because every instance names several."""
        known = self._small.get((kind, region, index))
        if known is None:
            known = self._small[(kind, region, index)] = self.forges[kind].encode(region, index)
        return known

    def hosts(self, region: int) -> int:
        return max(-(-self.slots[region] // 25), 2)

    def clusters(self, region: int) -> int:
        return -(-self.hosts(region) // 16)

    def datastores(self, region: int) -> int:
        return -(-self.hosts(region) // 8) + 1

    def networks(self, region: int) -> int:  # noqa: ARG002
        """One for each project, or a fixed number of port groups; number 0 leads outside."""
        return (self.projects or 8) + 1

    def zone(self, region: int, place: int) -> str | None:
        zones = self.flavour.zones
        if not zones:
            return None
        suffix = zones[place % len(zones)]
        return f"{self.regions[region][0]}{suffix}" if len(suffix) == 1 else suffix

    def project(self, place: int) -> tuple[str | None, str | None]:
        """Native id and name; (None, None) in a flavour without projects."""
        if not self.projects:
            return None, None
        return self.small_id(K.PROJECT, 0, place), project_name(place)

    def whole_slot(self, region: int, slot: int) -> int:
        return self._starts[region] + slot

    def region_slot(self, whole: int) -> tuple[int, int]:
        region = bisect_right(self._starts, whole) - 1
        while not self.slots[region]:
            region -= 1
        return region, whole - self._starts[region]

    def born(self, dice: int) -> float:
        """A moment in the three years before any drift began."""
        return EPOCH - 3600.0 - (dice >> 5) % (3 * 365 * 86_400)
