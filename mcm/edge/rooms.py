"""Opens the routes of a room when somebody first asks for one of them.

Routes and the shapes of their answers are most of what starting would take, and whoever starts mcm, or gives one
command, asks for few. A room is known by the first part of its paths until then.
"""

import importlib
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import anyio
from fastapi import FastAPI
from fastapi.routing import APIRouter
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from mcm.edge.mounting import mount
from mcm.edge.routes import require_permissions


@dataclass(frozen=True)
class Room:
    """module: where `router` is. parts: the first part of each of its paths after `prefix`, without a slash."""

    module: str
    parts: Collection[str]
    prefix: str = "/api/v1"
    router: str = "router"


class Rooms:
    """An ASGI application for what no route of `app` matches: opens what the path belongs to and lets `app` try again;
    what belongs to no room, or to an open one, goes to `default`. Thread-safe."""

    def __init__(self, app: FastAPI, rooms: Sequence[Room], default: ASGIApp) -> None:
        self._app, self._default = app, default
        self._always = list(app.router.routes)
        self._closed = dict(enumerate(rooms))
        self._opened: dict[int, list[BaseRoute]] = {}
        self._lock = threading.Lock()
        self._of: dict[str, list[int]] = {}
        for number, room in enumerate(rooms):
            for part in room.parts:
                self._of.setdefault(f"{room.prefix}/{part}", []).append(number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (wanted := self._wanted(scope["path"])):
            await anyio.to_thread.run_sync(self._open, wanted)
            await self._app.router(scope, receive, send)
        else:
            await self._default(scope, receive, send)

    def open_all(self, pause_s: float = 0.0) -> None:
        """pause_s: between two rooms, for requests that wait meanwhile."""
        for number in list(self._closed):
            self._open([number])
            time.sleep(pause_s)

    def routes(self) -> list[BaseRoute]:
        """Of all rooms, in the order in which they were given, whichever was opened first."""
        self.open_all()
        return [*self._always, *(route for number in sorted(self._opened) for route in self._opened[number])]

    def _wanted(self, path: str) -> list[int]:
        """The closed rooms that may have it."""
        return [number for known in _beginnings(path) for number in self._of.get(known, ()) if number in self._closed]

    def _open(self, numbers: Sequence[int]) -> None:
        with self._lock:
            for number in numbers:
                if (room := self._closed.get(number)) is None:
                    continue
                found = APIRouter()
                mount(found, getattr(importlib.import_module(room.module), room.router), room.prefix)
                require_permissions(found.routes)
                self._opened[number] = list(found.routes)
                # In one step, as requests look through the list meanwhile.
                self._app.router.routes.extend(found.routes)
                # Last: until then others wait at the lock for what is being opened.
                del self._closed[number]


def _beginnings(path: str) -> Iterator[str]:
    """`/api/v1/accounts/a` → `/api`, `/api/v1`, `/api/v1/accounts`."""
    parts = path.split("/", 4)[1:4]
    for number in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:number])
