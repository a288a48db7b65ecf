"""Every route asks for a permission; what is open to anybody is a short list, kept here a second time on purpose."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from mcm.auth.permissions import Permission
from mcm.edge.mutation import _mutation
from mcm.edge.routes import OPEN_ROUTES, SIGN_IN_ROUTES, require_permissions, route_permissions
from mcm.inventory.kinds import PLURALS
from tests.architecture.layout import application, client

_READING = {"GET", "HEAD", "OPTIONS"}


def _routes() -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(application().routes):
        if isinstance(route.original_route, APIRoute):
            for method in route.methods or ():
                yield method, route


# What opens, rotates or ends a session, and must not be answered from a record: signing in twice is two sessions.
WITHOUT_KEY = {
    *(f"POST /api/v1/auth/{step}" for step in ("login", "logout", "confirm", "password", "device", "device/token")),
    *(f"POST /{page}" for page in ("login", "password", "security", "device", "setup")),
}
# Asks with a body what does not fit into an address: it reads, and stores nothing.
ASKING = {"POST /api/v1/costs/compare"}
_OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/api/v1/system/explanations"}
_SIGN_IN = {
    *(f"/api/v1/auth/{step}" for step in ("login", "device", "device/token")),
    *(f"/{page}" for page in ("login", "password", "security", "device", "setup")),
}
_OIDC = {"/api/v1/auth/oidc", *(f"/api/v1/auth/oidc/{{name}}/{step}" for step in ("start", "callback", "logout"))}


def test_open_routes_are_these() -> None:
    assert set(OPEN_ROUTES) == _OPEN | _SIGN_IN | _OIDC
    assert set(SIGN_IN_ROUTES) == _SIGN_IN | _OIDC
    assert all(SIGN_IN_ROUTES.values()), "each with its reason"


def test_every_other_route_asks_for_a_permission() -> None:
    table = route_permissions(application())
    assert {path for (_, path), found in table.items() if found is None} <= set(OPEN_ROUTES)
    asking = [path for (_, path), found in table.items() if found is not None]
    assert len(asking) > 20, "the table sees no routes"
    assert all(path.startswith("/api/v1/") for path in asking)


def test_a_route_without_a_permission_keeps_mcm_from_starting() -> None:
    app = FastAPI()
    router = APIRouter(prefix="/api/v1")
    router.add_api_route("/naked", lambda: {}, methods=["GET"])
    app.include_router(router)
    with pytest.raises(RuntimeError, match="GET /api/v1/naked"):
        require_permissions(app.routes)


def test_reading_routes_ask_for_reading_permissions_only() -> None:
    reading = {found for found in Permission if found.value.endswith((".read", ".export"))}
    wrong = [
        f"{method} {path}: {found}"
        for (method, path), found in route_permissions(application()).items()
        if found is not None and (method in _READING or f"{method} {path}" in ASKING) != (found in reading)
    ]
    assert not wrong


def test_every_changing_route_goes_through_a_mutation() -> None:
    """Which demands the Idempotency-Key; test_mutations.py tries each."""
    naked = {
        f"{method} {route.path}"
        for method, route in _routes()
        if method not in _READING and all(inner.call is not _mutation for inner in route.dependant.dependencies)
    }
    assert naked == WITHOUT_KEY | ASKING


def test_no_reading_route_goes_through_a_mutation() -> None:
    odd = [
        f"{method} {route.path}"
        for method, route in _routes()
        if method in _READING and any(inner.call is _mutation for inner in route.dependant.dependencies)
    ]
    assert not odd


def test_every_route_tells_what_it_is() -> None:
    """The operation ids and tags are what the API's documentation is made of."""
    listed = [(method, route) for method, route in _routes() if route.include_in_schema]
    assert not [f"{method} {route.path}" for method, route in listed if not route.tags]
    names = [route.name for _, route in listed]
    assert len(set(names)) == len(names)


def _asked(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", [])}


def test_every_listing_comes_in_pages() -> None:
    described = application().openapi()
    listings = {
        path: methods["get"]
        for path, methods in described["paths"].items()
        if "get" in methods and "/Page_" in str(methods["get"]["responses"].get("200"))
    }
    assert len(listings) > 40
    assert not [path for path, operation in listings.items() if not {"limit", "cursor"} <= _asked(operation)]


def test_every_removal_has_a_dry_run() -> None:
    paths = application().openapi()["paths"]
    removals = {path: methods["delete"] for path, methods in paths.items() if "delete" in methods}
    assert len(removals) > 15
    assert not [path for path, operation in removals.items() if "dry_run" not in _asked(operation)]


def test_collections_are_plural_nouns_below_one_version() -> None:
    roots = {path.split("/")[3] for (_, path) in route_permissions(application()) if path.startswith("/api/v1/")}
    tenancy = {"tenants", "tenant-rules"}
    identity = {"auth", "users", "roles", "role-bindings", "tokens"}
    assert roots - tenancy - identity - {"keys"} == {
        "findings",
        "utilisation",
        "violations",
        "policies",
        "placements",
        "reservations",
        "locations",
        "latencies",
        "exceptions",
        "classification-rules",
        "accounts",
        "actions",
        "allocation-rules",
        "anomalies",
        "budgets",
        "cost-reports",
        "forecasts",
        "audit",
        "events",
        "moves",
        "notice-targets",
        "oidc-providers",
        "operations",
        "optimizations",
        "plans",
        "price-fetches",
        "price-lists",
        "prices",
        "exchange-rates",
        "rate-rules",
        "providers",
        "recycled",
        "resources",
        "retirements",
        "schedules",
        "sync",
        "system",
        "hierarchy",
        "availability",
        "views",
        "workloads",
        "schemas",
        "costs",
        "estimates",
        "charge-imports",
        "charges",
        "cost-months",
        "cost-pools",
        "rate-cards",
        *PLURALS.values(),
    }


@pytest.mark.parametrize("path", ["/docs"])
def test_pages_fetch_nothing_from_elsewhere(path: str) -> None:
    with client(application()) as http:
        answer = http.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<style|<link|<img|<iframe|\b(?:src|action)=|href=.https?:", answer.text)


def test_the_reference_page_shows_every_route() -> None:
    with client(application()) as http:
        text = http.get("/docs").text
    assert not [f"{m} {r.path}" for m, r in _routes() if r.include_in_schema and f"{m} {r.path}</code>" not in text]
