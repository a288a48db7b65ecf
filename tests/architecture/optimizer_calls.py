"""Requests that the routes of optimizer accept."""

from collections.abc import Callable

from mcm.models import OptimizationRow
from mcm.optimizer import service
from mcm.optimizer.schemas import OptimizationCreate
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab


def _made(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        return service.create(session, lab.runtime.settings, CALLER, OptimizationCreate()).id


def _create(lab: Lab) -> Call:
    return Call("/optimizations", ["optimization.create"], {"goal": "cost", "time_limit_s": 1})


def _cancel(lab: Lab) -> Call:
    return Call(f"/optimizations/{_made(lab)}/cancel", ["optimization.cancel"])


def _apply(lab: Lab) -> Call:
    """One whose only move is for a person: nothing to plan, and that is an answer."""
    made = _made(lab)
    with lab.runtime.database.writing() as session:
        service.get(session, made).status = "done"
        data = {"how": "person", "target": {"location": "lab/one", "host": None}}
        session.add(OptimizationRow(optimization_id=made, number=0, kind="move", resource_id=None, data=data))
    return Call(f"/optimizations/{made}/apply", ["optimization.apply"], {"rows": []})


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/optimizations"): _create,
    ("POST", "/api/v1/optimizations/{optimization_id}/cancel"): _cancel,
    ("POST", "/api/v1/optimizations/{optimization_id}/apply"): _apply,
}
