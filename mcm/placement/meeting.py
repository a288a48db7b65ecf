"""Where parts may be in view of each other: together, apart, alone, near enough, over enough sites. Pure."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from mcm.placement.demand import Demand, Part
from mcm.placement.locations import Location, between

Table = Mapping[tuple[str, str, str], float]
# What can be left out to see whether it is that which makes a workload impossible.
CONSTRAINTS = ("together", "apart", "spread", "sites", "cities", "latency", "budget", "capacity")


def domain(place: Location, level: str) -> str | None:
    """What two places of one domain have in common; None: not known, which proves neither that nor the opposite."""
    if level in ("host", "zone"):
        return place.place
    if level == "location":
        return place.area
    return place.account_id if level == "account" else place.city


def site(place: Location) -> str:
    """A region of a cloud whose site nobody named is one by itself."""
    return place.site or f"region {place.area}"


class Meeting:
    """Answers whether a part may go somewhere, those before it being where they are. without: constraints left out."""

    def __init__(self, demand: Demand, table: Table, without: Collection[str] = ()) -> None:
        self._demand, self._table, self._without = demand, table, frozenset(without)
        self._apart = {(pair.one, pair.other): pair.level for pair in demand.apart}
        self._together = [(pair.one, pair.other, pair.level) for pair in demand.together]

    def may(self, part: Part, place: Location, placed: Sequence[tuple[Part, Location]]) -> bool:
        return all(self._pair(part, place, other, where) for other, where in placed) and self._joins(
            part, place, placed
        )

    def whole(self, placed: Sequence[tuple[Part, Location]]) -> bool:
        """What can only be said once everything is somewhere."""
        for one, other, level in () if "together" in self._without else self._together:
            here, there = (
                {domain(place, level) for part, place in placed if part.tier == name} for name in (one, other)
            )
            if None in here | there or here != there:
                return False
        return self._least(placed)

    def _pair(self, part: Part, place: Location, other: Part, where: Location) -> bool:
        if part.tier == other.tier:
            return "spread" in self._without or all(_differ(place, where, level) for level in part.alone)
        one, two = sorted((part.tier, other.tier))
        level = self._apart.get((one, two))
        if level is not None and "apart" not in self._without and not _is_apart(place, where, level):
            return False
        if "latency" in self._without:
            return True
        for key in ((part.tier, other.tier), (other.tier, part.tier)):
            bound = self._demand.bounds.get(key)
            if bound is not None:
                known = between(self._table, place, where)
                if known is None or known > bound:
                    return False
        return True

    def _joins(self, part: Part, place: Location, placed: Sequence[tuple[Part, Location]]) -> bool:
        """With one-part tiers, and tiers that are all there already, together can be seen at once."""
        if "together" in self._without:
            return True
        for one, other, level in self._together:
            if part.tier not in (one, other):
                continue
            wanted = other if part.tier == one else one
            there = [domain(where, level) for each, where in placed if each.tier == wanted]
            if len(there) == len(self._demand.of(wanted)):
                here = domain(place, level)
                if here is None or here not in there:
                    return False
        return True

    def _least(self, placed: Sequence[tuple[Part, Location]]) -> bool:
        names = list(dict.fromkeys(part.tier for part, _ in placed))
        for what, least in (("sites", self._demand.least_sites), ("cities", self._demand.least_cities)):
            if least <= 1 or what in self._without:
                continue
            if len(_of(what, [place for _, place in placed])) < least:
                return False
            for name in names:
                mine = [(part, place) for part, place in placed if part.tier == name]
                instances = sum(part.count for part, _ in mine)
                if instances > 1 and len(_of(what, [place for _, place in mine])) < min(least, instances):
                    return False
        return True


def _of(what: str, places: Sequence[Location]) -> set[str]:
    """A city nobody named is none."""
    return {site(one) for one in places} if what == "sites" else {one.city for one in places if one.city}


def _differ(one: Location, other: Location, level: str) -> bool:
    here, there = domain(one, level), domain(other, level)
    return here is not None and there is not None and here != there


def _is_apart(one: Location, other: Location, level: str) -> bool:
    if level != "host" or one.place != other.place:
        return level == "host" or _differ(one, other, level)
    # In one place with enough hosts they can be kept apart there.
    return one.ownership == "public" if one.hosts is None else one.hosts >= 2


def crowding(placed: Sequence[tuple[Part, Location]]) -> float:
    """0: no two parts of a tier are at one site; 1: all of them are."""
    pairs = [
        (one[1], other[1]) for one, other in combinations(placed, 2) if one[0].tier == other[0].tier
    ]  # fmt: skip
    return sum(site(one) == site(other) for one, other in pairs) / len(pairs) if pairs else 0.0
