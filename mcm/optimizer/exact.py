"""The nearly best answer: relax, keep the columns of small reduced cost, and solve what is left to whole numbers.

Needs highspy and numpy: imported in the child process only. (highspy and ortools cannot be in one process.)
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from mcm.optimizer.classes import dealt_out
from mcm.optimizer.measures import breaches, value
from mcm.optimizer.model import Floats, Mask, Model
from mcm.optimizer.problem import Assignment, Problem

# Up to so many columns none is left out and the answer is the best there is.
_FEW_COLUMNS = 3_000
# How many columns for each class there are beside those that the relaxation uses; the next if that is not enough.
_MORE, _AT_LEAST = (0.1, 0.6, 2.0), 1_500
# Good enough: what it costs beyond the relaxation, which nothing can beat. Where no column is left out: the best.
_GAP, _EXACT = 3e-4, 1e-9
_SLACK = 1e-6


@dataclass(frozen=True)
class Outcome:
    """assignment: None if none was found in time. bound: what no answer with as few left over can cost less than.
    gap: of the cost to that bound. full: by place and resource what one more unit of its capacity would be worth."""

    assignment: Assignment | None
    bound: float | None
    gap: float | None
    columns: int
    kept: int
    classes: int
    seconds: dict[str, float]
    full: list[tuple[int, int, float]]
    proven: bool


@dataclass(frozen=True)
class _Solved:
    solution: Floats | None
    objective: float
    bound: float
    column_duals: Floats
    row_duals: Floats


class Solver:
    """One problem. deadline: of `time.monotonic`. whole: leave no column out, to compare with."""

    def __init__(self, problem: Problem, deadline: float, *, gap: float = _GAP, whole: bool = False) -> None:
        self._problem, self._deadline, self._gap = problem, deadline, gap
        self._seconds: dict[str, float] = {}
        started = time.monotonic()
        self._model = Model(problem)
        self._few = len(self._model.columns.at) <= _FEW_COLUMNS
        self._whole = whole or self._few
        self._seconds["model"] = time.monotonic() - started

    def solve(self, hint: Assignment | None) -> Outcome:
        """hint: an answer that keeps to everything hard, to begin with; its columns are kept."""
        model = self._model
        relaxed = self._timed("relaxation", model.cost, None, None, integer=False)
        if relaxed.solution is None:
            return self._outcome(None, relaxed, 0, None)
        start = None if hint is None else self._columns_of(hint)
        if self._whole:
            wanted = None if self._few else relaxed.objective + self._gap * abs(relaxed.objective)
            found, keep = self._timed("whole numbers", model.cost, None, start, target=wanted), None
        else:
            found, keep = self._narrowed(relaxed)
        if found.solution is None and start is not None:
            found = _Solved(start, float(model.cost @ start), -np.inf, relaxed.column_duals, relaxed.row_duals)
        if found.solution is not None and self._left(found.solution) > 0:
            found = self._fewest(found)
        kept = len(model.columns.at) if keep is None else int(keep[: len(model.columns.at)].sum())
        return self._outcome(found, relaxed, kept, keep)

    def _narrowed(self, relaxed: _Solved) -> tuple[_Solved, Mask]:
        """With few columns beside those of the relaxation, which is quick; with more where that is not enough."""
        model, best = self._model, None
        wanted = relaxed.objective + self._gap * abs(relaxed.objective)
        for more in _MORE:
            more = max(more, _AT_LEAST / len(model.classes))
            keep = self._promising(relaxed, more)
            start = None if best is None else best.solution
            found = self._timed(f"whole numbers, {more:g} more", model.cost, keep, start, target=wanted, share=0.5)
            if best is None or (found.solution is not None and found.objective < best.objective):
                best = found
            if best.objective <= wanted + _GAP * abs(relaxed.objective) or self._deadline - time.monotonic() < 1:
                break
        assert best is not None
        return best, keep

    def _left(self, solution: Floats) -> int:
        return int(np.rint(solution[self._model.columns.left].sum()))

    def _fewest(self, found: _Solved) -> _Solved:
        """One left over costs much, not infinitely much: whether fewer can be is asked by itself."""
        model = self._model
        assert found.solution is not None
        only = np.zeros_like(model.cost)
        only[model.columns.left] = 1.0
        at_least = self._timed("fewest, relaxed", only, None, None, integer=False)
        left = self._left(found.solution)
        if at_least.solution is None or np.ceil(at_least.objective - _SLACK) >= left:
            return found
        fewer = self._timed("fewest", only, None, found.solution)
        if fewer.solution is None or self._left(fewer.solution) >= left:
            return found
        best = self._timed("best of the fewest", model.cost, None, fewer.solution, most=self._left(fewer.solution))
        return best if best.solution is not None else fewer

    def _promising(self, relaxed: _Solved, more: float) -> Mask:
        """What the relaxation uses, and of the others those that cost least more than what they would replace."""
        model = self._model
        assert relaxed.solution is not None
        placing = len(model.columns.at)
        keep = np.ones(len(model.cost), dtype=bool)
        keep[:placing] = relaxed.solution[:placing] > _SLACK
        others = np.flatnonzero(~keep[:placing])
        number = min(len(others), int(more * len(model.classes)))
        if number:
            reduced = relaxed.column_duals[others]
            keep[others[np.argpartition(reduced, number - 1)[:number]]] = True
        return keep

    def _columns_of(self, assignment: Assignment) -> Floats | None:
        """A whole solution from an answer, as far as its columns are; the solver fills in the others."""
        model = self._model
        solution = np.zeros(len(model.cost))
        for number, one in enumerate(model.classes):
            for member in one.members:
                place = assignment[member]
                if place is None:
                    solution[model.columns.left[number]] += 1
                else:
                    solution[model.columns.start[number] + list(one.costs).index(place)] += 1
        return solution

    def _timed(
        self, name: str, cost: Floats, keep: Mask | None, start: Floats | None, *, integer: bool = True,
        most: int | None = None, target: float | None = None, share: float = 1.0,
    ) -> _Solved:  # fmt: skip
        """share: of the time that is left."""
        started = time.monotonic()
        seconds = max(0.1, (self._deadline - started) * share)
        found = self._run(cost, keep, start, integer, most, target, seconds)
        self._seconds[name] = time.monotonic() - started
        return found

    def _run(
        self, cost: Floats, keep: Mask | None, start: Floats | None, integer: bool, most: int | None,
        target: float | None, seconds: float,
    ) -> _Solved:  # fmt: skip
        model = self._model
        upper = model.upper if most is None else model.upper.copy()
        chosen = np.arange(len(cost)) if keep is None else np.flatnonzero(keep)
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, wanted in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("time_limit", seconds),
            ("mip_rel_gap", _EXACT if self._few else self._gap / 2),
            ("mip_abs_gap", 1e-9),
            ("objective_target", -highspy.kHighsInf if target is None else target),
        ):
            solver.setOptionValue(option, wanted)
        lp = highspy.HighsLp()
        lengths = (model.starts[1:] - model.starts[:-1])[chosen]
        starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        if keep is None:
            rows, values = model.rows, model.values
        else:
            entries = np.repeat(keep, model.starts[1:] - model.starts[:-1])
            rows, values = model.rows[entries], model.values[entries]
        lp.num_col_, lp.num_row_ = len(chosen), len(model.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost[chosen], np.zeros(len(chosen)), upper[chosen]
        lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, rows, values
        solver.passModel(lp)
        del lp
        if most is not None:
            left = model.columns.left.astype(np.int32)
            solver.addRow(-highspy.kHighsInf, float(most), len(left), left, np.ones(len(left)))
        if integer:
            whole = np.flatnonzero(model.integer[chosen]).astype(np.int32)
            kinds = np.full(len(whole), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            solver.changeColsIntegrality(len(whole), whole, kinds)
            if start is not None:
                known = np.flatnonzero(chosen < int(model.columns.left[-1]) + 1).astype(np.int32)
                solver.setSolution(len(known), known, start[chosen[known]])
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != 2:
            return _Solved(None, np.inf, -np.inf, np.zeros(0), np.zeros(0))
        answer = solver.getSolution()
        solution = np.zeros(len(cost))
        solution[chosen] = answer.col_value
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if not integer and not optimal:
            return _Solved(None, np.inf, -np.inf, np.zeros(0), np.zeros(0))
        bound = info.mip_dual_bound if integer else info.objective_function_value
        duals = np.zeros(0) if integer else np.array(answer.col_dual)
        row_duals = np.zeros(0) if integer else np.array(answer.row_dual)
        return _Solved(solution, float(cost @ solution), bound, duals, row_duals)

    def _outcome(self, found: _Solved | None, relaxed: _Solved, kept: int, keep: Mask | None) -> Outcome:
        model = self._model
        assignment = bound = gap = None
        if found is not None and found.solution is not None:
            assignment = dealt_out(self._problem, model.classes, model.counts(found.solution))
            if breaches(self._problem, assignment):
                assignment = None
        if assignment is not None and relaxed.solution is not None:
            worth = value(self._problem, assignment)
            # The solver's own bound holds for the columns that it was given.
            best = relaxed.objective if keep is not None or found is None else max(relaxed.objective, found.bound)
            bound = min(best - model.weight * worth.unplaced, worth.cost)
            gap = (worth.cost - bound) / max(abs(worth.cost), 1e-9) if worth.cost != bound else 0.0
        full = [
            (place, resource, -float(relaxed.row_duals[row]))
            for (place, resource), row in model.capacity_rows.items()
            if relaxed.solution is not None and relaxed.row_duals[row] < -_SLACK
        ]
        proven = assignment is not None and gap is not None and keep is None and gap <= 1e-6
        return Outcome(
            assignment, bound, gap, len(model.columns.at), kept, len(model.classes), self._seconds, full, proven
        )


def solve(
    problem: Problem, seconds: float, hint: Assignment | None = None, *, gap: float = _GAP, whole: bool = False
) -> Outcome:
    """Within about `seconds`."""
    if not problem.items or not any(item.costs for item in problem.items):
        return Outcome([None] * len(problem.items), 0.0, 0.0, 0, 0, 0, {}, [], True)
    return Solver(problem, time.monotonic() + seconds, gap=gap, whole=whole).solve(hint)
