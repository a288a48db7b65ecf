"""How a connection to the server comes about: a socket from the CallContext, the operator's proxy if any, TLS."""

import base64
import http.client
import ipaddress
import socket
import ssl
from urllib.parse import unquote, urlsplit

from mcm.contract import CallContext, InvalidRequest, TlsSettings

_SOCKET_SECONDS = 120.0


class Dialler:
    """socket_seconds: how long connecting and each read may take, at most."""

    def __init__(self, context: CallContext, host: str, port: int, tls: TlsSettings) -> None:
        self._context, self._host, self._port, self._settings = context, host, port, tls
        self._tls: ssl.SSLContext | None = None
        self.socket_seconds = _SOCKET_SECONDS

    def connection(self) -> http.client.HTTPSConnection:
        """Not connected yet; `connect` dials, through the operator's proxy if there is one, and verifies TLS."""
        if self._tls is None:
            self._tls = _ssl_context(self._settings)
        proxy = self._context.proxy
        if proxy is None or _is_excepted(self._host, proxy.no_proxy):
            connection = http.client.HTTPSConnection(self._host, self._port, context=self._tls)
        else:
            url = urlsplit(proxy.url)
            if url.scheme != "http" or not url.hostname:
                raise InvalidRequest("the proxy for vSphere must be an http:// URL with a host")
            connection = http.client.HTTPSConnection(url.hostname, url.port or 80, context=self._tls)
            connection.set_tunnel(self._host, self._port, _proxy_headers(url.username, url.password))
        connection._create_connection = self._dial  # type: ignore[attr-defined]
        return connection

    def _dial(self, address: tuple[str, int], *_: object) -> socket.socket:
        return self._context.dial(address[0], address[1], self.socket_seconds)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _ssl_context(settings: TlsSettings) -> ssl.SSLContext:
    try:
        return settings.ssl_context()
    except OSError as error:  # ssl.SSLError is one of them
        raise InvalidRequest(f"the CA file cannot be used: {error.strerror or error}") from error


def _is_excepted(host: str, no_proxy: tuple[str, ...]) -> bool:
    return any(host == name.lstrip(".") or host.endswith("." + name.lstrip(".")) for name in no_proxy if name)


def _proxy_headers(username: str | None, password: str | None) -> dict[str, str]:
    if username is None:
        return {}
    credentials = f"{unquote(username)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": "Basic " + base64.b64encode(credentials).decode()}
