"""The inventory's routes in an application of their own, on both databases."""

from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from mcm.auth.door import Door
from mcm.db.session import Database
from mcm.edge import problems
from mcm.edge.runtime import Runtime
from mcm.inventory.endpoints import router
from mcm.settings import Settings
from tests.rooms.inventory.world import World, begin


@pytest.fixture
def world(database: Database) -> World:
    begin()
    return World(database)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    # Entered, as otherwise each request starts an event loop of its own.
    with TestClient(application(database)) as made:
        yield made


def application(database: Database) -> FastAPI:
    """One for all tests, as reading the routes takes longer than most of them; it serves the database it got last."""
    app = _application()
    nothing: Any = None
    app.state.runtime = Runtime(
        Settings(), database, Door(Settings(), database), nothing, nothing, nothing, nothing, nothing, nothing, nothing
    )
    return app


@cache
def _application() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.include_router(router, prefix="/api/v1")

    @app.middleware("http")
    async def _numbered(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.request_id = "rq_test"
        return await handle(request)

    return app
