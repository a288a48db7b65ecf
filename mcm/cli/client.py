"""The HTTP client behind every command: a named server, the one of the same data directory, or the API in process."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mcm.cli.failures import NEEDS_LOGIN, USAGE, Failure

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S = 300.0


class Client:
    """local: the API runs in this process, so what was started must be waited for."""

    def __init__(self, http: "httpx.Client", *, local: bool) -> None:
        self._http, self.local = http, local

    def get(self, path: str, **params: Any) -> Any:
        return self._send("GET", path, params=_given(params)).json()

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._send("POST", path, json=body, params=_given(params), headers=_key()).json()

    def patch(self, path: str, body: Any) -> Any:
        return self._send("PATCH", path, json=body, headers=_key()).json()

    def delete(self, path: str, **params: Any) -> Any:
        return self._send("DELETE", path, params=_given(params), headers=_key()).json()

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
                    raise _failure(response)
                yield response.iter_bytes()
        except httpx.TransportError as error:
            raise _unreachable(self._http, error) from error

    def raw(self, path: str) -> Any:
        """A path outside /api/v1."""
        return self._request("GET", path).json()

    def _send(self, method: str, path: str, **options: Any) -> "httpx.Response":
        return self._request(method, f"/api/v1{path}", **options)

    def _request(self, method: str, path: str, **options: Any) -> "httpx.Response":
        import httpx

        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise _unreachable(self._http, error) from error
        if response.status_code >= 400:
            raise _failure(response)
        return response


class MoreRows(Exception):
    """There are rows after the limit."""


@contextmanager
def connected() -> Iterator[Client]:
    import httpx

    headers = {"x-mcm-client": "cli"}
    url, token = os.environ.get("MCM_SERVER", ""), os.environ.get("MCM_TOKEN", "")
    if token:
        headers["authorization"] = f"Bearer {token}"
    if not url:
        from mcm.cli.runfile import running_server
        from mcm.settings import Settings

        url = running_server(Settings().directory) or ""
    if url:
        if not url.startswith(("http://", "https://")):
            raise Failure(f"MCM_SERVER is '{url}', which is not an http or https URL", exit_code=USAGE)
        with httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT_S, trust_env=False) as http:
            yield Client(http, local=False)
        return
    from mcm.cli.inprocess import local_transport

    with local_transport() as transport, httpx.Client(
        transport=transport, base_url="http://mcm.invalid", headers=headers, timeout=_TIMEOUT_S, trust_env=False
    ) as http:  # fmt: skip
        yield Client(http, local=True)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


def _failure(response: "httpx.Response") -> Failure:
    try:
        body = response.json()
    except ValueError:
        body = {}
    code = NEEDS_LOGIN if response.status_code == 401 else 1
    return Failure(
        body.get("detail") or f"the server answered {response.status_code}",
        next_step=body.get("next_step", ""),
        request_id=body.get("request_id", ""),
        exit_code=code,
    )


def _unreachable(http: "httpx.Client", error: Exception) -> Failure:
    return Failure(
        f"the mcm server at {http.base_url} does not answer: {error}",
        next_step="start it with `mcm serve`, or unset MCM_SERVER to work on the local database",
    )
