"""Requests that the routes of comparisons accept."""

from collections.abc import Callable

from mcm.costs import estimates
from mcm.costs.schemas import EstimateWrite
from tests.architecture.calls import Call
from tests.architecture.workloads_calls import TEXT
from tests.lab import CALLER, Lab

_BODY = {"document": TEXT, "currency": "CNY", "title": "shop in autumn"}


def _create(lab: Lab) -> Call:
    return Call("/estimates", ["estimate.create"], _BODY)


def _remove(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        made = estimates.create(session, CALLER, EstimateWrite.model_validate(_BODY))
        return Call(f"/estimates/{made.id}", ["estimate.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/estimates"): _create,
    ("DELETE", "/api/v1/estimates/{estimate_id}"): _remove,
}
