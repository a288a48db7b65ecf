"""Checks, at start, that every route names the permission it needs or is on the short list of open ones."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import Authorization

OPEN_ROUTES = frozenset({"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect"})


def route_permissions(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """(method, path) → permission of every API route; None where the route asks for none."""
    table: dict[tuple[str, str], Permission | None] = {}
    for route in app.routes:
        if isinstance(route, APIRoute):
            found = next(_authorizations(route.dependant), None)
            table |= {(method, route.path): found for method in route.methods or ()}
    return table


def require_permissions(app: FastAPI) -> None:
    """Raises RuntimeError naming every route that would be open by mistake."""
    table = route_permissions(app)
    naked = [f"{method} {path}" for (method, path), found in table.items() if found is None and path not in OPEN_ROUTES]
    if naked:
        raise RuntimeError(f"routes without a permission: {', '.join(sorted(naked))}")


def _authorizations(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, Authorization):
        yield dependant.call.permission
    for inner in dependant.dependencies:
        yield from _authorizations(inner)
