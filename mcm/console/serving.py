"""Answers what no route does: the console's files, and its one page for every address it routes itself."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from mcm.console.absent import not_built
from mcm.console.built import DIST, INDEX, BuiltFile, scan
from mcm.edge.html import POLICY as PAGES
from mcm.edge.tongue import remember, tongue_of

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

# Styles are files of our own too; the components set single properties through the object model, which needs no
# 'unsafe-inline'. data: is for the small pictures inside their style sheets.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_FOREVER = "public, max-age=31536000, immutable"
# A copy may be kept, but is asked for again at every use.
_FRESH = "no-cache"
_REACHED = re.compile(r"^/(?:api|assets)(?:/|$)")


class Console:
    """Goes last: what other routes answer never comes here. `otherwise` answers what is not the console's either."""

    def __init__(self, otherwise: App, notices: Callable[[], tuple[str, str]], dist: Path = DIST) -> None:
        """notices: (why nothing may be changed, what the local mode skips) for the page that stands in for it."""
        self._otherwise, self._notices, self._dist = otherwise, notices, dist
        self._files: Mapping[str, BuiltFile] = {}
        self._built_at = -1

    def _current(self) -> Mapping[str, BuiltFile]:
        """Whoever builds anew while mcm runs gets what was built; the page is written after what it refers to."""
        try:
            built_at = (self._dist / INDEX).stat().st_mtime_ns
        except OSError:
            built_at = 0
        if built_at != self._built_at:
            self._files, self._built_at = scan(self._dist), built_at
        return self._files

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._otherwise)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        if scope["method"] not in ("GET", "HEAD"):
            return None
        path, headers = str(scope["path"]), Headers(scope=scope)
        files = await run_in_threadpool(self._current)
        found = files.get(path.removeprefix("/")) if path != f"/{INDEX}" else None
        if found is None:
            if path != "/" and (_REACHED.match(path) or not _wants_page(headers)):
                return None
            if INDEX not in files:
                read_only, local_mode = await run_in_threadpool(self._notices)
                say = tongue_of(Request(scope))
                page = HTMLResponse(not_built(say, read_only, local_mode), headers={"Content-Security-Policy": PAGES})
                remember(page, say, over_tls=scope.get("scheme") == "https")
                return page
            found = files[INDEX]
        return _sent(found, headers)


def _wants_page(headers: Headers) -> bool:
    """Somebody went to this address; a program that asks for data is told that there is nothing."""
    return "text/html" in headers.get("accept", "")


def _sent(file: BuiltFile, headers: Headers) -> Response:
    encoding = _encoding(headers.get("accept-encoding", ""), file)
    # Another representation, another tag (RFC 9110, 8.8.3.3).
    etag = f'"{file.etag}{"-" + encoding if encoding else ""}"'
    told = {
        "ETag": etag,
        "Cache-Control": _FOREVER if file.immutable else _FRESH,
        "Content-Security-Policy": POLICY,
        "Vary": "Accept-Encoding",
    }
    if etag in (part.strip().removeprefix("W/") for part in headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=told)
    if encoding:
        told["Content-Encoding"] = encoding
    return FileResponse(file.copies.get(encoding, file.path), headers=told, media_type=file.media_type)


def _encoding(accepted: str, file: BuiltFile) -> str:
    """The best copy that the browser takes; "" for the file itself."""
    weights: dict[str, str] = {}
    for part in accepted.lower().split(","):
        name, _, rest = part.partition(";")
        weights[name.strip()] = rest.strip()
    return next((name for name in file.copies if name in weights and not _never(weights[name])), "")


def _never(parameter: str) -> bool:
    return re.fullmatch(r"q\s*=\s*0(?:\.0*)?", parameter) is not None
