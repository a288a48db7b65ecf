"""What keeps a tier away from a place, whatever else there is: one check for each rule, with the values it looked at.

What nobody knows is no proof that it fits. Only of a public place is room that nobody measured taken for granted, and
then the check says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcm.placement.demand import Part
from mcm.placement.locations import Location, Measure
from mcm.placement.pricing import money
from mcm.workloads.documents import Tier, Workload

_RUNNING = ("ok",)
# Resources of a tenant's limits, as what they bound here.
ROOMS = {"instances": "instances", "vcpus": "vcpus", "memory_mib": "memory_gib", "storage_gib": "disk_gib"}


@dataclass(frozen=True, slots=True)
class Check:
    """unknown: it passed because nobody could say. values: what was compared; texts, numbers and lists of them."""

    rule: str
    ok: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """Room that several places may share. key: whose; left: of one resource."""

    key: str
    resource: str
    left: float


def checks(
    workload: Workload, tier: Tier, part: Part, place: Location, price: Mapping[str, Any], choice: Mapping[str, Any],
    room: Mapping[str, Mapping[str, Any]],
) -> list[Check]:  # fmt: skip
    """All but what policies say. part: the smallest of the tier. room: what limits leave to the place's tenant."""
    return [
        *_of_account(place),
        *_of_data(workload, tier, place),
        *_of_catalog(choice),
        *_of_capacity(part, place, tier),
        *_of_limits(part, room),
        *_of_money(workload, price),
    ]


def buckets(place: Location, room: Mapping[str, Mapping[str, Any]]) -> list[Bucket]:
    """Everything that what goes to the place takes from."""
    found = []
    for name, measures in sorted(place.measures.items()):
        for one in measures:
            if one.free is not None:
                found.append(Bucket(_key(place, one), name, _left(place, name, one)))
    for resource, limit in sorted(room.items()):
        found.append(Bucket(f"tenant:{place.tenant_id}", ROOMS[resource], _amount(resource, limit["left"])))
    return found


def _of_account(place: Location) -> list[Check]:
    return [
        Check("open", not place.closed),
        Check("capability", place.creates is not False, {"provider": place.provider}, unknown=place.creates is None),
        Check("account", place.status in _RUNNING, {"account": place.account, "status": place.status}),
        Check("fresh", not place.unsound, {"stale": list(place.stale)}),
    ]


def _of_data(workload: Workload, tier: Tier, place: Location) -> list[Check]:
    residency = list(tier.residency if tier.residency is not None else workload.residency)
    labels = list(tier.trust_labels if tier.trust_labels is not None else workload.trust_labels)
    found = []
    if residency:
        values = {"wanted": residency, "jurisdiction": place.jurisdiction}
        found.append(Check("residency", place.jurisdiction in residency, values))
    if labels:
        lacking = sorted(set(labels) - set(place.labels))
        found.append(
            Check("trust_labels", not lacking, {"wanted": labels, "has": list(place.labels), "lacks": lacking})
        )
    return found


def _of_catalog(choice: Mapping[str, Any]) -> list[Check]:
    found = [Check("image", choice["image"] is not None, {"wanted": choice["wanted"], "image": choice["image_name"]})]
    if choice["sized"]:
        found.append(Check("flavor", choice["flavor"] is not None, {"flavor": choice["flavor_name"]}))
    if choice["networked"]:
        found.append(
            Check("network", bool(choice["networks"]), {"networks": choice["networks"], "there": choice["there"]})
        )
    return found


def _of_capacity(part: Part, place: Location, tier: Tier) -> list[Check]:
    found = []
    wanted = part.need.times(part.count)
    for name in ("vcpus", "memory_gib", "disk_gib", "gpus", "instances"):
        if not wanted[name] or (name == "instances" and name not in place.measures):
            continue
        found.append(_room(name, wanted[name], getattr(part.need, name, 1.0), place))
    if "host" in tier.spread and part.count > 1:
        values = {"needed": part.count, "hosts": place.hosts}
        unknown = place.hosts is None
        ok = place.ownership == "public" if place.hosts is None else place.hosts >= part.count
        found.append(Check("hosts", ok, values, unknown=unknown and ok))
    return found


def _room(name: str, wanted: float, each: float, place: Location) -> Check:
    measure, room = place.measure(name), place.room(name)
    values: dict[str, Any] = {
        "resource": name, "needed": wanted, "room": room, "total": measure.total, "source": measure.source,
        "as_of": measure.as_of.isoformat() if measure.as_of is not None else None,
        "reserved": (place.area_reserved if measure.shared else place.reserved).get(name, 0.0),
    }  # fmt: skip
    if room is None:
        if measure.unlimited and place.ownership == "public":
            return Check(f"capacity.{name}", True, values | {"unlimited": True})
        # Capacity not known: it is taken for granted of a public cloud, and of disks, as many private clouds tell no
        # one how much storage they have. The decision says so.
        return Check(f"capacity.{name}", place.ownership == "public" or name == "disk_gib", values, unknown=True)
    largest = min((one.largest for one in place.measures[name] if one.largest is not None), default=None)
    if largest is not None and each > largest:
        return Check(f"capacity.{name}", False, values | {"each": each, "largest": largest})
    return Check(f"capacity.{name}", wanted <= room, values)


def _of_limits(part: Part, room: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    wanted = part.need.times(part.count)
    found = []
    for resource, one in sorted(room.items()):
        name = ROOMS[resource]
        left, needed = _amount(resource, one["left"]), wanted[name]
        if needed:
            # Of a limit above what the session sees no number is told.
            shown = left if one["whose"] else None
            values = {"resource": name, "needed": needed, "room": shown, "tenant": one["whose"] or ""}
            found.append(Check(f"quota.{name}", needed <= left, values))
    return found


def _of_money(workload: Workload, price: Mapping[str, Any]) -> list[Check]:
    found = []
    amount = money(price["amount"])
    if workload.purchase:
        values = {"wanted": list(workload.purchase), "option": price["option"] if amount is not None else None}
        found.append(Check("purchase", amount is not None and price["option"] in workload.purchase, values))
    if workload.budget is not None:
        values = {
            "cost": price["amount"], "budget": str(workload.budget.amount), "currency": price["currency"],
            "complete": price["complete"],
        }  # fmt: skip
        same = price["currency"] == workload.budget.currency
        ok = amount is not None and same and amount <= workload.budget.amount
        found.append(Check("budget", ok, values, unknown=ok and not price["complete"]))
    return found


def _key(place: Location, measure: Measure) -> str:
    if measure.source == "quota":
        # Each account has its own, though they lead to the same hosts.
        return f"quota:{place.account_id}/{place.region}"
    return f"area:{place.area}" if measure.shared else f"place:{place.place}"


def _left(place: Location, name: str, measure: Measure) -> float:
    assert measure.free is not None
    return measure.free - (place.area_reserved if measure.shared else place.reserved).get(name, 0.0)


def _amount(resource: str, value: float) -> float:
    return value / 1024 if resource == "memory_mib" else float(value)


def failed(found: Sequence[Check]) -> list[Check]:
    return [one for one in found if not one.ok]
