"""How good a place is for a part of a workload: penalties from 0 (nothing better) to 1, by what is weighed. Pure.

A penalty that hangs on where other parts are (egress, spread) is added by the search.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcm.placement.demand import Part
from mcm.placement.locations import Location
from mcm.placement.pricing import money

WEIGHTS: Mapping[str, float] = {"cost": 50.0, "headroom": 20.0, "steadiness": 10.0, "spread": 10.0, "preference": 10.0}
# Neither full nor empty, where nobody measured.
_UNKNOWN_USE = 0.5


@dataclass(frozen=True, slots=True)
class Option:
    """One place for one part. group: its rank among ordered groups, the first is 0. cost: of the part in a month; None:
    not known. gb: of one GB to another region or cloud. penalties: by what is weighed, without what hangs on others."""

    place: Location
    group: int
    cost: float | None
    gb: float | None
    penalties: Mapping[str, float]
    static: float


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Of a whole of 1."""
    # In one order: what is kept may come back in another, and sums of floats hang on it.
    whole = sum(weights.get(name, 0.0) for name in WEIGHTS) or 1.0
    return {name: weights.get(name, 0.0) / whole for name in WEIGHTS}


def group_of(place: Location, groups: Sequence[str]) -> int:
    """The first group that means the place, by ownership, id, account or `label:…`; what none means comes last."""
    for index, wanted in enumerate(groups):
        names = {place.ownership, place.id, place.account, *(f"label:{one}" for one in place.labels)}
        if wanted in names:
            return index
    return len(groups)


def cost_of(price: Mapping[str, Any], part: Part, count: int) -> float | None:
    amount = money(price["amount"])
    return None if amount is None else float(amount) * part.count / count


def options(
    part: Part,
    places: Sequence[Location],
    prices: Mapping[str, Mapping[str, Any]],
    preference: Mapping[str, float],
    running: Collection[str],
    groups: Sequence[str],
    weights: Mapping[str, float],
    *,
    count: int,
    scale: float,
    parts: int,
) -> list[Option]:
    """The best first. scale: what all parts cost where each is dearest; parts: how many there are."""
    known = [cost for one in places if (cost := cost_of(prices[one.id], part, count)) is not None]
    dearest = max(known, default=0.0)
    found = []
    for one in places:
        cost = cost_of(prices[one.id], part, count)
        penalties = {
            # What has no price is taken for the dearest.
            "cost": (dearest if cost is None else cost) / scale if scale else 0.0,
            "headroom": _use(one, part) / parts,
            "steadiness": (1.0 if running and one.id not in running else 0.0) / parts,
            "preference": (1.0 - preference.get(one.id, 1.0)) / parts,
        }
        static = sum(weights[name] * value for name, value in penalties.items())
        gb = money(prices[one.id]["gb"])
        found.append(
            Option(
                one, group_of(one, groups), cost, float(gb) if gb is not None else None,
                {name: round(value, 9) for name, value in penalties.items()}, round(static, 9),
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: (each.group, each.static, each.place.id))


def _use(place: Location, part: Part) -> float:
    """The used share of the scarcer of vcpus and memory with the part on it."""
    found = []
    wanted = part.need.times(part.count)
    for name in ("vcpus", "memory_gib"):
        total, room = place.measure(name).total, place.room(name)
        if total and room is not None:
            found.append(min(max(1 - (room - wanted[name]) / total, 0.0), 1.0))
    return max(found, default=_UNKNOWN_USE)
