"""What an assignment is worth, and whether it keeps to everything that is hard. Reads the problem and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mcm.optimizer.problem import RESOURCES, TOLERANCE, Apart, Assignment, Problem


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """The smaller the better: first how many are left over, then what it costs."""

    unplaced: int
    cost: float


def stands(problem: Problem, assignment: Assignment, index: int) -> int | None:
    """Where the item is in the end: what runs and is not placed stays."""
    place = assignment[index]
    return problem.items[index].home if place is None else place


def loads(problem: Problem, assignment: Assignment) -> list[list[float]]:
    """By place and resource."""
    found = [[0.0] * len(RESOURCES) for _ in problem.places]
    for index, item in enumerate(problem.items):
        place = stands(problem, assignment, index)
        if place is not None:
            row = found[place]
            for number, need in enumerate(item.needs):
                row[number] += need
    return found


def value(problem: Problem, assignment: Assignment) -> Value:
    cost, unplaced = 0.0, 0
    for item, place in zip(problem.items, assignment, strict=True):
        if place is None:
            unplaced += 1
        else:
            cost += item.cost(place)
    occupied = {stands(problem, assignment, index) for index in range(len(problem.items))}
    cost += sum(place.opening for index, place in enumerate(problem.places) if index in occupied)
    cost += balance_cost(problem, loads(problem, assignment))
    cost += sum(
        group.penalty * over(problem, group, assignment) for group in problem.apart if group.penalty is not None
    )
    return Value(unplaced, cost)


def balance_cost(problem: Problem, used: Sequence[Sequence[float]]) -> float:
    return sum(
        step_cost(problem, row[number] / capacity)
        for place, row in zip(problem.places, used, strict=True)
        if place.balanced
        for number in (0, 1)
        if (capacity := place.capacity[number])
    )


def step_cost(problem: Problem, share: float) -> float:
    return sum(step.weight * (share - step.share) for step in problem.steps if share > step.share)


def over(problem: Problem, group: Apart, assignment: Assignment) -> int:
    """How many members are beyond what one part may have."""
    counted = Counter(
        problem.places[place].part(group.level) for member in group.members if (place := assignment[member]) is not None
    )
    return sum(max(0, number - group.most) for number in counted.values())


def breaches(problem: Problem, assignment: Assignment) -> list[str]:
    """What it breaks that is hard; none for what may be carried out."""
    found = [
        f"{item.id} may not be at {problem.places[place].id}"
        for item, place in zip(problem.items, assignment, strict=True)
        if place is not None and place not in item.costs
    ]
    for place, row in zip(problem.places, loads(problem, assignment), strict=True):
        for number, used in enumerate(row):
            capacity = place.capacity[number]
            if capacity is not None and used > capacity * (1 + TOLERANCE) + TOLERANCE:
                found.append(f"{place.id} has {capacity:g} {RESOURCES[number]}, {used:g} are used")
    for group in problem.apart:
        if group.penalty is None and over(problem, group, assignment):
            found.append(f"more than {group.most} of {_names(problem, group.members)} are in one {group.level}")
    for unit in problem.together:
        parts = {
            None if place is None else problem.places[place].part(unit.level)
            for place in (assignment[member] for member in unit.members)
        }
        if len(parts) > 1:
            found.append(f"{_names(problem, unit.members)} are not in one {unit.level}")
    return found


def _names(problem: Problem, members: Sequence[int]) -> str:
    return ", ".join(problem.items[member].id for member in members)
