"""Puts the routes of a room straight into the application's table.

`include_router` builds every route anew, its dependencies and validators with it, for each router above it: with some
eighty routes that was a fifth of the time until the first answer.
"""

from copy import copy

from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.utils import generate_unique_id
from starlette.routing import compile_path


def mount(into: APIRouter, router: APIRouter, prefix: str = "") -> None:
    """As `into.include_router(router, prefix=prefix)` for a router that is complete; `into` is not serving yet.

    A router that includes others keeps FastAPI's way.
    """
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    if len(routes) < len(router.routes):
        into.include_router(router, prefix=prefix)
    else:
        into.routes.extend(_moved(route, prefix) if prefix else route for route in routes)


def _moved(route: APIRoute, prefix: str) -> APIRoute:
    """The same route below the prefix, which has no parameters: all but the path stays as it is."""
    moved = copy(route)
    moved.path = prefix + route.path
    moved.path_regex, moved.path_format, moved.param_convertors = compile_path(moved.path)
    moved.unique_id = route.operation_id or generate_unique_id(moved)
    if route.response_field:
        # The description of the API shows this name where an answer's type has none.
        moved.response_field = copy(route.response_field)
        moved.response_field.name = f"Response_{moved.unique_id}"
    return moved
