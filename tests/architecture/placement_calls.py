"""Requests that the routes of placement accept."""

from collections.abc import Callable

from sqlalchemy import select

from mcm.auth.service import SYSTEM_PRINCIPAL
from mcm.models import CapacityReservation, Placement
from mcm.placement import settings
from mcm.placement.location_schemas import LatencySet
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import document, estate, place


def _placed(lab: Lab) -> str:
    estate(lab, public=0)
    return place(lab, document()).id


def _waiting(lab: Lab) -> tuple[str, str]:
    """Asked for by somebody else, so that whoever calls can decide."""
    ident = _placed(lab)
    with lab.runtime.database.writing() as session:
        row = session.get_one(Placement, ident)
        row.status, row.principal_id, row.needs = "awaiting_approval", SYSTEM_PRINCIPAL, ["sensitive"]
        return ident, row.hash


def _create(lab: Lab) -> Call:
    estate(lab, public=0)
    return Call("/placements", ["placement.decide"], {"text": document()})


def _apply(lab: Lab) -> Call:
    return Call(f"/placements/{_placed(lab)}/apply", ["instance.create", "placement.apply"])


def _approve(lab: Lab) -> Call:
    ident, digest = _waiting(lab)
    return Call(f"/placements/{ident}/approve", ["placement.approve"], {"hash": digest})


def _reject(lab: Lab) -> Call:
    return Call(f"/placements/{_waiting(lab)[0]}/reject", ["placement.reject"], {"reason": "not now"})


def _release(lab: Lab) -> Call:
    _placed(lab)
    with lab.runtime.database.reading() as session:
        held = session.scalars(select(CapacityReservation.id)).one()
    return Call(f"/reservations/{held}/release", ["placement.release"])


def _location(lab: Lab, which: str) -> Call:
    estate(lab)
    return Call(f"/locations/{which}", ["location.set"], {"cpu_overcommit": 2})


def _latencies(_: Lab) -> Call:
    one = {"level": "site", "one": "b", "other": "a", "ms": 3}
    return Call("/latencies", ["latency.set"], {"items": [one]})


def _no_latency(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        settings.set_latencies(session, CALLER, [LatencySet(level="city", one="a", other="b", ms=1)])
    return Call("/latencies?level=city&one=b&other=a", ["latency.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/placements"): _create,
    ("POST", "/api/v1/placements/{placement_id}/apply"): _apply,
    ("POST", "/api/v1/placements/{placement_id}/approve"): _approve,
    ("POST", "/api/v1/placements/{placement_id}/reject"): _reject,
    ("POST", "/api/v1/placements/{placement_id}/replay"): lambda lab: Call(
        f"/placements/{_placed(lab)}/replay", ["placement.replay"]
    ),
    ("POST", "/api/v1/placements/{placement_id}/cancel"): lambda lab: Call(
        f"/placements/{_placed(lab)}/cancel", ["placement.cancel"]
    ),
    ("POST", "/api/v1/reservations/{reservation_id}/release"): _release,
    ("PATCH", "/api/v1/locations/{account}"): lambda lab: _location(lab, "dc0"),
    ("PATCH", "/api/v1/locations/{account}/{region}"): lambda lab: _location(lab, "dc0/datacenter-2"),
    ("PATCH", "/api/v1/locations/{account}/{region}/{zone}"): lambda lab: _location(
        lab, "cloud0/cn-north-1/cn-north-1a"
    ),
    ("PUT", "/api/v1/latencies"): _latencies,
    ("DELETE", "/api/v1/latencies"): _no_latency,
}
