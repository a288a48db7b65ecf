"""The connection from the proxy to the real server: kept alive, never retried."""

from __future__ import annotations

import gzip
import http.client
import select
import socket
import ssl
from urllib.parse import urlsplit

from tests.harness.proxy import wire
from tests.harness.proxy.messages import HOP_BY_HOP, Answer, Delivery, Request

_NOT_FORWARDED = HOP_BY_HOP | {"expect", "accept-encoding"}


class UpstreamBroke(Exception):
    """The upstream could not be reached or did not answer properly."""


class Origin:
    """The scheme, host and port of a real server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"an upstream is scheme://host[:port] without a path, not {url!r}")
        self.host = parts.hostname
        self.tls = parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)

    def connect(self, timeout_s: float) -> http.client.HTTPConnection:
        """Connect now. The server's certificate is not checked: it is a simulator's on loopback."""
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self.port, timeout=timeout_s, context=context
            )
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class Upstream:
    """One keep-alive connection, used by the thread of one client connection.

    A request is never sent twice: a reused connection is looked at before it is used, and one that breaks later
    is reported, because the server may have acted already.
    """

    def __init__(self, origin: Origin, timeout_s: float) -> None:
        self._origin = origin
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPConnection | None = None

    def ensure_connected(self) -> None:
        """Raises UpstreamBroke when nobody listens; nothing has been sent then."""
        if self._connection is not None and _stale(self._connection):
            self.close()
        if self._connection is None:
            try:
                self._connection = self._origin.connect(self._timeout_s)
            except OSError as error:
                raise UpstreamBroke(f"cannot connect to the upstream: {error}") from error

    def send(self, request: Request) -> Answer:
        """Send once and read the whole answer. Raises UpstreamBroke; the server may have acted nevertheless."""
        self.ensure_connected()
        connection = self._connection
        assert connection is not None
        try:
            connection.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in _NOT_FORWARDED:
                    connection.putheader(name, value)
            # Faults need to see the plain body.
            connection.putheader("Accept-Encoding", "identity")
            if request.body or request.method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise UpstreamBroke(f"{type(error).__name__}: {error}") from error
        if response.will_close:
            self.close()
        return _answer(request, response, body)

    def interrupt(self) -> None:
        """Break off a call from another thread."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            wire.shut(connection.sock)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _answer(request: Request, response: http.client.HTTPResponse, body: bytes) -> Answer:
    headers = tuple(response.getheaders())
    if (response.getheader("content-encoding") or "").lower() == "gzip":
        body = gzip.decompress(body)
        headers = tuple((name, value) for name, value in headers if name.lower() != "content-encoding")
    length = response.getheader("content-length")
    declared = int(length) if request.method == "HEAD" and length else None
    chunked = "chunked" in (response.getheader("transfer-encoding") or "").lower()
    return Answer(response.status, headers, body, response.reason, Delivery(chunked=chunked, declared_length=declared))


def _stale(connection: http.client.HTTPConnection) -> bool:
    if connection.sock is None:
        return True
    poll = select.poll()
    # Between two requests anything to read is the end of the connection (or rubbish).
    poll.register(connection.sock, select.POLLIN | select.POLLRDHUP)
    return bool(poll.poll(0))
