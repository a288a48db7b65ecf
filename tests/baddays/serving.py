"""mcm's HTTP API on a real socket in this process, spoken to like any client would: host header, bodies and all."""

import asyncio
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from mcm.app import build_app
from tests.lab import Lab

TIMEOUT_S = 120.0
_LOOK_S = 0.01
# For plain HTTP: without it each client reads every certificate authority, which takes longer than most tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Served:
    """One running server and a client for it. `send` is a mutation with a fresh key unless one is given."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=TIMEOUT_S, verify=NO_TLS)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = "", **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if key is not None:
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
        return self.http.request(method, path, json=body, headers=headers, **options)

    def raw(self, request: bytes) -> bytes:
        """Bytes as they are; everything that comes back until the server closes."""
        pieces = []
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S) as connected:
            # A server that has seen enough answers and closes while we are still sending.
            with suppress(ConnectionError):
                connected.sendall(request)
            with suppress(ConnectionError):
                while piece := connected.recv(65_536):
                    pieces.append(piece)
        return b"".join(pieces)


class _Server(uvicorn.Server):
    """Ends within hundredths of a second instead of tenths, as hundreds of them are ended."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(_LOOK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(_LOOK_S)
        await self.lifespan.shutdown()


@contextmanager
def serving(lab: Lab, *, background: bool = False, extend: Callable[[FastAPI], None] | None = None) -> Iterator[Served]:
    """`extend`: adds routes of the test's own to the application, behind the same middleware."""
    app = build_app(lab.runtime, background=background)
    if extend is not None:
        extend(app)
    # With the protocol named: else asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for the client.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    served = Served(listener.getsockname()[1])
    try:
        served.http.get("/healthz").raise_for_status()
        yield served
    finally:
        served.http.close()
        server.should_exit = True
        thread.join(TIMEOUT_S)
        listener.close()
