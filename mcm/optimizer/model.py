"""The problem as columns and rows of a linear model. Needs numpy: imported in the child process only.

Columns: how many of a class are at a place; how many of a class are left over; whether a part holds a unit; whether a
place is open; how far a share is beyond a step; how many of a group are beyond what a part may have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcm.optimizer.classes import Class, classes
from mcm.optimizer.problem import Apart, Problem, Together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_INF = float("inf")
# A row for each column says more of what is closed than one for each place; with many columns it is too much to say.
_FEW_COLUMNS = 5_000


@dataclass(frozen=True)
class Columns:
    """of_class, at: of the placing columns, which come first. left: for each class its column of what is left over."""

    of_class: Ints
    at: Ints
    start: list[int]
    left: Ints

    def of(self, found: Sequence[Class], number: int) -> list[tuple[int, int]]:
        """Column and place, of one class."""
        return list(enumerate(found[number].costs, self.start[number]))


class Model:
    """weight: what one left over costs, more than any way of placing it could save."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.classes, self._of, minded = classes(problem)
        self._cost: list[Floats] = []
        self._upper: list[Floats] = []
        self._integer: list[Mask] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._row_lower: list[float] = []
        self._row_upper: list[float] = []
        self.capacity_rows: dict[tuple[int, int], int] = {}
        self._width = 0
        self.weight = _weight(problem)
        self.columns = self._place()
        self._assign()
        self._fill()
        for number, one in enumerate(self.classes):
            if one.level is not None:
                self._deal(number, one.level, one.groups)
        for group in minded:
            self._keep_apart(problem.apart[group])
        for unit in problem.together:
            self._keep_together(unit)
        self._open()
        self._balance()
        self.cost, self.upper = np.concatenate(self._cost), np.concatenate(self._upper)
        self.integer = np.concatenate(self._integer)
        self.row_lower, self.row_upper = np.array(self._row_lower), np.array(self._row_upper)
        rows, columns, values = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        order = np.lexsort((rows, columns))
        self.rows, self.values = rows[order].astype(np.int32), values[order]
        self.starts = np.searchsorted(columns[order], np.arange(self._width + 1)).astype(np.int32)
        self._entries.clear()

    def counts(self, solution: Floats) -> list[dict[int, int]]:
        """By class, how many at each place."""
        found: list[dict[int, int]] = [{} for _ in self.classes]
        amounts = np.rint(solution[: len(self.columns.at)]).astype(np.int64)
        for column in np.flatnonzero(amounts > 0):
            found[int(self.columns.of_class[column])][int(self.columns.at[column])] = int(amounts[column])
        return found

    def _add(self, cost: Sequence[float] | Floats, upper: Sequence[float] | Floats, integer: bool) -> Ints:
        first, number = self._width, len(cost)
        self._cost.append(np.asarray(cost, dtype=np.float64))
        self._upper.append(np.asarray(upper, dtype=np.float64))
        self._integer.append(np.full(number, integer))
        self._width += number
        return np.arange(first, first + number)

    def _row(self, columns: Sequence[int], values: Sequence[float], lower: float, upper: float) -> int:
        row = len(self._row_lower)
        self._row_lower.append(lower)
        self._row_upper.append(upper)
        self._enter(np.full(len(columns), row), np.asarray(columns), np.asarray(values, dtype=np.float64))
        return row

    def _enter(self, rows: Ints, columns: Ints, values: Floats) -> None:
        self._entries.append((rows.astype(np.int64), columns.astype(np.int64), values))

    def _place(self) -> Columns:
        sizes = np.array([len(one.costs) for one in self.classes])
        starts = np.concatenate(([0], np.cumsum(sizes)))
        of_class = np.repeat(np.arange(len(self.classes)), sizes)
        at = np.fromiter((place for one in self.classes for place in one.costs), np.int64, int(starts[-1]))
        cost = np.fromiter((cost for one in self.classes for cost in one.costs.values()), np.float64, int(starts[-1]))
        # Of dealt out classes not more in one place than there are groups.
        most = np.array([one.groups or len(one.members) for one in self.classes], dtype=np.float64)
        self._add(cost, most[of_class], integer=True)
        numbers = np.array([len(one.members) for one in self.classes], dtype=np.float64)
        left = self._add(np.full(len(self.classes), self.weight), numbers, integer=True)
        return Columns(of_class, at, [int(start) for start in starts], left)

    def _assign(self) -> None:
        numbers = [float(len(one.members)) for one in self.classes]
        self._row_lower += numbers
        self._row_upper += numbers
        every = np.arange(len(self.classes))
        self._enter(self.columns.of_class, np.arange(len(self.columns.at)), np.ones(len(self.columns.at)))
        self._enter(every, self.columns.left, np.ones(len(every)))

    def _fill(self) -> None:
        """A row for what could be too much only. What runs and is left over uses its home's room."""
        at, of_class = self.columns.at, self.columns.of_class
        needs = np.array([one.needs for one in self.classes], dtype=np.float64).reshape(-1, 4)
        numbers = np.array([len(one.members) for one in self.classes], dtype=np.float64)
        homes = np.array([-1 if one.home is None else one.home for one in self.classes])
        for resource in range(4):
            amount = needs[of_class, resource]
            stays = needs[:, resource]
            possible = np.bincount(at, amount * numbers[of_class], minlength=len(self.problem.places))
            possible += np.bincount(homes + 1, stays * numbers, minlength=len(self.problem.places) + 1)[1:]
            rows = np.full(len(self.problem.places) + 1, -1)
            for index, place in enumerate(self.problem.places):
                bound = place.capacity[resource]
                if bound is not None and (possible[index] > bound or (place.opening and possible[index])):
                    rows[index] = self.capacity_rows[index, resource] = len(self._row_lower)
                    self._row_lower.append(-_INF)
                    self._row_upper.append(bound)
            chosen = np.flatnonzero((rows[at] >= 0) & (amount > 0))
            self._enter(rows[at[chosen]], chosen, amount[chosen])
            staying = np.flatnonzero((homes >= 0) & (rows[homes] >= 0) & (stays > 0))
            self._enter(rows[homes[staying]], self.columns.left[staying], stays[staying])

    def _deal(self, number: int, level: str, most: int) -> None:
        for columns in self._by_part(level, [number]).values():
            if len(columns) > 1:
                self._row(columns, [1.0] * len(columns), -_INF, most)

    def _by_part(self, level: str, numbers: Sequence[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number in numbers:
            for column, place in self.columns.of(self.classes, number):
                found.setdefault(self.problem.places[place].part(level), []).append(column)
        return found

    def _keep_apart(self, group: Apart) -> None:
        for columns in self._by_part(group.level, [self._of[member] for member in group.members]).values():
            if len(columns) <= group.most:
                continue
            if group.penalty is None:
                self._row(columns, [1.0] * len(columns), -_INF, group.most)
            else:
                beyond = self._add([group.penalty], [_INF], integer=False)
                self._row([*columns, int(beyond[0])], [1.0] * len(columns) + [-1.0], -_INF, group.most)

    def _keep_together(self, unit: Together) -> None:
        parts = sorted(self._by_part(unit.level, [self._of[member] for member in unit.members]))
        holds = dict(zip(parts, self._add([0.0] * len(parts), [1.0] * len(parts), integer=True), strict=True))
        for member in unit.members:
            mine = self._by_part(unit.level, [self._of[member]])
            for part, column in holds.items():
                columns = mine.get(part, [])
                self._row([*columns, int(column)], [1.0] * len(columns) + [-1.0], 0.0, 0.0)

    def _open(self) -> None:
        each = len(self.columns.at) <= _FEW_COLUMNS
        for index, place in enumerate(self.problem.places):
            if not place.opening:
                continue
            opened = int(self._add([place.opening], [1.0], integer=True)[0])
            here = [int(column) for column in np.flatnonzero(self.columns.at == index)]
            here += [int(self.columns.left[number]) for number, one in enumerate(self.classes) if one.home == index]
            for columns in [[column] for column in here] if each else [here]:
                most = float(sum(len(self.classes[self._class(column)].members) for column in columns))
                self._row([*columns, opened], [1.0] * len(columns) + [-most], -_INF, 0.0)
            for resource in range(4):
                row = self.capacity_rows.get((index, resource))
                if row is not None:
                    self._enter(np.array([row]), np.array([opened]), np.array([-self._row_upper[row]]))
                    self._row_upper[row] = 0.0

    def _class(self, column: int) -> int:
        placing = len(self.columns.at)
        return int(self.columns.of_class[column]) if column < placing else column - placing

    def _balance(self) -> None:
        if not self.problem.steps:
            return
        for index, place in enumerate(self.problem.places):
            for resource in (0, 1):
                bound = place.capacity[resource]
                if not place.balanced or not bound:
                    continue
                columns = [int(column) for column in np.flatnonzero(self.columns.at == index)]
                columns += [int(self.columns.left[n]) for n, one in enumerate(self.classes) if one.home == index]
                shares = [self.classes[self._class(column)].needs[resource] / bound for column in columns]
                for step in self.problem.steps:
                    beyond = int(self._add([step.weight], [_INF], integer=False)[0])
                    self._row([*columns, beyond], [*shares, -1.0], -_INF, step.share)


def _weight(problem: Problem) -> float:
    costs = [item.cost(place) for item in problem.items for place in item.costs] or [0.0]
    most = max(costs) - min(costs) + max(abs(min(costs)), abs(max(costs)))
    most += sum(place.opening for place in problem.places) + sum(step.weight for step in problem.steps)
    most += sum(group.penalty or 0.0 for group in problem.apart)
    return 10 * most + 1
