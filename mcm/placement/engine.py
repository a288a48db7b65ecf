"""Everything a decision is made of, from inputs that are kept as JSON: which tier may go where, and how good that is.

Pure: nothing here reads a clock, a database or a setting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mcm.placement import keeping, ruling
from mcm.placement.demand import Demand, Part, demand
from mcm.placement.filters import Bucket, Check, buckets, checks, failed
from mcm.placement.locations import Location
from mcm.placement.meeting import Meeting
from mcm.placement.scoring import Option, cost_of, options, shares
from mcm.placement.search import Problem
from mcm.workloads.documents import Tier, Workload


@dataclass(frozen=True, slots=True)
class Cell:
    """A tier at a place. preference: 0 to 1, of soft policies; said: what policies say against it or besides."""

    checks: tuple[Check, ...]
    preference: float
    said: tuple[Mapping[str, Any], ...]

    @property
    def allowed(self) -> bool:
        return all(one.ok for one in self.checks)


class Decision:
    """One decision while it is made."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = inputs
        self.workload = Workload.model_validate(inputs["workload"])
        self.demand: Demand = demand(self.workload)
        self.now = datetime.fromisoformat(inputs["now"])
        self.places = [keeping.rebuilt(one) for one in inputs["places"]]
        self.weights = shares(inputs["weights"])
        self.table = {
            key: ms
            for level, one, other, ms in inputs["latencies"]
            for key in ((level, one, other), (level, other, one))
        }
        self.tiers = {tier.name: tier for tier in self.workload.tiers}
        self.policies = ruling.rebuilt(inputs["policies"], self.now)
        self.private_used = ruling.private_used(self.places)
        self.cells = {tier.name: self._cells(tier) for tier in self.workload.tiers}
        self.scale = self._scale()

    def _cells(self, tier: Tier) -> dict[str, Cell]:
        inputs = self.inputs
        prices, choices = inputs["prices"][tier.name], inputs["choices"][tier.name]
        smallest = min(self.demand.of(tier.name), key=lambda part: part.count)
        policies = self.policies
        subject = ruling.subject(self.workload, tier, inputs["tenant"])
        facts = [self._facts(one, prices[one.id]) for one in self.places]
        judgement = ruling.judged(policies, subject, facts, self.now, self.private_used)
        found = {}
        for index, place in enumerate(self.places):
            room = inputs["rooms"].get(place.tenant_id, {})
            own = checks(self.workload, tier, smallest, place, prices[place.id], choices[place.id], room)
            reasons = judgement.reasons(0, index)
            said = [ruling.told(one) for one in reasons]
            against = [
                Check(f"policy:{one['policy']}", False, one)
                for one, reason in zip(said, reasons, strict=True)
                if reason.denies
            ]
            if not judgement.allowed[0][index] and not against:
                # Whatever the reasons tell, the mask is what holds.
                against = [Check("policy:?", False, {"policy": "?", "version": 0, "message": "", "message_zh": ""})]
            denied = {one.rule for one in against}
            passed = [
                Check(rule, True) for each in policies if (rule := f"policy:{each.id}") not in denied and not each.soft
            ]
            beside = tuple(one for one, reason in zip(said, reasons, strict=True) if not reason.denies)
            found[place.id] = Cell((*own, *against, *passed), judgement.score[0][index], beside)
        return found

    def _facts(self, place: Location, price: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = dict(place.facts())
        if price["amount"] is not None:
            found |= {"location.cost": float(price["amount"]), "location.currency": price["currency"]}
        users = self.inputs["users_at"]
        if users is not None:
            known = 0.0 if users in (place.site, place.city) and ("site", users, users) not in self.table else None
            for level, name in (("site", place.site), ("city", place.city)):
                if known is None and name is not None:
                    known = self.table.get((level, users, name))
            if known is not None:
                found["location.latency_ms"] = known
        return found

    def _scale(self) -> float:
        dearest = 0.0
        for part in self.demand.parts:
            prices = self.inputs["prices"][part.tier]
            costs = [cost_of(prices[one.id], part, self.tiers[part.tier].count) for one in self.places]
            dearest += max((one for one in costs if one is not None), default=0.0)
        return dearest

    def options(self) -> dict[str, list[Option]]:
        """Of each part: the places that nothing keeps it from; parts that are alike share one list."""
        found: dict[str, list[Option]] = {}
        alike: dict[tuple[Any, ...], list[Option]] = {}
        pins, without = self.inputs["pins"], self.inputs["without"]
        for part in self.demand.parts:
            pinned, banned = pins.get(part.key), tuple(without.get(part.tier, ()))
            key = (part.tier, part.count, pinned)
            if key not in alike:
                cells = self.cells[part.tier]
                places = [
                    one
                    for one in self.places
                    if (cells[one.id].allowed and one.id not in banned and pinned is None) or one.id == pinned
                ]
                alike[key] = options(
                    part, places, self.inputs["prices"][part.tier],
                    {ident: cell.preference for ident, cell in cells.items()},
                    self.inputs["running"].get(part.tier, ()), self.inputs["groups"], self.weights,
                    count=self.tiers[part.tier].count, scale=self.scale, parts=len(self.demand.parts),
                )  # fmt: skip
            found[part.key] = alike[key]
        return found

    def problem(self, found: Mapping[str, Sequence[Option]], without: str = "") -> Problem:
        budget = self.workload.budget
        return Problem(
            self.demand, found, self._buckets(), Meeting(self.demand, self.table, {without} - {""}), self.weights,
            self.scale, float(budget.amount) if budget is not None and without != "budget" else None,
            without != "capacity", frozenset(self.inputs["pins"]),
        )  # fmt: skip

    def _buckets(self) -> dict[str, list[Bucket]]:
        return {one.id: buckets(one, self.inputs["rooms"].get(one.tenant_id, {})) for one in self.places}


@dataclass(frozen=True, slots=True)
class Against:
    """What stands in the way of a place that was chosen before. rule `capacity` or `meeting`: of all parts together."""

    tier: str
    location: str
    rule: str
    values: Mapping[str, Any]


def against(inputs: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]]) -> list[Against]:
    """Whether what was chosen still holds, by the inputs of now: every hard rule, room for all of it, who is where."""
    made = Decision(inputs)
    places = {one.id: one for one in made.places}
    where = {f"{one['tier']}#{one['part']}": str(one["location"]) for one in chosen}
    found: list[Against] = []
    placed: list[tuple[Part, Location]] = []
    taken: dict[tuple[str, str], float] = {}
    problem = made.problem(made.options())
    for part in made.demand.parts:
        location = where.get(part.key, "")
        place = places.get(location)
        if place is None:
            found.append(Against(part.tier, location, "gone", {}))
            continue
        cell = made.cells[part.tier][location]
        found += [Against(part.tier, location, one.rule, one.values) for one in failed(cell.checks)]
        needs = part.need.times(part.count)
        for one in problem.buckets[location]:
            key = one.key, one.resource
            taken[key] = taken.get(key, 0.0) + needs[one.resource]
            if taken[key] > one.left + 1e-9 and needs[one.resource]:
                values = {"resource": one.resource, "needed": taken[key], "room": one.left}
                found.append(Against(part.tier, location, "capacity", values))
        if not problem.meeting.may(part, place, placed):
            found.append(Against(part.tier, location, "meeting", {}))
        placed.append((part, place))
    if len(placed) == len(made.demand.parts) and not problem.meeting.whole(placed):
        found.append(Against(placed[0][0].tier, placed[0][1].id, "meeting", {}))
    return found
