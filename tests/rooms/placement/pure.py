"""Estates and workloads made of nothing but numbers, for decisions without a database."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcm.kit import clock
from mcm.placement import keeping, ruling
from mcm.placement.locations import Location, Measure
from mcm.placement.scoring import WEIGHTS
from mcm.policies.compiled import CompiledPolicies
from mcm.policies.linting import lint
from mcm.workloads import service as workloads
from mcm.workloads.documents import Workload

NOW = "2026-11-20T12:00:00+00:00"


def location(name: str, **fields: Any) -> Location:
    """name: account/region[/zone]. vcpus, memory_gib: free; None: nobody measured."""
    account, region, zone = (*name.split("/"), "")[:3]
    room = {key: fields.pop(key, 1000.0) for key in ("vcpus", "memory_gib", "disk_gib")}
    measures = {
        key: (Measure(float(value), 2000.0, clock.from_text(NOW), "hosts"),)
        for key, value in room.items()
        if value is not None
    }
    known: dict[str, Any] = {
        "provider": "p", "ownership": "private", "tenant_id": "t", "tenant": "t", "status": "ok", "creates": True,
        "site": f"{account}-{region}", "city": "c", "jurisdiction": "CN", "measures": measures, "hosts": 10,
    }  # fmt: skip
    return Location(
        id=name, account_id=f"acc_{account}", account=account, region=region, zone=zone,
        place=f"{account}/{region}/{zone}", area=f"{account}/{region}", **known | fields,
    )  # fmt: skip


def inputs(
    document: Mapping[str, Any], places: Sequence[Location], *, costs: Mapping[str, float | None] | None = None,
    gb: float | None = 0.1, policies: Sequence[str] = (), **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """costs: of one instance at a location, in a month."""
    workload = Workload.model_validate({"apiVersion": "mcm/v1", "kind": "Workload", "name": "w"} | dict(document))
    found: dict[str, Any] = {
        "now": NOW, "workload": workloads.as_json(workload), "tenant": "t", "currency": "USD", "weights": dict(WEIGHTS),
        "groups": [], "users_at": None, "only": [], "besides": [], "params": {}, "rooms": {}, "latencies": [],
        "running": {}, "pins": {}, "without": {}, "places": [keeping.kept(one) for one in places],
        "policies": ruling.kept(compiled(policies)),
    }  # fmt: skip
    for tier in workload.tiers:
        prices, choices = dict[str, Any](), dict[str, Any]()
        for one in places:
            cost = (costs or {}).get(one.id, 10.0)
            prices[one.id] = {
                "amount": None if cost is None else f"{cost * tier.count}", "currency": "USD", "option": "on_demand",
                "basis": "list", "complete": True, "gb": None if gb is None else f"{gb}", "points": [],
                "priced_on": None, "notes": [],
            }  # fmt: skip
            choices[one.id] = {
                "wanted": "linux", "image": "i", "image_name": "i", "sized": False, "flavor": None, "flavor_name": None,
                "networked": False, "networks": [], "there": 0,
            }  # fmt: skip
        found.setdefault("prices", {})[tier.name] = prices
        found.setdefault("choices", {})[tier.name] = choices
    return found | more


def compiled(texts: Sequence[str]) -> CompiledPolicies:
    made = []
    for text in texts:
        draft = lint(text, version=1)
        assert draft.policy is not None, draft.findings
        made.append(draft.policy)
    return CompiledPolicies(tuple(made), clock.from_text(NOW))


def tier(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "vcpus": 1, "memory_gib": 1} | fields
