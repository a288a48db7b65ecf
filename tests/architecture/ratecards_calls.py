"""Requests that the routes of ratecards accept."""

from collections.abc import Callable

from mcm.ratecards import service
from mcm.ratecards.schemas import CostPoolWrite
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

_DOCUMENT = """\
apiVersion: mcm/v1
kind: RateCard
name: hall
currency: CNY
accounts: [lab]
other: [{name: everything, monthly: 9000}]
shares: {vcpu: 0.7, memory: 0.3}
capacity: {vcpu: 128, memory_gib: 1024}
utilisation: 0.5
"""
_BODY = {"document": _DOCUMENT}


def _pool(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        service.write(session, CALLER, "hall", CostPoolWrite(document=_DOCUMENT), None)
    return "/cost-pools/hall"


def _write(lab: Lab) -> Call:
    later = {"document": _DOCUMENT.replace("9000", "9500")}
    return Call(_pool(lab), ["cost_pool.update"], later, {"If-Match": '"1"'})


def _remove(lab: Lab) -> Call:
    return Call(_pool(lab), ["cost_pool.remove"])


def _publish(lab: Lab) -> Call:
    _pool(lab)
    return Call("/rate-cards", ["rate_card.publish"], {"pool": "hall", "month": "2026-11"})


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("PUT", "/api/v1/cost-pools/{name}"): _write,
    ("DELETE", "/api/v1/cost-pools/{name}"): _remove,
    ("POST", "/api/v1/rate-cards"): _publish,
}
