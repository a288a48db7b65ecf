"""Why an item was left over: the constraint that blocks it, and what would make it fit. Codes with parameters, pure.

Each reason holds for itself, whatever method found the answer: it is read off the problem and the rooms left over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcm.optimizer.measures import loads
from mcm.optimizer.problem import RESOURCES, TOLERANCE, Apart, Assignment, Problem

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """code: nowhere_allowed | too_large | too_few_parts | no_common_part | full | not_found.
    certain: no answer could place it. fits: what would make it fit, as parameters of the same code."""

    code: str
    certain: bool
    params: dict[str, Any] = field(default_factory=dict)


def reasons(
    problem: Problem, assignment: Assignment, full: Sequence[tuple[int, int, float]] = (), *, searched: bool = False
) -> dict[int, Reason]:
    """By item. full: what of which place would be worth most, from the search. searched: none leaves fewer over."""
    used = loads(problem, assignment)
    return {
        index: _reason(problem, used, full, searched, index) for index, place in enumerate(assignment) if place is None
    }


def _reason(
    problem: Problem, used: Sequence[Sequence[float]],
    full: Sequence[tuple[int, int, float]], searched: bool, index: int,
) -> Reason:  # fmt: skip
    item = problem.items[index]
    if not item.costs:
        return Reason("nowhere_allowed", True)
    too_large = _too_large(problem, index)
    if too_large is not None:
        return too_large
    for group in problem.apart:
        if index in group.members and group.penalty is None and (found := _too_few(problem, group)) is not None:
            return found
    for unit in problem.together:
        if index in unit.members:
            common = set.intersection(
                *(
                    {problem.places[place].part(unit.level) for place in _possible(problem, member)}
                    for member in unit.members
                )
            )
            if not common:
                names = [problem.items[member].id for member in unit.members]
                return Reason("no_common_part", True, {"level": unit.level, "with": names[:_MOST_NAMED]})
    return _full(problem, used, full, searched, index)


def _possible(problem: Problem, index: int) -> list[int]:
    """Where it may be and would fit if nothing else were there."""
    item = problem.items[index]
    return [
        place
        for place in item.costs
        if all(
            bound is None or need <= bound * (1 + TOLERANCE) + TOLERANCE
            for need, bound in zip(item.needs, problem.places[place].capacity, strict=True)
        )
    ]


def _too_large(problem: Problem, index: int) -> Reason | None:
    if _possible(problem, index):
        return None
    item = problem.items[index]
    lacking = {}
    # Where least is missing, and what of it.
    nearest, least = None, float("inf")
    for place in item.costs:
        short = {
            RESOURCES[number]: need - bound
            for number, (need, bound) in enumerate(zip(item.needs, problem.places[place].capacity, strict=True))
            if bound is not None and need > bound
        }
        share = sum(amount / max(item.needs[RESOURCES.index(name)], 1e-9) for name, amount in short.items())
        if share < least:
            nearest, least, lacking = place, share, short
    assert nearest is not None
    bounds = problem.places[nearest].capacity
    return Reason(
        "too_large",
        True,
        {
            "nearest": problem.places[nearest].id,
            "lacking": lacking,
            "capacity": {name: bounds[RESOURCES.index(name)] for name in lacking},
            "needs": {name: item.needs[RESOURCES.index(name)] for name in lacking},
            "allowed": len(item.costs),
        },
    )


def _too_few(problem: Problem, group: Apart) -> Reason | None:
    """Whether not even a best matching gives each member a part of its own (`most` of each part)."""
    choices = [
        sorted({problem.places[place].part(group.level) for place in _possible(problem, member)})
        for member in group.members
    ]
    holders: dict[tuple[str, int], int] = {}

    def give(member: int, seen: set[tuple[str, int]]) -> bool:
        for part in choices[member]:
            for seat in range(group.most):
                if (part, seat) in seen:
                    continue
                seen.add((part, seat))
                holder = holders.get((part, seat))
                if holder is None or give(holder, seen):
                    holders[part, seat] = member
                    return True
        return False

    placed = sum(give(member, set()) for member in range(len(group.members)))
    if placed == len(group.members):
        return None
    allowed = sorted({part.lstrip("\0") for parts in choices for part in parts})
    return Reason(
        "too_few_parts",
        True,
        {
            "level": group.level,
            "members": len(group.members),
            "needed": -(-len(group.members) // group.most),
            "allowed": len(allowed),
            "possible": placed,
            "parts": allowed[:_MOST_NAMED],
        },
    )


def _full(
    problem: Problem,
    used: Sequence[Sequence[float]],
    full: Sequence[tuple[int, int, float]],
    searched: bool,
    index: int,
) -> Reason:
    """What is missing where it may be, the least first."""
    item = problem.items[index]
    worth = {(place, resource): dual for place, resource, dual in full}
    short: list[tuple[float, str, dict[str, float]]] = []
    for place in _possible(problem, index):
        bounds = problem.places[place].capacity
        # What runs and stays uses its home already.
        own = item.needs if item.home == place else (0.0, 0.0, 0.0, 0.0)
        lacking = {}
        for number, (need, bound) in enumerate(zip(item.needs, bounds, strict=True)):
            if (
                bound is not None
                and (missing := need - (bound - used[place][number] + own[number])) > TOLERANCE * bound
            ):
                lacking[RESOURCES[number]] = missing
        if not lacking:
            return Reason("not_found", False, {"room_at": problem.places[place].id})
        share = sum(
            amount / max(item.needs[RESOURCES.index(name)], 1e-9) / (1 + worth.get((place, RESOURCES.index(name)), 0.0))
            for name, amount in lacking.items()
        )
        short.append((share, problem.places[place].id, lacking))
    short.sort(key=lambda one: (one[0], one[1]))
    return Reason(
        "full",
        searched,
        {
            "allowed": len(item.costs),
            "full": [{"place": place, "lacking": lacking} for _, place, lacking in short[:_MOST_NAMED]],
        },
    )
