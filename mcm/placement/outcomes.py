"""The decision: from inputs to an outcome, both kept as JSON. The same inputs again give the same outcome, and hash."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mcm.placement.demand import Demand
from mcm.placement.engine import Cell, Decision
from mcm.placement.filters import Check, failed
from mcm.placement.meeting import CONSTRAINTS
from mcm.placement.scoring import Option
from mcm.placement.search import Found, Result, Search

# How many steps it takes to see whether something is possible without one of its constraints.
_RELAXED = 3_000
Outcome = dict[str, Any]


def decide(inputs: Mapping[str, Any]) -> Outcome:
    """Raises Contradiction. `inputs`: what `gathering.inputs` gives."""
    made = Decision(inputs)
    found = made.options()
    result = Search(made.problem(found)).run()
    outcome: Outcome = {
        "feasible": bool(result.best),
        "cut": result.cut,
        "steps": result.steps,
        "weights": {name: round(value, 6) for name, value in made.weights.items()},
        "chosen": assignment(made, result.best[0]) if result.best else None,
        "runner_up": assignment(made, result.best[1]) if len(result.best) > 1 else None,
        "candidates": candidates(made, found, result),
        "policies": [{"id": one["id"], "version": one["version"], "hash": one["hash"]} for one in inputs["policies"]],
        "stale": sorted({sentence for place in made.places for sentence in place.stale}),
        "impossible": None if result.best else impossible(made, found, result),
    }
    return outcome


def digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def assignment(made: Decision, found: Found) -> dict[str, Any]:
    parts = []
    for part, option in zip(made.demand.parts, found.options, strict=True):
        choice = made.inputs["choices"][part.tier][option.place.id]
        parts.append(
            {
                "tier": part.tier, "part": part.number, "count": part.count, "location": option.place.id,
                "account": option.place.account, "region": option.place.region, "zone": option.place.zone,
                "group": option.group, "cost": _rounded(option.cost), "needs": part.need.times(part.count),
                "image": choice["image_name"], "flavor": choice["flavor_name"],
            }
        )  # fmt: skip
    known = [option.cost for option in found.options]
    return {
        "parts": parts,
        "score": round(1 - found.value[1], 6),
        "group": found.value[0],
        # Nothing known is no 0.
        "cost": _rounded(sum(one for one in known if one is not None) + found.egress)
        if any(one is not None for one in known)
        else None,
        "complete": None not in known and not found.unpriced,
        "egress": _rounded(found.egress),
        "unpriced_edges": found.unpriced,
        "currency": made.inputs["currency"],
        "crowding": round(found.crowding, 6),
    }


def candidates(made: Decision, found: Mapping[str, Sequence[Option]], result: Result) -> list[dict[str, Any]]:
    """Every tier at every place, also those that something keeps away."""
    chosen = _where(made.demand, result.best[0]) if result.best else {}
    second = _where(made.demand, result.best[1]) if len(result.best) > 1 else {}
    rows = []
    for tier in made.workload.tiers:
        parts = made.demand.of(tier.name)
        scored = {option.place.id: option for option in found[parts[0].key]}
        for place in made.places:
            cell = made.cells[tier.name][place.id]
            price = made.inputs["prices"][tier.name][place.id]
            rows.append(
                {
                    "tier": tier.name, "location": place.id, "ownership": place.ownership, "allowed": cell.allowed,
                    "as_of": place.as_of.isoformat() if place.as_of is not None else None,
                    "failed": _told(failed(cell.checks)),
                    "unknown": _told([one for one in cell.checks if one.ok and one.unknown]),
                    "passed": [one.rule for one in cell.checks if one.ok and not one.unknown],
                    "said": [dict(one) for one in cell.said], "cost": price["amount"], "currency": price["currency"],
                    "basis": price["basis"], "complete": price["complete"], "points": price["points"],
                    "score": _score(made, scored.get(place.id), len(made.demand.parts)),
                    "chosen": place.id in chosen.get(tier.name, ()), "runner_up": place.id in second.get(tier.name, ()),
                }
            )  # fmt: skip
    return rows


def _score(made: Decision, option: Option | None, parts: int) -> dict[str, Any] | None:
    """Each from 0 to 1, the better the higher, as if the tier were alone; None: not a candidate."""
    if option is None:
        return None
    found = {
        name: round(1 - min(value * (1 if name == "cost" else parts), 1.0), 6)
        for name, value in option.penalties.items()
    }
    total = sum(made.weights[name] * value for name, value in found.items()) + made.weights["spread"]
    return {"parts": found, "total": round(total, 6), "group": option.group}


def _where(demand: Demand, found: Found) -> dict[str, set[str]]:
    where: dict[str, set[str]] = {}
    for part, option in zip(demand.parts, found.options, strict=True):
        where.setdefault(part.tier, set()).add(option.place.id)
    return where


def impossible(made: Decision, found: Mapping[str, Sequence[Option]], result: Result) -> dict[str, Any]:
    """What would make it fit: of tiers that may go nowhere the nearest place; else which constraints are too much."""
    nowhere = [tier.name for tier in made.workload.tiers if not found[made.demand.of(tier.name)[0].key]]
    tiers = [_nearest(made, name) for name in nowhere]
    relaxed = []
    if not nowhere:
        for name in CONSTRAINTS:
            if _asked(made, name) and Search(made.problem(found, name), _RELAXED, 1).run().best:
                relaxed.append(name)
    return {"tiers": tiers, "without": relaxed, "proven": not result.cut, "places": len(made.places)}


def _asked(made: Decision, name: str) -> bool:
    asked = made.demand
    given: dict[str, Any] = {
        "together": asked.together, "apart": asked.apart, "spread": any(part.alone for part in asked.parts),
        "sites": asked.least_sites > 1, "cities": asked.least_cities > 1, "latency": asked.bounds,
        "budget": made.workload.budget is not None, "capacity": True,
    }  # fmt: skip
    return bool(given[name])


def _nearest(made: Decision, tier: str) -> dict[str, Any]:
    """The place that the fewest rules keep it from, and how many places each rule keeps it from."""
    cells = made.cells[tier]
    blocked: dict[str, int] = {}
    for cell in cells.values():
        for one in failed(cell.checks):
            blocked[one.rule] = blocked.get(one.rule, 0) + 1
    nearest = min(cells, key=lambda ident: (len(failed(cells[ident].checks)), _lack(cells[ident]), ident), default=None)
    return {
        "tier": tier,
        "nearest": nearest,
        "lacks": _told(failed(cells[nearest].checks)) if nearest else [],
        "blocked": dict(sorted(blocked.items(), key=lambda item: (-item[1], item[0]))),
    }


def _lack(cell: Cell) -> float:
    """How far the numbers are from enough, as a share of what is needed."""
    found = 0.0
    for one in failed(cell.checks):
        needed, room = one.values.get("needed"), one.values.get("room")
        if isinstance(needed, int | float) and isinstance(room, int | float) and needed:
            found += (needed - room) / needed
        else:
            found += 1.0
    return found


def _told(found: Sequence[Check]) -> list[dict[str, Any]]:
    return [{"rule": one.rule, "values": dict(one.values)} for one in found]


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}".rstrip("0").rstrip(".")
