"""The inventory's routes in an application of their own, on both databases."""

from collections.abc import Awaitable, Callable
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
def client(database: Database) -> TestClient:
    return TestClient(application(database))


def application(database: Database) -> FastAPI:
    app = FastAPI()
    nothing: Any = None
    app.state.runtime = Runtime(
        Settings(), database, Door(Settings(), database), nothing, nothing, nothing, nothing, nothing, nothing, nothing
    )
    problems.install(app)
    app.include_router(router, prefix="/api/v1")

    @app.middleware("http")
    async def _numbered(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.request_id = "rq_test"
        return await handle(request)

    return app
