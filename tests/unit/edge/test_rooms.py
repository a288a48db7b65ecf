"""Routes are there whoever asks first: the table of contents is true, and opening a room is seen by nobody."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from mcm.api import PAGES, ROOMS, UPLOADS
from mcm.edge.rooms import Room, Rooms
from mcm.edge.routes import all_routes
from mcm.settings import Settings
from tests.architecture.layout import application, client


def _paths(room: Room) -> set[str]:
    routes = getattr(import_module(room.module), room.router).routes
    assert all(isinstance(route, APIRoute) for route in routes), f"{room.module} includes a router: mount its routes"
    return {f"{room.prefix}{route.path}" for route in routes}


@pytest.mark.parametrize("room", [PAGES, *ROOMS], ids=lambda room: f"{room.module} {room.router}")
def test_a_room_has_the_parts_it_is_listed_with(room: Room) -> None:
    found = {path.removeprefix(room.prefix).split("/")[1] for path in _paths(room)}
    assert found == set(room.parts)


def test_no_path_is_of_two_rooms() -> None:
    """Else the first would refuse the methods of the second before that is asked for."""
    seen: dict[str, Room] = {}
    for room in (PAGES, *ROOMS):
        for path in _paths(room):
            assert seen.setdefault(path, room) is room, path


def test_uploads_are_routes_with_a_setting() -> None:
    posts = {route.path for route in all_routes(application()) if "POST" in (getattr(route, "methods", None) or ())}  # type: ignore[attr-defined]
    assert set(UPLOADS) <= posts
    assert all(setting in Settings.model_fields for setting in UPLOADS.values())


def _open(app: FastAPI) -> set[str]:
    return {route.path for route in app.routes if isinstance(route, APIRoute)}


def test_only_what_is_asked_for_is_opened() -> None:
    app = application.__wrapped__()
    before = _open(app)
    with client(app) as http:
        assert http.get("/healthz").status_code == 200
        assert http.get("/api/v1/nothing").status_code == 404
        assert http.get("/api/v1").status_code == 404
        assert _open(app) == before
        # 503: this database is never opened.
        assert http.get("/api/v1/providers").status_code == 503
        assert {path.split("/")[3] for path in _open(app) - before} == {"providers"}
        assert http.delete("/api/v1/providers").status_code == 405


def test_the_description_does_not_hang_on_what_was_opened_first() -> None:
    one, other = application.__wrapped__(), application.__wrapped__()
    with client(other) as http:
        http.get("/api/v1/violations")
        http.get("/login")
    assert list(one.openapi()["paths"]) == list(other.openapi()["paths"])


def _rooms(app: FastAPI) -> Rooms:
    app.state.rooms = Rooms(app, [Room(__name__, {"slow"}, prefix="", router="SLOW")], app.router.default)
    app.router.default = app.state.rooms
    return app.state.rooms  # type: ignore[no-any-return]


SLOW = APIRouter()


@SLOW.get("/slow/{number}")
def _slow(number: int) -> int:
    return number


def test_many_who_ask_first_all_get_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcm.edge.rooms.require_permissions", lambda _: None)
    app = FastAPI()
    _rooms(app)
    with client(app) as http, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: http.get(f"/slow/{number}").json(), range(16)))
    assert found == list(range(16))
    assert [route.path for route in app.routes if isinstance(route, APIRoute)] == ["/slow/{number}"]


def test_a_room_with_an_open_route_is_not_opened() -> None:
    app = FastAPI()
    _rooms(app)
    with client(app) as http:
        answer: httpx.Response = http.get("/slow/1")
    assert answer.status_code == 500
    assert _open(app) == set()
