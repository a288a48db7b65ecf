"""One HTTP exchange with an OpenID provider: guarded address, own CA, no redirect, limited time and size.

Redirects are refused: none of the endpoints used here has a reason for one, and each would be a way past the guard.
"""

import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from mcm.contract import InvalidRequest, Unreachable
from mcm.gateway.egress import EgressGuard
from mcm.oidc.errors import OidcUnavailable
from mcm.oidc.streams import GuardedBackend
from mcm.settings import Settings

_DEADLINE_S, _READ_S = 12.0, 6.0
_MOST_BYTES = 512 * 1024
_AT_ONCE = 8
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "mcm"}


@dataclass(frozen=True, slots=True)
class Peer:
    """An OpenID provider as far as connecting goes. ca_pem: trusted instead of the system's authorities."""

    name: str
    issuer: str
    ca_pem: str = ""

    @property
    def host(self) -> str:
        return (urlsplit(self.issuer).hostname or "").lower()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    def mapping(self, peer: Peer, what: str) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise OidcUnavailable(
                f"{peer.name} answered to {what} with status {self.status} and no JSON object",
                next_step="check the issuer's address; sign in with a local account meanwhile",
            )
        return found


class Transport:
    """Thread-safe; keeps no connection."""

    def __init__(self, settings: Settings, guard: EgressGuard) -> None:
        self._settings, self._guard = settings, guard
        # A provider that hangs must not take all threads that serve requests.
        self._slots = threading.BoundedSemaphore(_AT_ONCE)

    def require_allowed(self, peer: Peer, url: str, what: str) -> None:
        """Raises OidcUnavailable for a URL that is never asked: no https, credentials in it, a forbidden address."""
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise _refused(peer, what, "is no URL") from error
        local = self._guard.loopback and host in _LOOPBACK and peer.issuer.startswith("http://")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise _refused(peer, what, "is not https")
        if parts.fragment or len(url) > 2000 or not url.isascii() or not url.isprintable() or " " in url:
            raise _refused(peer, what, "is no URL that can be asked")
        try:
            self._guard.allow_url(url, {peer.host})
        except InvalidRequest as error:
            raise _refused(peer, what, f"is refused: {error.message}") from error

    def require_usable(self, issuer: str, ca_pem: str) -> None:
        """Raises OidcUnavailable for an issuer or certificates that no request could be made with; "" is left out."""
        peer = Peer("the new provider", issuer, ca_pem)
        if issuer:
            self.require_allowed(peer, issuer, "issuer")
        try:
            _context(peer)
        except (ssl.SSLError, ValueError) as error:
            raise OidcUnavailable("the certificates cannot be read", next_step="give them in PEM form") from error

    def send(
        self,
        peer: Peer,
        what: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Answer:
        """`what`: for error messages. Raises OidcUnavailable for whatever keeps an answer from coming."""
        self.require_allowed(peer, url, what)
        if not self._slots.acquire(timeout=_READ_S):
            raise _refused(peer, what, "is not asked: too many logins are waiting for their provider")
        try:
            return self._exchange(peer, what, method, url, {**_HEADERS, **(headers or {})}, body)
        finally:
            self._slots.release()

    def _exchange(
        self, peer: Peer, what: str, method: str, url: str, headers: Mapping[str, str], body: str | None
    ) -> Answer:
        until = time.monotonic() + _DEADLINE_S
        try:
            with (
                self._client(peer, url, until) as client,
                client.stream(method, url, headers=dict(headers), content=body) as response,
            ):
                if response.is_redirect:
                    raise _refused(peer, what, "answers with a redirect, which is not followed")
                received = bytearray()
                for piece in response.iter_raw():
                    received += piece
                    if len(received) > _MOST_BYTES or time.monotonic() > until:
                        raise _refused(peer, what, "answers too much or too slowly")
                return Answer(response.status_code, bytes(received))
        except (InvalidRequest, Unreachable) as error:
            raise _refused(peer, what, f"cannot be reached: {error.message}") from error
        except (httpx.HTTPError, httpcore.TimeoutException, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise _refused(peer, what, f"does not answer ({_plain(error)})") from error

    def _client(self, peer: Peer, url: str, until: float) -> httpx.Client:
        return httpx.Client(
            transport=_Guarded(self._guard, peer, self._proxy(url), until),
            timeout=httpx.Timeout(_READ_S),
            trust_env=False,
            follow_redirects=False,
        )

    def _proxy(self, url: str) -> str:
        without = {part.strip().lower() for part in self._settings.no_proxy.split(",")}
        return "" if (urlsplit(url).hostname or "").lower() in without else self._settings.outbound_proxy


class _Guarded(httpx.HTTPTransport):
    """httpx's own transport over guarded sockets; httpx has no public way to give it a network backend."""

    def __init__(self, guard: EgressGuard, peer: Peer, proxy: str, until: float) -> None:
        context = _context(peer)
        super().__init__(verify=context, trust_env=False, proxy=proxy or None)
        named = {peer.host} | ({(urlsplit(proxy).hostname or "").lower()} if proxy else set())
        self._pool._network_backend = GuardedBackend(guard, named, until)


def _context(peer: Peer) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=peer.ca_pem or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _refused(peer: Peer, what: str, why: str) -> OidcUnavailable:
    return OidcUnavailable(
        f"{peer.name}: the {what} {why}",
        next_step="sign in with a local account, or try again later; administrators: `mcm oidc check`",
    )


def _plain(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException | httpcore.TimeoutException):
        return "time ran out"
    return str(error)[:200] or type(error).__name__
