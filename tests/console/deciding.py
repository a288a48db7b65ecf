"""What the pages about policies and placement show: policies, a workload, decisions and a search for better places."""

import itertools
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

STARTERS = ("confidential-stays-private", "data-is-classified", "no-single-site", "prefer-private")
WORKLOAD = """apiVersion: mcm/v1
kind: Workload
metadata: {name: shop-front, title: Shop front, owner: li}
spec:
  data_class: internal
  tiers:
    - {name: web, count: 2, vcpus: 1, memory_gib: 1, disk_gib: 10}
    - {name: db, count: 1, vcpus: 2, memory_gib: 4, disk_gib: 20}
"""
IMPOSSIBLE = WORKLOAD.replace("shop-front", "far-too-large").replace("vcpus: 2", "vcpus: 5000")
_SEARCH_S = 120
_keys = itertools.count()


@dataclass(frozen=True, slots=True)
class Decided:
    """Ids of what there is to see. violation: with the resource that it is of."""

    placement: str
    impossible: str
    optimization: str
    violation: str
    resource: str


def seeded(url: str) -> Decided:
    for name in STARTERS:
        ask(url, "POST", f"/policies/library/{name}?accept_warnings=true")
    ask(url, "POST", "/violations/check?whole=true")
    ask(url, "PUT", "/workloads/shop-front", {"text": WORKLOAD})
    ask(url, "PUT", "/latencies", {"items": [{"level": "site", "one": "bj-1", "other": "bj-2", "ms": 2.5}]})
    placed, refused = (ask(url, "POST", "/placements", {"text": text})["id"] for text in (WORKLOAD, IMPOSSIBLE))
    search = ask(url, "POST", "/optimizations", {"goal": "rebalance", "time_limit_s": 10})["id"]
    _until_done(url, search)
    broken = ask(url, "GET", "/violations?limit=1")["items"][0]
    expires = {"reason": "moves in June", "expires": "2099-06-30T00:00:00Z"}
    ask(url, "POST", "/exceptions", {"policy": broken["policy"], "resource": broken["resource"], **expires})
    return Decided(placed, refused, search, broken["id"], broken["resource"])


def paths(of: Decided) -> dict[str, str]:
    """By name: every page, and what stands beside it."""
    return {
        "policies": "/policies",
        "policy": "/policies/confidential-stays-private",
        "policy examples": "/policies/confidential-stays-private?tab=examples",
        "policy versions": "/policies/confidential-stays-private?tab=versions&version=1",
        "policy new": "/policies/new?from=pci-zone-only",
        "policy edit": "/policies/confidential-stays-private/edit",
        "policy library": "/policies/library",
        "violations": "/violations",
        "violation": f"/violations?id={of.violation}",
        "exceptions": "/exceptions",
        "resource policies": f"/resources/{of.resource}?tab=policies",
        "workloads": "/workloads",
        "workload": "/workloads/shop-front",
        "workload edit": "/workloads/shop-front/edit",
        "place": "/place?workload=shop-front&look=1",
        "place written": "/place?source=text",
        "placements": "/placements",
        "placement": f"/placements/{of.placement}",
        "placement replayed": f"/placements/{of.placement}?replay=1&rules=all&tier=db",
        "placement why": f"/placements/{of.placement}?location={quote('denied/bj-1/az2', safe='')}",
        "placement impossible": f"/placements/{of.impossible}",
        "reservations": "/reservations",
        "locations": "/locations",
        "optimizations": "/optimizations",
        "optimization": f"/optimizations/{of.optimization}",
    }


def ask(url: str, method: str, path: str, body: object = None) -> Any:
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"deciding-{next(_keys)}-{time.time_ns()}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _until_done(url: str, search: str) -> None:
    end = time.monotonic() + _SEARCH_S
    while ask(url, "GET", f"/optimizations/{search}")["status"] in ("queued", "running"):
        assert time.monotonic() < end, "the search does not end"
        time.sleep(0.2)
