"""Checks, before it is served, that every route names the permission it needs or is on the short list of open ones."""

from collections.abc import Iterator, Sequence

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import Authorization

OPEN_ROUTES = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/api/v1/system/explanations"})

# How people come in: who they are is what these find out, so no permission can be asked for. Each with its reason.
SIGN_IN_ROUTES: dict[str, str] = {
    "/api/v1/auth/login": "takes the password",
    "/api/v1/auth/device": "a command line asks for a code that somebody signed in will approve",
    "/api/v1/auth/device/token": "the command line asks whether that was done; the secret device code opens it",
    "/api/v1/auth/oidc": "names the OpenID providers for the login page",
    "/api/v1/auth/oidc/{name}/start": "sends the browser to one",
    "/api/v1/auth/oidc/{name}/callback": "where it comes back to; only what the same browser began opens a session",
    "/api/v1/auth/oidc/{name}/logout": "says where a login ends at the provider, after mcm's own has ended",
    "/login": "the form for the password",
    "/device": "sends whoever is not signed in to /login; approving asks for the session",
    "/password": "as /device; changing it asks for the session and the old password",
    "/security": "as /device; a second factor or a token asks for a fresh proof too",
    "/setup": "the one-time link makes the first administrator",
}
OPEN_ROUTES |= frozenset(SIGN_IN_ROUTES)


def all_routes(app: FastAPI) -> Sequence[BaseRoute]:
    """Those of rooms that nobody has asked for yet too."""
    rooms = getattr(app.state, "rooms", None)
    return app.routes if rooms is None else rooms.routes()


def route_permissions(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """(method, path) → permission of every route; None where the route asks for none."""
    return _permissions(all_routes(app))


def require_permissions(routes: Sequence[BaseRoute]) -> None:
    """Raises RuntimeError naming every route that would be open by mistake."""
    table = _permissions(routes)
    naked = [f"{method} {path}" for (method, path), found in table.items() if found is None and path not in OPEN_ROUTES]
    if naked:
        raise RuntimeError(f"routes without a permission: {', '.join(sorted(naked))}")


def _permissions(routes: Sequence[BaseRoute]) -> dict[tuple[str, str], Permission | None]:
    table: dict[tuple[str, str], Permission | None] = {}
    # They may hold included routers unopened: walking them alone would find no route of those.
    for route in iter_route_contexts(routes):
        guarded = isinstance(route.original_route, APIRoute)
        found = next(_authorizations(route.dependant), None) if guarded else None
        table |= {(method, route.path or ""): found for method in route.methods or ()}
    return table


def _authorizations(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, Authorization):
        yield dependant.call.permission
    for inner in dependant.dependencies:
        yield from _authorizations(inner)
