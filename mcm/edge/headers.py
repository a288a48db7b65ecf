"""What every answer carries and every request must satisfy: request id, security headers, host, body, no NUL."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from mcm.edge.rates import Rates
from mcm.edge.tracing import traced
from mcm.kit import telling
from mcm.kit.ids import new_id

Scope = MutableMapping[str, Any]
MAX_BODY = 4 * 2**20
TOO_LARGE = f"a request body may have {MAX_BODY} bytes at most"
# PostgreSQL stores none, and SQLite's copy could then not be moved there.
NUL = "the request holds a NUL character, which mcm stores nowhere"
# In JSON: \u0000 after an even number of backslashes. A chunk's end is looked at again with the next.
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_OVERLAP = 64
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,100}")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^][:@/\s]+))(?::[0-9]{1,5})?")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}


class EdgeMiddleware:
    """Pure ASGI, so that streamed exports stay streams."""

    def __init__(
        self,
        app: Any,
        *,
        hosts: frozenset[str] | None,
        rates: Rates | None = None,
        over_tls: bool = False,
        uploads: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """hosts: names the Host header may carry (DNS rebinding would bring others); None: any. uploads: (method, path)
        of routes that take files, and how many bytes each may have."""
        self._app, self._hosts, self._rates = app, hosts, rates
        self._uploads = uploads or {}
        self._headers = _HEADERS | (_OVER_TLS if over_tls else {})

    async def __call__(self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id("rq")
        scope.setdefault("state", {})["request_id"] = request_id
        telling.begin(request_id)

        async def sending(message: Scope) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    out.setdefault(name, value)
                out["X-Request-Id"] = request_id
            await send(message)

        refused = self._refused(scope, headers, request_id) or self._too_often(scope, request_id)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        await traced(self._app, scope, _limited(receive, self._upload(scope)), sending)

    def _upload(self, scope: Scope) -> int | None:
        """How large a file the route takes; None: it takes none."""
        return self._uploads.get((scope["method"], scope["path"]))

    def _too_often(self, scope: Scope, request_id: str) -> JSONResponse | None:
        wait = self._rates.wait(Request(scope)) if self._rates is not None else 0.0
        if wait <= 0:
            return None
        seconds = max(math.ceil(wait), 1)
        answer = _problem(429, "too_many_requests", "you ask more often than mcm answers one caller",
                          f"come again in {seconds} s", request_id)  # fmt: skip
        answer.headers["Retry-After"] = str(seconds)
        return answer

    def _refused(self, scope: Scope, headers: Headers, request_id: str) -> JSONResponse | None:
        host = headers.get("host", "").lower()
        found = _HOST.fullmatch(host)
        if self._hosts is not None and (found is None or (found[1] or found[2]) not in self._hosts):
            said = f"this server does not answer for the host '{host[:100]}'"
            return _problem(421, "wrong_host", said, "use the address the server printed", request_id)
        length = headers.get("content-length", "0")
        largest = self._upload(scope) or MAX_BODY
        if not length.isdigit() or int(length) > largest:
            said = TOO_LARGE if largest == MAX_BODY else f"a file may have {largest} bytes at most"
            return _problem(413, "too_large", said, "send less at once", request_id)
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return _problem(400, "bad_request", NUL, "leave out %00", request_id)
        return None


def _limited(receive: Callable[[], Awaitable[Any]], upload: int | None = None) -> Callable[[], Awaitable[Any]]:
    """upload: the largest file that is taken; what is in it is for its reader to judge."""
    seen, tail = 0, b""

    async def receiving() -> Any:
        nonlocal seen, tail
        message = await receive()
        body = message.get("body", b"")
        seen += len(body)
        if seen > (upload or MAX_BODY):
            # A chunked body, which announced no length.
            raise HTTPException(413)
        if body and upload is None:
            if _NUL_IN_JSON.search(tail + body):
                raise HTTPException(400, NUL)
            tail = (tail + body)[-_OVERLAP:]
        return message

    return receiving


def _problem(status: int, code: str, detail: str, next_step: str, request_id: str) -> JSONResponse:
    body = {"type": f"urn:mcm:error:{code}", "title": code.replace("_", " "), "status": status, "code": code,
            "detail": detail, "next_step": next_step, "request_id": request_id}  # fmt: skip
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
