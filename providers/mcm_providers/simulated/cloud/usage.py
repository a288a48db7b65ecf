"""How much of hosts and projects the instances take; one pass over the facts, remembered until the next change."""

from dataclasses import dataclass, field

from mcm_providers.simulated.cloud.frame import Frame
from mcm_providers.simulated.cloud.instances import facts


@dataclass(slots=True)
class Use:
    instances: int = 0
    vcpus: int = 0
    memory_mib: int = 0

    def add(self, vcpus: int, memory_mib: int) -> None:
        self.instances += 1
        self.vcpus += vcpus
        self.memory_mib += memory_mib


@dataclass(slots=True)
class RegionUse:
    hosts: dict[int, Use] = field(default_factory=dict)
    projects: dict[int, Use] = field(default_factory=dict)


class UsageBook:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._known: dict[int, tuple[int, RegionUse]] = {}

    def region(self, region: int, now: float) -> RegionUse:
        turns = self._frame.drift.turns(now)
        known = self._known.get(region)
        if known is None or known[0] != turns:
            known = self._known[region] = (turns, self._counted(region, now))
        return known[1]

    def _counted(self, region: int, now: float) -> RegionUse:
        use, offers = RegionUse(), self._frame.flavour.offers
        for slot in range(self._frame.slots[region]):
            known = facts(self._frame, region, slot, now)
            _, vcpus, memory_mib, _, _ = offers[known.offer]
            use.hosts.setdefault(known.host, Use()).add(vcpus, memory_mib)
            use.projects.setdefault(known.project, Use()).add(vcpus, memory_mib)
        return use
