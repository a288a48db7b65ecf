"""What a workload asks of places: its tiers in parts that go somewhere as a whole, and who must be with whom. Pure.

A tier goes to one location as a whole, unless it is to be spread. What asks for itself and its opposite is refused
before any place is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcm.placement.errors import Contradiction
from mcm.workloads.documents import Tier, Workload

# What being together at a level means at the others: who shares a host shares its zone, and so on.
IMPLIED: Mapping[str, tuple[str, ...]] = {
    "host": ("host", "zone", "location", "account", "city"),
    "zone": ("zone", "location", "account", "city"),
    "location": ("location", "account", "city"),
    "account": ("account",),
    "city": ("city",),
}
MAX_PARTS = 400


@dataclass(frozen=True, slots=True)
class Need:
    """Of one instance; disk_gib: with all further disks."""

    vcpus: float
    memory_gib: float
    disk_gib: float
    gpus: float

    def times(self, count: int) -> dict[str, float]:
        found = {name: round(getattr(self, name) * count, 6) for name in ("vcpus", "memory_gib", "disk_gib", "gpus")}
        return {**found, "instances": float(count)}


@dataclass(frozen=True, slots=True)
class Part:
    """`count` instances of a tier that go to one location. alone: levels at which no other part of it may be."""

    tier: str
    number: int
    count: int
    need: Need
    alone: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.tier}#{self.number}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tiers and the level at which they belong together, or must not meet."""

    one: str
    other: str
    level: str


@dataclass(frozen=True, slots=True)
class Demand:
    """least_sites, least_cities: of the whole and, as far as it has instances, of each tier. bounds: milliseconds."""

    parts: tuple[Part, ...]
    together: tuple[Pair, ...]
    apart: tuple[Pair, ...]
    bounds: Mapping[tuple[str, str], float]
    traffic: Mapping[tuple[str, str], float]
    least_sites: int
    least_cities: int

    def of(self, tier: str) -> list[Part]:
        return [part for part in self.parts if part.tier == tier]


def need(tier: Tier) -> Need:
    disk = tier.disk_gib + sum(one.size_gib for one in tier.disks)
    return Need(float(tier.vcpus), float(tier.memory_gib), float(disk), float(tier.gpus))


def data_class(workload: Workload, tier: Tier) -> str:
    """What is not said is unclassified, which counts as restricted and never as public."""
    return tier.data_class or workload.data_class


def demand(workload: Workload) -> Demand:
    """Raises Contradiction that names who is in it."""
    together = _pairs(workload, "together_with", "together_level")
    apart = _pairs(workload, "apart_from", "apart_level")
    parts = tuple(part for tier in workload.tiers for part in _parts(workload, tier))
    if len(parts) > MAX_PARTS:
        raise Contradiction(
            f"the workload asks for {len(parts)} instances that each must be alone; {MAX_PARTS} is the most",
            next_step="spread over hosts, or over fewer things",
            details={"members": sorted({part.tier for part in parts})},
        )
    found = Demand(
        parts, together, apart,
        {(tier.name, other): float(ms) for tier in workload.tiers for other, ms in tier.latency_ms.items()},
        {(tier.name, other): float(gb) for tier in workload.tiers for other, gb in tier.traffic.to.items() if gb},
        workload.sites, workload.cities,
    )  # fmt: skip
    _require_consistent(workload, found)
    return found


def _pairs(workload: Workload, names: str, level: str) -> tuple[Pair, ...]:
    found = set()
    for tier in workload.tiers:
        for other in getattr(tier, names):
            if other == tier.name:
                word = "together with" if names == "together_with" else "apart from"
                raise Contradiction(
                    f"tier '{tier.name}' is to be {word} itself",
                    next_step="`spread` says where its own instances may not meet",
                    details={"members": [tier.name]},
                )
            one, two = sorted((tier.name, other))
            found.add(Pair(one, two, getattr(tier, level)))
    return tuple(sorted(found, key=lambda pair: (pair.one, pair.other, pair.level)))


def _parts(workload: Workload, tier: Tier) -> list[Part]:
    alone = tuple(level for level in ("zone", "location", "account", "city") if level in tier.spread)
    number = tier.count if alone else max(min(tier.count, workload.sites), min(tier.count, workload.cities), 1)
    whole, over = divmod(tier.count, number)
    return [Part(tier.name, index, whole + (index < over), need(tier), alone) for index in range(number)]


def groups(pairs: Sequence[Pair], level: str) -> list[set[str]]:
    """Tiers that end up together at a level, by whatever chain."""
    found: list[set[str]] = []
    for pair in pairs:
        if level not in IMPLIED[pair.level]:
            continue
        met = [one for one in found if pair.one in one or pair.other in one]
        found = [one for one in found if one not in met] + [{pair.one, pair.other}.union(*met)]
    return found


def _require_consistent(workload: Workload, found: Demand) -> None:
    for pair in found.apart:
        for group in groups(found.together, pair.level):
            if pair.one in group and pair.other in group:
                who = ", ".join(sorted(group))
                raise Contradiction(
                    f"'{pair.one}' and '{pair.other}' are to be apart at the level of the {pair.level}, and together "
                    f"by this group: {who}",
                    next_step="take one of them out of the group, or ask for apart at a narrower level",
                    details={"members": sorted(group), "level": pair.level, "apart": [pair.one, pair.other]},
                )
    counts = {tier.name: len(found.of(tier.name)) for tier in workload.tiers}
    spread = {tier.name: set(tier.spread) for tier in workload.tiers}
    for pair in found.together:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            levels = [level for level in IMPLIED[pair.level] if level in spread[one]]
            if levels and counts[one] > counts[other]:
                raise Contradiction(
                    f"'{one}' is to be in {counts[one]} different places ({levels[0]}), each together with '{other}', "
                    f"which has only {counts[other]}",
                    next_step=f"give '{other}' as many instances with the same spread, or take `together_with` away",
                    details={"members": [one, other], "level": levels[0]},
                )
    total = sum(part.count for part in found.parts)
    for what, least in (("sites", workload.sites), ("cities", workload.cities)):
        if least > total:
            raise Contradiction(
                f"{least} {what} are asked for, and there are {total} instances",
                next_step="raise a tier's count, or ask for fewer",
                details={"members": [tier.name for tier in workload.tiers], what: least},
            )
    if workload.cities > workload.sites > 1:
        raise Contradiction(
            f"{workload.cities} cities cannot be had with {workload.sites} sites: a site is in one city",
            next_step="ask for at least as many sites as cities",
            details={"members": [tier.name for tier in workload.tiers]},
        )
    for group in groups(found.together, "location"):
        if workload.sites > 1 and len(group) == len(counts) and all(counts[name] == 1 for name in group):
            raise Contradiction(
                f"{workload.sites} sites are asked for, and all tiers are to be together: {', '.join(sorted(group))}",
                next_step="raise a tier's count, or let one of them be elsewhere",
                details={"members": sorted(group)},
            )
