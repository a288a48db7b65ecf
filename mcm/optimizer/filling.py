"""What is where while items are placed one after the other: room left, and who is with whom."""

from mcm.optimizer.measures import step_cost
from mcm.optimizer.problem import TOLERANCE, Assignment, Problem

_NO_BOUND = float("inf")


class Filling:
    """Every item is at its place, or at home, or nowhere. Nothing here ever breaks what is hard: `fits` says first.

    One that runs and is not placed uses its home's room, but counts in no group."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.where: Assignment = [None] * len(problem.items)
        self.free = [
            [_NO_BOUND if bound is None else bound * (1 + TOLERANCE) + TOLERANCE for bound in place.capacity]
            for place in problem.places
        ]
        # What is used of a place without bound is nothing.
        self._size = [[bound or 1e300 for bound in place.capacity] for place in problem.places]
        self.inside = [0] * len(problem.places)
        # In the order of their coming, without those that are left over at home.
        self.residents: list[dict[int, None]] = [{} for _ in problem.places]
        self._groups: list[list[int]] = [[] for _ in problem.items]
        self._counts: list[dict[str, int]] = [{} for _ in problem.apart]
        self._parts = [[place.part(group.level) for place in problem.places] for group in problem.apart]
        for number, group in enumerate(problem.apart):
            for member in group.members:
                self._groups[member].append(number)
        self._units: list[list[int]] = [[] for _ in problem.items]
        for number, unit in enumerate(problem.together):
            for member in unit.members:
                self._units[member].append(number)
        self._dear = bool(problem.steps) or any(place.opening for place in problem.places)
        for index, item in enumerate(problem.items):
            if item.home is not None:
                self._occupy(index, item.home, 1)

    def fits(self, index: int, place: int) -> bool:
        """Whether the item, which is nowhere now, may be put there."""
        needs, free = self.problem.items[index].needs, self.free[place]
        if needs[0] > free[0] or needs[1] > free[1] or needs[2] > free[2] or needs[3] > free[3]:
            return False
        for number in self._groups[index]:
            group = self.problem.apart[number]
            if group.penalty is None and self._counts[number].get(self._parts[number][place], 0) >= group.most:
                return False
        for number in self._units[index]:
            unit = self.problem.together[number]
            part = self.problem.places[place].part(unit.level)
            for member in unit.members:
                other = self.where[member]
                if other is not None and self.problem.places[other].part(unit.level) != part:
                    return False
        return True

    def price(self, index: int, place: int) -> float:
        """What putting it there adds, the item being nowhere now."""
        item = self.problem.items[index]
        cost = item.cost(place)
        for number in self._groups[index]:
            group = self.problem.apart[number]
            if group.penalty is not None and self._counts[number].get(self._parts[number][place], 0) >= group.most:
                cost += group.penalty
        if self._dear:
            found = self.problem.places[place]
            if not self.inside[place]:
                cost += found.opening
            if found.balanced:
                for number in (0, 1):
                    if capacity := found.capacity[number]:
                        before = 1 - self.free[place][number] / capacity
                        after = before + item.needs[number] / capacity
                        cost += step_cost(self.problem, after) - step_cost(self.problem, before)
        return cost

    def cheapest(self, index: int, pressure: float = 0.0) -> int | None:
        """Where the item, which is nowhere now, costs least of where it fits. pressure: how much rather where there is
        much room, in multiples of what its dearest place costs more than its cheapest."""
        item = self.problem.items[index]
        bound, dear = bool(self._groups[index] or self._units[index]), self._dear or bool(self._groups[index])
        if pressure and item.costs:
            pressure *= max(item.costs.values()) - min(item.costs.values()) + 1e-9
        vcpus, memory, disk, gpus = item.needs
        best, chosen = 0.0, None
        for place, cost in item.costs.items():
            free = self.free[place]
            if vcpus > free[0] or memory > free[1] or disk > free[2] or gpus > free[3]:
                continue
            if bound and not self.fits(index, place):
                continue
            if dear or item.home is not None:
                cost = self.price(index, place)
            if pressure:
                size = self._size[place]
                used = 1 - min(
                    (free[0] - vcpus) / size[0], (free[1] - memory) / size[1], (free[2] - disk) / size[2],
                    (free[3] - gpus) / size[3] if gpus else 1.0,
                )  # fmt: skip
                cost += pressure * used**4
            if chosen is None or cost < best:
                best, chosen = cost, place
        return chosen

    def put(self, index: int, place: int) -> None:
        """The item is nowhere now."""
        self._occupy(index, place, 1)
        self.where[index] = place
        self.residents[place][index] = None
        self._count(index, place, 1)

    def take(self, index: int) -> int | None:
        """Takes it from where it stands; returns its place if it was placed."""
        place = self.where[index]
        stood = self.problem.items[index].home if place is None else place
        if stood is not None:
            self._occupy(index, stood, -1)
        if place is not None:
            self.where[index] = None
            del self.residents[place][index]
            self._count(index, place, -1)
        return place

    def leave(self, index: int) -> None:
        """The item, which is nowhere now, is left over: it stays at home if it has one."""
        home = self.problem.items[index].home
        if home is not None:
            self._occupy(index, home, 1)

    def back(self, index: int, place: int | None) -> None:
        """What `take` has taken is put where it was."""
        if place is None:
            self.leave(index)
        else:
            self.put(index, place)

    def _occupy(self, index: int, place: int, sign: int) -> None:
        self.inside[place] += sign
        free = self.free[place]
        for number, need in enumerate(self.problem.items[index].needs):
            if need:
                free[number] -= sign * need

    def _count(self, index: int, place: int, sign: int) -> None:
        for number in self._groups[index]:
            part = self._parts[number][place]
            counts = self._counts[number]
            counts[part] = counts.get(part, 0) + sign
