"""Routes that were moved are the ones that FastAPI's own way of including would have made."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI
from fastapi.testclient import TestClient

from mcm.edge.mounting import mount


def _room() -> APIRouter:
    room = APIRouter(prefix="/things", tags=["things"])

    @room.get("/{name}", dependencies=[Depends(lambda: None)])
    def show(name: str, size: int = 3) -> dict[str, Any]:
        return {"name": name, "size": size}

    @room.put("/{name}", response_model=list[int])
    def change(name: str, numbers: Annotated[list[int], Body()]) -> Any:
        return [*numbers, len(name)]

    return room


def _nested() -> APIRouter:
    outer = APIRouter(prefix="/outer")
    outer.include_router(_room())
    return outer


def _included(room: APIRouter) -> FastAPI:
    app = FastAPI()
    app.include_router(room, prefix="/api")
    return app


def _mounted(room: APIRouter) -> FastAPI:
    app = FastAPI()
    mount(app.router, room, "/api")
    return app


def test_the_description_is_the_same() -> None:
    assert _mounted(_room()).openapi()["paths"] == _included(_room()).openapi()["paths"]
    assert set(_mounted(_room()).openapi()["paths"]) == {"/api/things/{name}"}


def test_a_moved_route_answers_and_its_router_stays_as_it_was() -> None:
    room = _room()
    before = [vars(route)["path"] for route in room.routes]
    with TestClient(_mounted(room)) as client:
        assert client.get("/api/things/a", params={"size": 5}).json() == {"name": "a", "size": 5}
        assert client.put("/api/things/a", json=[3, 2]).json() == [3, 2, 1]
        assert client.get("/api/things/a", params={"size": "large"}).status_code == 422
        assert client.get("/things/a").status_code == 404
        assert client.post("/api/things/a").status_code == 405
    assert [vars(route)["path"] for route in room.routes] == before


def test_a_router_that_includes_others_works_too() -> None:
    app = _mounted(_nested())
    assert app.openapi()["paths"] == _included(_nested()).openapi()["paths"]
    with TestClient(app) as client:
        assert client.get("/api/outer/things/a").json() == {"name": "a", "size": 3}
