"""The instant answer, with nothing but Python: places one after the other in several orders and keeps the best.

What it leaves over is not placed by the quick method. It never knows that something is impossible.
"""

from collections.abc import Sequence

from mcm.optimizer.filling import Filling
from mcm.optimizer.measures import Value, value
from mcm.optimizer.problem import Assignment, Problem

Unit = tuple[int, ...]
# Of items that must be together: how many ways are looked at before the unit is left over.
_MAX_STEPS = 500
# How many that are left over are given a second chance, and how many of a place are asked to go for each.
_MAX_TRIES = 200
_PRESSURES = (3.0, 8.0, 20.0)
# Orders after the first one, and improvements, are left out where each would take seconds.
_LARGE = 400_000


def solve(problem: Problem) -> Assignment:
    """The same for the same problem. Keeps to everything that is hard."""
    units = problem.units()
    best: tuple[Value, Filling] | None = None
    for pressure, order in _orders(problem, units):
        found = _fill(problem, order, pressure)
        worth = value(problem, found.where)
        if best is None or worth < best[0]:
            best = worth, found
    assert best is not None
    filling = best[1]
    joined = {member for unit in problem.together for member in unit.members}
    left = [index for index, place in enumerate(filling.where) if place is None and index not in joined]
    for index in left[:_MAX_TRIES]:
        _make_room(filling, index, joined)
    _improve(filling, joined)
    if any(place.opening for place in problem.places):
        _close(filling, joined)
    return filling.where


def _orders(problem: Problem, units: Sequence[Unit]) -> list[tuple[float, list[Unit]]]:
    scarce = _scarcity(problem)
    size = {
        unit: sum(
            need * weight for member in unit for need, weight in zip(problem.items[member].needs, scarce, strict=True)
        )
        for unit in units
    }
    choices = {unit: min(len(problem.items[member].costs) for member in unit) for unit in units}
    bound = {member for group in problem.apart if group.penalty is None for member in group.members}
    few = len(problem.places) // 3
    tied = {unit for unit in units if len(unit) > 1 or unit[0] in bound}
    # The largest first leaves the least over; those with others to mind, and those with few choices, before the others.
    largest = sorted(units, key=lambda unit: (unit not in tied, choices[unit] > few, -size[unit]))
    # Those that lose most by having to go elsewhere.
    dearest = sorted(units, key=lambda unit: (unit not in tied, -_regret(problem, unit)))
    found = [(0.0, dearest), *((pressure, largest) for pressure in _PRESSURES)]
    return found[-1:] if len(problem.items) * len(problem.places) > _LARGE else found


def _scarcity(problem: Problem) -> list[float]:
    """For each resource how much of what there is one unit of it takes, where all bounds are known."""
    found = []
    for number in range(4):
        bounds = [place.capacity[number] for place in problem.places]
        total = sum(bound for bound in bounds if bound is not None)
        found.append(1 / total if total else 0.0)
    return found


def _regret(problem: Problem, unit: Unit) -> float:
    costs = sorted(sum(problem.items[unit[0]].cost(place) for _ in unit) for place in problem.items[unit[0]].costs)
    return costs[1] - costs[0] if len(costs) > 1 else 1e18


def _fill(problem: Problem, order: Sequence[Unit], pressure: float) -> Filling:
    filling = Filling(problem)
    for unit in order:
        # What runs and may stay is at its place until its turn comes, so that others mind it.
        home = problem.items[unit[0]].home
        if home is not None and len(unit) == 1 and home in problem.items[unit[0]].costs:
            filling.take(unit[0])
            if filling.fits(unit[0], home):
                filling.put(unit[0], home)
            else:
                filling.leave(unit[0])
    for unit in order:
        _place(filling, unit, pressure)
    return filling


def _place(filling: Filling, unit: Unit, pressure: float) -> None:
    """One that is at its place already finds at least that: only what was left over is so again."""
    for member in unit:
        filling.take(member)
    found = filling.cheapest(unit[0], pressure) if len(unit) == 1 else None
    places = [found] if found is not None else _jointly(filling, unit) if len(unit) > 1 else None
    for number, member in enumerate(unit):
        if places is None:
            filling.leave(member)
        else:
            filling.put(member, places[number])


def _ranked(filling: Filling, index: int) -> list[tuple[float, int]]:
    return sorted(
        (filling.price(index, place), place)
        for place in filling.problem.items[index].costs
        if filling.fits(index, place)
    )


def _jointly(filling: Filling, unit: Unit) -> list[int] | None:
    """Places for all of them, which are nowhere now and are so again afterwards: the cheapest of the first few ways."""
    best: tuple[float, list[int]] | None = None
    steps = _MAX_STEPS
    order = sorted(range(len(unit)), key=lambda number: len(filling.problem.items[unit[number]].costs))

    def descend(depth: int, cost: float, chosen: dict[int, int]) -> bool:
        """True once one way down is found: only the first member's places are tried one and all."""
        nonlocal best, steps
        if depth == len(order):
            if best is None or cost < best[0]:
                best = cost, [chosen[number] for number in range(len(unit))]
            return True
        member = unit[order[depth]]
        for price, place in _ranked(filling, member):
            if steps <= 0:
                return False
            steps -= 1
            filling.put(member, place)
            found = descend(depth + 1, cost + price, chosen | {order[depth]: place})
            # Not `leave`: it is to be nowhere, so that the next place is looked at as if it ran nowhere.
            filling.take(member)
            if found and depth:
                return True
        return False

    descend(0, 0.0, {})
    return None if best is None else best[1]


def _make_room(filling: Filling, index: int, joined: set[int]) -> None:
    """Places one that was left over by moving one other away, if one such is found."""
    filling.take(index)
    problem = filling.problem
    for place in sorted(problem.items[index].costs, key=problem.items[index].cost):
        for other in [one for one in filling.residents[place] if one not in joined][:_MAX_TRIES]:
            filling.take(other)
            if filling.fits(index, place):
                filling.put(index, place)
                found = filling.cheapest(other)
                if found is not None:
                    filling.put(other, found)
                    return
                filling.take(index)
            filling.put(other, place)
    filling.leave(index)


def _improve(filling: Filling, joined: set[int]) -> None:
    """Each goes where it costs least now that all others are somewhere."""
    for index in range(len(filling.where)):
        if filling.where[index] is not None and index not in joined:
            at = filling.take(index)
            filling.back(index, filling.cheapest(index) if at is not None else None)


def _close(filling: Filling, joined: set[int]) -> None:
    """Empties places that cost something for being open, the emptiest first, where all in them can go elsewhere."""
    problem = filling.problem
    order = sorted(
        (index for index, place in enumerate(problem.places) if place.opening and filling.inside[index]),
        key=lambda index: (filling.inside[index], index),
    )
    for closing in order:
        inside = list(filling.residents[closing])
        if len(inside) != filling.inside[closing] or any(index in joined for index in inside):
            continue
        moved: list[tuple[int, int]] = []
        gain = problem.places[closing].opening
        for index in sorted(inside, key=lambda one: -sum(problem.items[one].needs)):
            filling.take(index)
            gain += problem.items[index].cost(closing)
            targets = [
                (price, place) for price, place in _ranked(filling, index) if place != closing and filling.inside[place]
            ]
            if not targets:
                filling.put(index, closing)
                gain = -1.0
                break
            gain -= targets[0][0]
            filling.put(index, targets[0][1])
            moved.append((index, targets[0][1]))
        if gain <= 0:
            for index, _ in reversed(moved):
                filling.take(index)
                filling.put(index, closing)
