"""Finds the best places for all parts together: branch and bound, exact until its number of steps is used up. Pure.

Ordered groups come first, then the weighed penalties. Whoever is cut short says so: what was found is then good, and
what was not found may still be possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcm.placement.demand import Demand, Part
from mcm.placement.filters import Bucket
from mcm.placement.locations import Location
from mcm.placement.meeting import Meeting, crowding, site
from mcm.placement.scoring import Option

MAX_STEPS = 30_000
KEPT = 2
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Found:
    """options: one for each part, in the order of the parts. egress: of traffic between tiers, in a month; unpriced:
    how many such edges have no price. value: (sum of groups, penalty), the smaller the better."""

    options: tuple[Option, ...]
    value: tuple[int, float]
    cost: float
    egress: float
    unpriced: int
    crowding: float


@dataclass(slots=True)
class Result:
    best: list[Found] = field(default_factory=list)
    steps: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """options: of each part, the best first; parts that are alike share one list. buckets: by location. scale, weights:
    as of the options' penalties. pinned: parts that are where they are, and take no room that is not taken already."""

    demand: Demand
    options: Mapping[str, Sequence[Option]]
    buckets: Mapping[str, Sequence[Bucket]]
    meeting: Meeting
    weights: Mapping[str, float]
    scale: float
    budget: float | None = None
    capacity: bool = True
    pinned: frozenset[str] = frozenset()


class Search:
    def __init__(self, problem: Problem, most: int = MAX_STEPS, keep: int = KEPT) -> None:
        self._problem, self._most, self._keep = problem, most, keep
        self._parts = _order(problem)
        self._needs = [part.need.times(0 if part.key in problem.pinned else part.count) for part in self._parts]
        self._tiers = {part.tier: sum(one.count for one in problem.demand.of(part.tier)) for part in self._parts}
        lowest = [problem.options[part.key] for part in self._parts]
        self._groups = [int(one) for one in _suffix([min((one.group for one in each), default=0) for each in lowest])]
        self._static = _suffix([min((one.static for one in each), default=0.0) for each in lowest])
        self._costs = _suffix([min((one.cost or 0.0 for one in each), default=0.0) for each in lowest])
        self._pairs = sum(
            1 for index, one in enumerate(self._parts) for other in self._parts[:index] if one.tier == other.tier
        )
        self._taken: dict[tuple[str, str], float] = {}
        self._chosen: list[Option] = []
        self._ranks: list[int] = []
        self.result = Result()

    def run(self) -> Result:
        if all(self._problem.options[part.key] for part in self._parts):
            self._go(0, 0, 0.0, 0.0, 0.0, 0)
        return self.result

    def _go(self, index: int, group: int, penalty: float, cost: float, egress: float, unpriced: int) -> None:
        if index == len(self._parts):
            self._keep_if_good(group, penalty, cost, egress, unpriced)
            return
        part = self._parts[index]
        placed = self._placed()
        first = self._first(index)
        for rank, option in enumerate(self._problem.options[part.key]):
            if rank < first:
                continue
            if self.result.steps >= self._most:
                self.result.cut = True
                return
            least = group + option.group + self._groups[index + 1], penalty + option.static + self._static[index + 1]
            if not self._promising(least):
                # The others are no better.
                break
            self.result.steps += 1
            if not self._fits(index, option.place) or not self._problem.meeting.may(part, option.place, placed):
                continue
            more, without = self._edges(part, option, placed)
            spent = cost + (option.cost or 0.0) + more
            budget = self._problem.budget
            if budget is not None and spent + self._costs[index + 1] > budget + _TOLERANCE:
                continue
            weighed = penalty + option.static + self._weighed(part, option.place, placed, more)
            self._take(index, option.place, 1)
            self._chosen.append(option)
            self._ranks.append(rank)
            self._go(index + 1, group + option.group, weighed, spent, egress + more, unpriced + without)
            self._ranks.pop()
            self._chosen.pop()
            self._take(index, option.place, -1)
            if self.result.cut:
                return

    def _placed(self) -> list[tuple[Part, Location]]:
        return [(part, option.place) for part, option in zip(self._parts, self._chosen, strict=False)]

    def _first(self, index: int) -> int:
        """Parts that are alike are not tried in every order."""
        if not index:
            return 0
        one, before = self._parts[index], self._parts[index - 1]
        same = one.tier == before.tier and one.count == before.count
        return self._ranks[-1] if same and self._problem.options[one.key] is self._problem.options[before.key] else 0

    def _promising(self, least: tuple[int, float]) -> bool:
        if len(self.result.best) < self._keep:
            return True
        worst = self.result.best[-1].value
        return (least[0], least[1] + _TOLERANCE) < worst

    def _fits(self, index: int, place: Location) -> bool:
        if not self._problem.capacity:
            return True
        return all(
            self._taken.get((one.key, one.resource), 0.0) + self._needs[index][one.resource] <= one.left + _TOLERANCE
            for one in self._problem.buckets[place.id]
            if self._needs[index][one.resource]
        )

    def _take(self, index: int, place: Location, sign: int) -> None:
        for key, resource in {(one.key, one.resource) for one in self._problem.buckets[place.id]}:
            self._taken[key, resource] = self._taken.get((key, resource), 0.0) + sign * self._needs[index][resource]

    def _edges(
        self, part: Part, option: Option, placed: Sequence[tuple[Part, Location]]
    ) -> tuple[float, int]:  # fmt: skip
        """(what traffic with those before costs, edges without a price)"""
        total, unpriced = 0.0, 0
        for (other, where), chosen in zip(placed, self._chosen, strict=True):
            if where.area == option.place.area:
                continue
            for source, target, gb_price in ((part, other, option.gb), (other, part, chosen.gb)):
                gb = self._problem.demand.traffic.get((source.tier, target.tier))
                if not gb:
                    continue
                if gb_price is None:
                    unpriced += 1
                else:
                    total += source.count * gb * target.count / self._tiers[target.tier] * gb_price
        return total, unpriced

    def _weighed(self, part: Part, place: Location, placed: Sequence[tuple[Part, Location]], egress: float) -> float:
        weights, scale = self._problem.weights, self._problem.scale
        same = sum(1 for other, where in placed if other.tier == part.tier and site(where) == site(place))
        crowded = same / self._pairs if self._pairs else 0.0
        return weights["cost"] * (egress / scale if scale else 0.0) + weights["spread"] * crowded

    def _keep_if_good(self, group: int, penalty: float, cost: float, egress: float, unpriced: int) -> None:
        placed = self._placed()
        if not self._problem.meeting.whole(placed):
            return
        value = (group, round(penalty, 9))
        if not self._promising(value):
            return
        by_key = {part.key: option for part, option in zip(self._parts, self._chosen, strict=True)}
        options = tuple(by_key[part.key] for part in self._problem.demand.parts)
        self.result.best.append(Found(options, value, cost, egress, unpriced, crowding(placed)))
        self.result.best.sort(key=lambda one: (one.value, [each.place.id for each in one.options]))
        del self.result.best[self._keep :]


def _order(problem: Problem) -> list[Part]:
    """Those with the least choice first, all of a tier one after the other."""
    fewest = {
        part.tier: min(len(problem.options[one.key]) for one in problem.demand.of(part.tier))
        for part in problem.demand.parts
    }
    largest = {
        part.tier: max(one.need.times(one.count)["vcpus"] for one in problem.demand.of(part.tier))
        for part in problem.demand.parts
    }
    return sorted(
        problem.demand.parts, key=lambda part: (fewest[part.tier], -largest[part.tier], part.tier, part.number)
    )  # fmt: skip


def _suffix(values: Sequence[float]) -> list[float]:
    """The sum of a value and all behind it, and 0 behind the last."""
    found = [0.0] * (len(values) + 1)
    for index in range(len(values) - 1, -1, -1):
        found[index] = found[index + 1] + values[index]
    return found
