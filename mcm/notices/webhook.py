"""Sends one webhook: to an admitted address, without following redirects, within 10 seconds.

Of the answer only the status counts, so its body is not read.
"""

import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from mcm.contract import InvalidRequest, Unreachable
from mcm.gateway.egress import EgressGuard, guard_of
from mcm.kit import clock
from mcm.notices import signing
from mcm.notices.errors import InvalidNoticeTarget
from mcm.oidc.streams import GuardedBackend
from mcm.settings import Settings

DEADLINE_S = 10.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """answer: the HTTP status or the mail server's code. gone: the receiver wants nothing any more."""

    ok: bool
    answer: int | None = None
    problem: str = ""
    gone: bool = False


def guard(settings: Settings) -> EgressGuard:
    """Loopback only where nobody but this machine reaches mcm: else whoever manages a tenant's notices would reach
    the services of the server's own machine."""
    found = guard_of(settings)
    return EgressGuard(private=found.private, loopback=settings.own_machine)


def require_allowed(settings: Settings, url: str) -> None:
    """Raises InvalidNoticeTarget for a URL that nothing is ever sent to. Names are looked up when it is sent."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise InvalidNoticeTarget("the url is no URL", next_step="write it as https://HOST/PATH") from error
    watched = guard(settings)
    if parts.scheme != "https" and not (parts.scheme == "http" and (host in _local(watched) or watched.lists(host))):
        raise InvalidNoticeTarget(
            "the url is not https", next_step="use https; http is for hosts that MCM_ALLOWED_PRIVATE_HOSTS names"
        )
    if parts.fragment:
        raise InvalidNoticeTarget("the url has a fragment, which is never sent", next_step="leave out what follows #")
    try:
        watched.allow_url(url, _local(watched) & {host})
    except InvalidRequest as error:
        raise InvalidNoticeTarget(
            f"the url is refused: {error.message}",
            next_step="give another; a private host is reached when MCM_ALLOWED_PRIVATE_HOSTS names it",
        ) from error


def send(settings: Settings, url: str, secret: str, ident: str, body: bytes) -> Outcome:
    """Raises nothing that the receiver could bring about. What it answers but the status is used nowhere."""
    try:
        require_allowed(settings, url)
        return _exchange(settings, url, secret, ident, body)
    except InvalidNoticeTarget as error:
        return Outcome(False, problem=error.message)
    except (InvalidRequest, Unreachable) as error:
        return Outcome(False, problem=f"it cannot be reached: {error.message}")
    except httpcore.TimeoutException:
        return Outcome(False, problem="it did not answer in time")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, ssl.SSLError, OSError) as error:
        return Outcome(False, problem=_silence(error))
    except (httpcore.UnsupportedProtocol, ValueError, UnicodeError):
        return Outcome(False, problem="its url cannot be used")


def _exchange(settings: Settings, url: str, secret: str, ident: str, body: bytes) -> Outcome:
    until = time.monotonic() + DEADLINE_S
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    watched, proxy = guard(settings), _proxy(settings, host)
    named = _local(watched) & {host}
    if proxy:
        _refuse_what_is_known(watched, host, parts.port or 443, named)
        named = named | {(urlsplit(proxy).hostname or "").lower()}
    told = {"Content-Type": "application/json", "User-Agent": "mcm", "Accept-Encoding": "identity"}
    told |= signing.headers(secret, ident, int(clock.now().timestamp()), body)
    waits = dict.fromkeys(("connect", "read", "write", "pool"), DEADLINE_S)
    with (
        httpcore.ConnectionPool(
            ssl_context=_context(parts.scheme), proxy=httpcore.Proxy(proxy) if proxy else None,
            network_backend=GuardedBackend(watched, named, until),
        ) as pool,
        pool.stream(
            "POST", url, content=body, extensions={"timeout": waits},
            headers=list(told.items()),
        ) as response,
    ):  # fmt: skip
        return _judged(response.status)


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(True, status)
    if 300 <= status < 400:
        return Outcome(False, status, "it answers with a redirect, which is not followed")
    if status == 410:
        return Outcome(False, status, "it answers 410: it wants no notices any more", gone=True)
    return Outcome(False, status, f"it answers {status}")


def _context(scheme: str) -> ssl.SSLContext | None:
    """Reading the authorities takes longer than the exchange: only where they are asked."""
    if scheme != "https":
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _silence(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return f"it does not answer ({type(error).__name__})"


def _local(watched: EgressGuard) -> frozenset[str]:
    return _LOOPBACK if watched.loopback else frozenset()


def _refuse_what_is_known(watched: EgressGuard, host: str, port: int, named: frozenset[str]) -> None:
    """A proxy looks names up itself; those that we can look up too are not asked of it when they lead somewhere
    forbidden. Raises InvalidRequest."""
    try:
        watched.resolve(host, port, named)
    except Unreachable:
        return


def _proxy(settings: Settings, host: str) -> str:
    without = {part.strip().lower() for part in settings.no_proxy.split(",")}
    return "" if host in without or host in _LOOPBACK else settings.outbound_proxy
