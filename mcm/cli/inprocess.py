"""The API in this process, spoken to like a server: same routes, same checks, no socket."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import anyio.from_thread
import httpx

from mcm.app import build_app, build_runtime, prepare
from mcm.cli.logs import configure
from mcm.errors import McmError
from mcm.settings import Settings


class _Body(httpx.AsyncByteStream):
    """As it is sent, part by part: a file of gigabytes is never whole in memory."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._stream:
            yield part


class _Transport(httpx.BaseTransport):
    def __init__(self, portal: anyio.from_thread.BlockingPortal, inner: httpx.ASGITransport) -> None:
        self._portal, self._inner = portal, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        body = _Body(request.stream)
        async_request = httpx.Request(request.method, request.url, headers=request.headers, stream=body)
        answer = await self._inner.handle_async_request(async_request)
        content = await answer.aread()
        # It is unpacked already.
        headers = [pair for pair in answer.headers.raw if pair[0].lower() != b"content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=content, request=request)


@contextmanager
def local_transport(*, lenient: bool = False) -> Iterator[httpx.BaseTransport]:
    """Migrates the local database if needed; nothing is read from a cloud unless a command asks for it.

    lenient: a database that cannot be used is no error yet, but what a request that needs it says.
    """
    # Nobody listens here, whatever a server on this machine would do.
    settings = Settings().model_copy(update={"listen": "127.0.0.1:0"})
    # Failures are answers here; a server's log would say them twice.
    configure(settings.log_level if "log_level" in settings.model_fields_set else "ERROR", settings.log_format)
    runtime = build_runtime(settings)
    try:
        prepare(runtime)
    except McmError:
        if not lenient:
            raise
    runtime.door.in_process = True
    app = build_app(runtime, background=False)
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield _Transport(portal, httpx.ASGITransport(app=app, raise_app_exceptions=False))
