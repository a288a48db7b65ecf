"""The only file that builds libcloud drivers: their HTTP goes through the CallContext, and nothing is retried.

A driver opens further connections by itself (identity services, other hosts), so the guard is put where libcloud puts
its own debugging: into the class that every connection is made of. It takes the CallContext of the call in progress;
without one it refuses.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from libcloud.common.base import Connection
from libcloud.compute.base import NodeDriver
from libcloud.compute.providers import get_driver
from libcloud.http import LibcloudConnection

from mcm.contract import CallContext, InvalidRequest, NotSupported, UnexpectedResponse
from mcm_providers._transport.requests_session import guarded_session
from mcm_providers.libcloud.exchange import Exchange
from mcm_providers.libcloud.settings import Settings


@dataclass(slots=True)
class Line:
    """What a driver's connections of one account go through."""

    context: CallContext
    service: str
    region: str
    exchange: Exchange = field(default_factory=Exchange)
    sessions: list[requests.Session] = field(default_factory=list)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Connections that are made inside belong to this line."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    def close(self) -> None:
        while self.sessions:
            self.sessions.pop().close()


_CURRENT: ContextVar[Line | None] = ContextVar("mcm_libcloud_line", default=None)


class GuardedConnection(LibcloudConnection):
    """libcloud's connection over a guarded session; redirects are refused, as each would show the key to another."""

    session: requests.Session
    host: str
    response: Any = None

    def __init__(self, host: str, port: int, secure: object = None, **kwargs: Any) -> None:
        line = _CURRENT.get()
        if line is None:
            raise RuntimeError("a libcloud connection was made outside of a call")
        if kwargs.get("cert_file") or kwargs.get("key_file"):
            raise NotSupported("client certificates of libcloud drivers are not supported", reason="driver_unguarded")
        tls = line.context.tls
        # Read by libcloud's own requests; the session has the same.
        self.verify, self.ca_cert = tls.verify, tls.ca_file if tls.verify else None
        self.session = guarded_session(line.context, line.service, line.region)
        line.sessions.append(self.session)
        name = f"[{host}]" if ":" in host and not host.startswith("[") else host
        self.host = f"{'https' if secure else 'http'}://{name}:{port}"
        self._exchange = line.exchange

    def set_http_proxy(self, proxy_url: str) -> None:  # noqa: ARG002
        raise NotSupported("a proxy is mcm's to configure, not the driver's", reason="driver_unguarded")

    def request(
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Any = None,
        raw: bool = False,  # noqa: ARG002 (libcloud's signature)
        stream: bool = False,
        hooks: Any = None,  # noqa: ARG002
    ) -> None:
        self._exchange.begin()
        self.response = self.session.request(
            method=method.lower(),
            url=urljoin(self.host, url),
            data=body,
            headers={name: str(value) for name, value in (headers or {}).items()},
            allow_redirects=False,
            stream=stream,
        )
        self._exchange.end(self.response)
        self._refuse_redirect()

    def prepared_request(
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Any = None,
        raw: bool = False,
        stream: bool = False,
    ) -> None:
        self.request(method, url, body, headers, raw, stream)

    def _refuse_redirect(self) -> None:
        if self.response.is_redirect:
            place = urlsplit(self.response.headers.get("Location", ""))
            where = f"{place.scheme}://{place.hostname}" if place.hostname else "another path"
            raise UnexpectedResponse(
                f"the address answers with a redirect to {where}; if that is right, enter it as host, port and path"
            )


class NoRetry:
    """In place of libcloud's retry, which an environment variable could switch on and which sleeps."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __call__(self, function: Any) -> Any:
        return function


def driver_class(name: str) -> type[NodeDriver]:
    """libcloud's driver class with every connection guarded. Raises InvalidRequest for an unknown name."""
    try:
        found: type[NodeDriver] = get_driver(name)
    except Exception as error:  # noqa: BLE001 (it raises AttributeError, ImportError and plain Exception)
        raise InvalidRequest(f"libcloud has no compute driver '{name}' ({type(error).__name__})") from None
    _guard(Connection)
    return found


def _guard(connection: type[Any]) -> None:
    """Some drivers name the class of their connections again, so that all subclasses need it."""
    connection.conn_class, connection.retryCls = GuardedConnection, NoRetry
    for inner in connection.__subclasses__():
        _guard(inner)


def open_driver(settings: Settings, line: Line, arguments: Mapping[str, Any] | None = None) -> NodeDriver:
    """A new driver. `arguments`: those of a proven driver; without them what the settings say is passed on."""
    found = driver_class(settings.driver)
    given = dict(arguments) if arguments is not None else _arguments(settings)
    try:
        with line.in_use():
            return found(settings.key, **given)
    except TypeError as error:
        raise InvalidRequest(f"the driver '{settings.driver}' does not take these answers: {error}") from None


def _arguments(settings: Settings) -> dict[str, Any]:
    """Only what was answered: drivers differ in what they take, and bring their own hosts."""
    given: dict[str, Any] = dict(settings.options)
    for name in ("secret", "host", "port", "region", "path"):
        if value := getattr(settings, name):
            given[name] = value
    if not settings.secure:
        given["secure"] = False
    return given
