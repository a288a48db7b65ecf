"""From what is where to a problem in numbers, for each goal. Pure.

Costs of the goals rebalance and consolidate are moves: 1 for each. Those of cost and evacuate are amounts of money in a
month, with what a move must save at least, and a share of the dearest price for what soft policies speak against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from mcm.optimizer.picture import Picture, Thing
from mcm.optimizer.problem import Amounts, Apart, Bounds, Item, Place, Problem, Step, Together
from mcm.optimizer.schemas import OptimizationCreate
from mcm.placement.locations import Location, Measure

_MIB = 1024.0
# What a place that soft policies speak against altogether costs more, as a share of the dearest known price.
_PREFERENCE = 0.25
# Taking disks away is paid once: what is moved to save is to have saved it after so many months.
_PAID_BACK_MONTHS = 12
_OPEN = 1_000.0
# Used shares beyond the mean from which a place is unbalanced, and beyond which any is, with what moving a thing of
# median size from there is worth, in moves.
_UNEVEN = ((0.05, 1.5), (0.15, 3.0))
_HOT = (0.9, 6.0)


@dataclass(frozen=True, slots=True)
class Built:
    """things: of each item its index in the picture. spots: of each place its location, and its host if it is one."""

    problem: Problem
    things: list[int]
    spots: list[tuple[int, int | None]]
    origins: list[tuple[int | None, int | None]]
    skipped: list[tuple[str, dict[str, object]]]


def built(picture: Picture, asked: OptimizationCreate, egress: Mapping[int, Decimal | None]) -> Built:
    """egress: by thing, what taking it from its home costs once."""
    if asked.goal in ("rebalance", "consolidate") and (asked.level == "host" or asked.goal == "consolidate"):
        return _over_hosts(picture, asked)
    return _over_locations(picture, asked, egress)


def _over_locations(picture: Picture, asked: OptimizationCreate, egress: Mapping[int, Decimal | None]) -> Built:
    gone = {index for index, one in enumerate(picture.locations) if _leaves(one, asked)}
    indices = [index for index in range(len(picture.locations)) if index not in gone]
    number = {location: place for place, location in enumerate(indices)}
    balanced = asked.goal == "rebalance"
    items: list[Item] = []
    origins: list[tuple[int | None, int | None]] = []
    for index, thing in enumerate(picture.things):
        home = number.get(thing.home) if thing.home is not None else None
        if balanced:
            costs = {number[at]: 0.0 for at in indices if _may(thing, at, picture.locations[at])}
            items.append(Item(thing.name, thing.needs, costs, home, 1.0))
        else:
            costs = _money(picture, thing, number)
            moving = _moving(asked, costs, egress.get(index, Decimal(0))) if home is not None else 0.0
            items.append(Item(thing.name, thing.needs, costs, home, moving))
        origins.append((thing.home, None))
    places = _places(picture, indices, items, balanced=balanced)
    apart, together = _groups(picture, list(range(len(items))))
    steps = _steps(places, items) if balanced else ()
    problem = Problem(places, items, apart, together, steps)
    return Built(problem, list(range(len(items))), [(at, None) for at in indices], origins, [])


def _money(picture: Picture, thing: Thing, number: Mapping[int, int]) -> dict[int, float]:
    """What nobody can price is as dear as the dearest known, and at home as cheap as the cheapest: nothing is moved for
    a saving that nobody knows."""
    known = {at: float(price.amount) for at, price in thing.prices.items() if price.amount is not None}
    dearest, cheapest = max(known.values(), default=1.0), min(known.values(), default=0.0)
    return {
        number[at]: known.get(at, cheapest if at == thing.home else 2 * dearest + 1)
        + (1 - thing.score[at]) * _PREFERENCE * dearest
        for at in number
        if _may(thing, at, picture.locations[at])
    }


def _moving(asked: OptimizationCreate, costs: Mapping[int, float], egress: Decimal | None) -> float:
    """What is paid for leaving home. Where nobody knows what taking its disks away costs, more than any place could
    save: it is moved where it must be, and not for a saving that nobody knows."""
    once = float(egress) / _PAID_BACK_MONTHS if egress is not None else 2 * max(costs.values(), default=0.0) + 1
    return float(asked.least_saving) + once


def _may(thing: Thing, at: int, location: Location) -> bool:
    return at not in thing.blocked and (at == thing.home or not beyond_hosts(thing, location))


def beyond_hosts(thing: Thing, location: Location) -> dict[str, float]:
    """How much one of it is larger than what is free on any host, where that is known."""
    found = {}
    each = thing.needs[0] / max(thing.count, 1), thing.needs[1] / _MIB / max(thing.count, 1)
    for name, need in zip(("vcpus", "memory_gib"), each, strict=True):
        for one in location.measures.get(name, ()):
            if one.largest is not None and need > one.largest:
                found[name] = round(need - one.largest, 6)
    return found


def _leaves(location: Location, asked: OptimizationCreate) -> bool:
    if asked.goal != "evacuate":
        return False
    return asked.account in (location.account, location.account_id) if asked.account else location.site == asked.site


def _places(picture: Picture, indices: Sequence[int], items: Sequence[Item], *, balanced: bool) -> list[Place]:
    here = [[0.0] * 4 for _ in indices]
    for item in items:
        if item.home is not None:
            for resource, need in enumerate(item.needs):
                here[item.home][resource] += need
    zones: dict[str, int] = {}
    for index in indices:
        area = picture.locations[index].area
        zones[area] = zones.get(area, 0) + 1
    found = []
    for place, index in enumerate(indices):
        one = picture.locations[index]
        # In the order of `problem.RESOURCES`.
        rooms = [_room(one, name, zones[one.area]) for name in ("vcpus", "memory_gib", "disk_gib", "gpus")]
        bounds = [
            _bound(one, room, used, scale, disk=number == 2)
            for number, (room, used, scale) in enumerate(zip(rooms, here[place], (1, _MIB, 1, 1), strict=True))
        ]
        capacity: Bounds = (bounds[0], bounds[1], bounds[2], bounds[3])
        parts = {"account": one.account_id, "zone": one.place}
        parts |= {level: value for level, value in (("site", one.site), ("city", one.city)) if value}
        found.append(Place(one.id, capacity, parts, balanced=balanced and capacity[0] is not None))
    return found


def _room(location: Location, name: str, zones: int) -> float | None:
    """What is free by the tightest measure. Room that zones share is divided among them: less than there is, never
    more. None: not known."""
    found = [
        _left(location, name, one) / (zones if one.shared else 1)
        for one in location.measures.get(name, ())
        if one.free is not None
    ]
    return min(found) if found else None


def _left(location: Location, name: str, measure: Measure) -> float:
    assert measure.free is not None
    held = location.area_reserved if measure.shared else location.reserved
    return max(measure.free - held.get(name, 0.0), 0.0)


def _bound(location: Location, room: float | None, used: float, scale: float, *, disk: bool) -> float | None:
    """As for one workload (`mcm.placement.filters`): what nobody measured is taken for granted of a public cloud, and
    of disks, as many private clouds tell no one how much storage they have."""
    if room is None:
        return None if location.ownership == "public" or disk else used
    return room * scale + used


def _over_hosts(picture: Picture, asked: OptimizationCreate) -> Built:
    """Only within one place: what runs can be moved there while it runs."""
    chosen = [index for index, host in enumerate(picture.hosts) if None not in host.capacity]
    number = {one: place for place, one in enumerate(chosen)}
    things = [index for index, one in enumerate(picture.things) if one.host in number and one.kind == "instance"]
    at: dict[int, list[int]] = {}
    for place, chosen_host in enumerate(chosen):
        at.setdefault(picture.hosts[chosen_host].location, []).append(place)
    items: list[Item] = []
    origins: list[tuple[int | None, int | None]] = []
    for index in things:
        thing = picture.things[index]
        assert thing.host is not None
        home = number[thing.host]
        goes = at[picture.hosts[thing.host].location] if thing.migrates else [home]
        # Disks are on what all hosts share, or go along: they bound nothing here.
        needs: Amounts = (thing.needs[0], thing.needs[1], 0.0, 0.0)
        items.append(Item(thing.name, needs, dict.fromkeys(goes, 0.0), home, 1.0))
        origins.append((thing.home, thing.host))
    mine = [[0.0, 0.0] for _ in chosen]
    for item in items:
        assert item.home is not None
        for resource in (0, 1):
            mine[item.home][resource] += item.needs[resource]
    consolidate = asked.goal == "consolidate"
    places = []
    for place, index in enumerate(chosen):
        host = picture.hosts[index]
        bounds = []
        for resource in (0, 1):
            whole, told = host.capacity[resource] or 0.0, host.used[resource]
            others = max((told or 0.0) - mine[place][resource], 0.0)
            keep = whole * (1 - asked.reserve) if consolidate else whole
            bounds.append(max(keep - others, mine[place][resource]))
        # What is not ours to move stays, and keeps the host on.
        emptied = consolidate and (host.used[0] or 0.0) <= mine[place][0] + 1e-9
        parts = {"zone": str(host.location)}
        places.append(
            Place(f"{picture.locations[host.location].id} {host.name}", (bounds[0], bounds[1], None, None), parts,
                  _OPEN if emptied else 0.0, not consolidate)
        )  # fmt: skip
    unknown = sum(one.kind == "instance" for one in picture.things) - len(things)
    skipped: list[tuple[str, dict[str, object]]] = [("host_unknown", {"count": unknown})] if unknown else []
    stuck = sum(not picture.things[index].migrates for index in things)
    skipped += [("cannot_migrate", {"count": stuck})] if stuck else []
    steps = () if consolidate else _steps(places, items)
    spots: list[tuple[int, int | None]] = [(picture.hosts[one].location, one) for one in chosen]
    return Built(Problem(places, items, (), (), steps), things, spots, origins, skipped)


def _steps(places: Sequence[Place], items: Sequence[Item]) -> tuple[Step, ...]:
    total, used, sizes = 0.0, 0.0, []
    for place in places:
        if place.balanced and place.capacity[0]:
            total += place.capacity[0]
    for item in items:
        if item.home is not None and (bound := places[item.home].capacity[0]) and places[item.home].balanced:
            used += item.needs[0]
            sizes.append(item.needs[0] / bound)
    if not total or not sizes or not median(sizes):
        return ()
    mean, each = used / total, median(sizes)
    found = [Step(min(mean + beyond, 1.0), worth / each) for beyond, worth in _UNEVEN]
    return (*found, Step(_HOT[0], _HOT[1] / each))


def _groups(picture: Picture, things: Sequence[int]) -> tuple[list[Apart], list[Together]]:
    number = {thing: item for item, thing in enumerate(things)}
    apart, together = [], []
    for group in picture.groups:
        members = tuple(number[one] for one in group.members if one in number)
        if len(members) > 1:
            if group.together:
                together.append(Together(group.level, members))
            else:
                apart.append(Apart(group.level, members))
    return apart, together
