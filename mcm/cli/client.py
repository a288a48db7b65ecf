"""The HTTP client behind every command: a named server, the one of the same data directory, or the API in process."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcm.cli.failures import FAILED, NEEDS_APPROVAL, NEEDS_LOGIN, USAGE, Failure

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S, _CONNECT_S = 300.0, 10.0
_FAULTS = 5
# What the server refuses because of what was typed.
_USAGE = frozenset(
    {
        *(
            "bad_request",
            "unknown_parameter",
            "invalid_input",
            "invalid_filter",
            "invalid_order",
            "invalid_column",
            "invalid_as_of",
        ),
        *("invalid_allocation_rules", "invalid_budget", "invalid_cost_report"),
    }
)
# What the approval of somebody else would help against.
_APPROVABLE = frozenset({"approval_needed", "destroy_belt", "destroy_budget_used"})
_NEW_TOKEN = {
    "MCM_TOKEN": "put another one there (`mcm token create` makes one), or unset it and `mcm login`",
    "--token-from": "make another one: `mcm token create`",
}
_WAYS_OUT = {
    "MCM_SERVER": "start it with `mcm serve`, or unset MCM_SERVER to work on the local database",
    "the current context": "start it, or `mcm context use local` to work on the local database",
    "the server to sign in to": "is this its address?",
}


class Client:
    """local: the API runs in this process, so what was started must be waited for. found: where the address is from;
    token: where the token that is sent is from."""

    def __init__(self, http: "httpx.Client", *, local: bool, found: str = "", token: str = "") -> None:
        self._http, self.local, self._found, self._token = http, local, found, token

    def get(self, path: str, **params: Any) -> Any:
        return self._send("GET", path, params=_given(params))

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._send("POST", path, json=body, params=_given(params), headers=_key())

    def put(self, path: str, body: Any, **params: Any) -> Any:
        return self._send("PUT", path, json=body, params=_given(params), headers=_key())

    def patch(self, path: str, body: Any, *, version: int | None = None) -> Any:
        """`version`: of what the change is based on; it fails when that has changed in the meantime."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return self._send("PATCH", path, json=body, headers=_key() | match)

    def delete(self, path: str, **params: Any) -> Any:
        return self._send("DELETE", path, params=_given(params), headers=_key())

    def upload(self, path: str, file: Path, **params: Any) -> Any:
        """The file as the body, read while it is sent; what is done with it may take as long as it takes."""
        import httpx

        kind = {"content-type": "application/octet-stream"}
        try:
            with file.open("rb") as source:
                headers, waiting = _key() | kind, httpx.Timeout(None, connect=_CONNECT_S)
                return self._send("POST", path, content=source, params=_given(params), headers=headers, timeout=waiting)
        except OSError as error:
            raise Failure(f"{file} cannot be read: {error.strerror or error}", exit_code=USAGE) from error

    def sign_in(self, name: str, password: str) -> None:
        """With a session, as a browser does: what follows is asked for by this user."""
        session = self._send("POST", "/auth/login", json={"name": name, "password": password})
        self._http.headers["X-CSRF-Token"] = session["csrf_token"]

    def pages(self, path: str, *, limit: int | None, **params: Any) -> Iterator[dict[str, Any]]:
        """Row by row across pages, at most `limit` (None: all)."""
        cursor: str | None = None
        left = limit
        while left is None or left > 0:
            size = 1000 if left is None else min(left, 1000)
            page = self.get(path, limit=size, cursor=cursor, **params)
            yield from page["items"]
            cursor = page.get("next_cursor")
            left = None if left is None else left - len(page["items"])
            if cursor is None:
                return
        if cursor is not None:
            raise MoreRows

    @contextmanager
    def stream(self, path: str, **params: Any) -> Iterator[Iterator[bytes]]:
        import httpx

        try:
            with self._http.stream("GET", f"/api/v1{path}", params=_given(params)) as response:
                if response.status_code >= 400:
                    response.read()
                    raise self._refused(response)
                yield response.iter_bytes()
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _send(self, method: str, path: str, **options: Any) -> Any:
        import httpx

        try:
            response = self._http.request(method, f"/api/v1{path}", **options)
        except httpx.TransportError as error:
            raise self._unreachable(error, changes=method != "GET") from error
        if response.status_code >= 400:
            raise self._refused(response)
        if response.status_code == 204:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise _stranger(response) from error

    def _refused(self, response: "httpx.Response") -> Failure:
        failure = _failure(response)
        if failure.code == "not_authenticated" and self._token:
            # The server tells nobody which of these it is.
            url = str(self._http.base_url).rstrip("/")
            return Failure(
                f"the token of {self._token} is not valid at {url}: expired, revoked, or of another server",
                next_step=_NEW_TOKEN.get(self._token, f"mcm login --server {url}"),
                request_id=failure.request_id,
                exit_code=failure.exit_code,
                code=failure.code,
            )
        return failure

    def _unreachable(self, error: Exception, *, changes: bool = False) -> Failure:
        url = str(self._http.base_url).rstrip("/")
        return Failure(
            f"the mcm server at {url} ({self._found}) does not answer: {error or type(error).__name__}",
            next_step=(
                "it may have been asked for all the same: look first (`mcm operation list`, `mcm audit list`); "
                if changes and not _never_sent(error)
                else ""
            )
            + _WAYS_OUT.get(self._found, "end it and start it again with `mcm serve`"),
        )


class MoreRows(Exception):
    """There are rows after the limit."""


@contextmanager
def connected(*, lenient: bool = False) -> Iterator[Client]:
    """lenient: without a server, a local database that cannot be used is not an error yet."""
    import httpx

    headers, found = {"x-mcm-client": "cli"}, "MCM_SERVER"
    url, token = os.environ.get("MCM_SERVER", ""), os.environ.get("MCM_TOKEN", "")
    of = "MCM_TOKEN" if token else ""
    if token:
        headers["authorization"] = f"Bearer {token}"
    if url and not token:
        from mcm.cli.contexts import token_for

        token = token_for(url)
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        of = "the context of this server" if token else ""
    if not url:
        from mcm.cli.runfile import running_server
        from mcm.settings import Settings

        directory = Settings().directory
        url, owned = running_server(directory) or ("", "")
        found = f"which runs on {directory}"
        if owned and not token:
            headers["authorization"] = f"Bearer {owned}"
    if not url:
        from mcm.cli.contexts import current

        if context := current():
            url, found = context.server, "the current context"
            headers["authorization"] = f"Bearer {token or context.token}"
            of = of or "the current context"
    if url:
        with _http_client(url, headers, httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S)) as http:
            yield Client(http, local=False, found=found, token=of)
        return
    from mcm.cli.inprocess import local_transport

    with local_transport(lenient=lenient) as transport, httpx.Client(
        transport=transport, base_url="http://mcm.invalid", headers=headers, timeout=_TIMEOUT_S, trust_env=False
    ) as http:  # fmt: skip
        yield Client(http, local=True)


@contextmanager
def at(url: str, token: str) -> Iterator[Client]:
    """Speaks to this server, whatever else is configured."""
    import httpx

    headers = {"x-mcm-client": "cli"} | ({"authorization": f"Bearer {token}"} if token else {})
    with _http_client(url, headers, httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S)) as http:
        yield Client(http, local=False, found="the server to sign in to", token="--token-from" if token else "")


def quoted(text: str) -> str:
    """A name or id as one part of a path, whatever it holds."""
    from urllib.parse import quote

    return {".": "%2E", "..": "%2E%2E"}.get(text) or quote(text, safe="")


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


def _http_client(url: str, headers: Mapping[str, str], timeout: "httpx.Timeout") -> "httpx.Client":
    import httpx

    try:
        parsed = httpx.URL(url)
        if parsed.scheme in ("http", "https") and parsed.host:
            return httpx.Client(base_url=parsed, headers=headers, timeout=timeout, trust_env=False)
    except httpx.InvalidURL:
        pass
    raise Failure(
        f"MCM_SERVER is '{url}', which is not an http or https URL",
        next_step="write it as http://127.0.0.1:8080",
        exit_code=USAGE,
    )


def _never_sent(error: Exception) -> bool:
    import httpx

    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _failure(response: "httpx.Response") -> Failure:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "code" not in body:
        return _stranger(response)
    details = body.get("details") or {}
    code = str(details.get("code") or body["code"])
    said, next_step = str(body.get("detail") or ""), str(body.get("next_step") or "")
    if faults := details.get("faults"):
        # The server tells of parts of the request and of its own pages; a command has options.
        told = ((str(fault["where"]).partition(".")[2] or fault["where"], fault["what"]) for fault in faults)
        said = "; ".join(f"{where}: {what}" for where, what in islice(told, _FAULTS))
        next_step = "the same command with --help tells what it takes"
    problems = [str(one.get("reason") or "") for one in details.get("problems") or () if isinstance(one, dict)]
    # Of a file, all that is wrong with it; the sentence says the first.
    problems += [f"line {one['line']}: {one['message']}" for one in details.get("lines") or () if isinstance(one, dict)]
    most = None if details.get("lines") else _FAULTS
    usage = NEEDS_APPROVAL if code in _APPROVABLE else USAGE if body["code"] in _USAGE else FAILED
    return Failure(
        said or f"the server answered {response.status_code}",
        next_step=next_step,
        request_id=str(body.get("request_id", "")),
        exit_code=NEEDS_LOGIN if response.status_code == 401 else usage,
        code=code,
        excerpt=str(details.get("excerpt") or "") or "\n".join(islice(problems[1:], most)),
    )


def _stranger(response: "httpx.Response") -> Failure:
    return Failure(
        f"{response.url.copy_with(query=None)} answered {response.status_code}, but not as mcm does",
        next_step="is MCM_SERVER the address of an mcm server, without a path?",
    )
