"""The CallContext that adapters get: armed with a deadline before each use, expired by the watchdog."""

import socket
import threading
import time
from dataclasses import dataclass

from mcm.contract import InvalidRequest, ProviderError, ProxySettings, TlsSettings, Unreachable
from mcm.gateway.egress import EgressGuard
from mcm.gateway.governor import Governor
from mcm.gateway.sockets import SocketRegister
from mcm.kit import tracing

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_SLICE_SECONDS = 0.5


@dataclass
class Counters:
    """Of one use of a connection. waited_s: time the governor held calls back; api_s: time from call to answer."""

    calls: int = 0
    received: int = 0
    waited_s: float = 0.0
    api_s: float = 0.0


class LiveContext:
    """Satisfies `mcm.contract.CallContext`. One for each live connection; used by one thread at a time."""

    def __init__(
        self,
        account_id: str,
        named_hosts: frozenset[str],
        guard: EgressGuard,
        governor: Governor,
        proxy: ProxySettings | None,
        tls: TlsSettings,
    ) -> None:
        self.proxy, self.tls = proxy, tls
        self.counters = Counters()
        self._account_id, self._named = account_id, named_hosts
        self._guard, self._governor = guard, governor
        self._sockets = SocketRegister()
        self._until = 0.0
        self._ended = ""
        # Whether a request that changes something may have left since the context was armed.
        self.sent = False
        self._cancel: threading.Event | None = None
        self._span: tracing.Span | None = None
        self._call: tuple[tuple[str, str, str], float] | None = None

    def arm(self, seconds: float, cancel: threading.Event | None) -> None:
        self.counters = Counters()
        self._until = time.monotonic() + seconds
        self._cancel, self._ended, self._call = cancel, "", None
        self.sent = False

    @property
    def until(self) -> float:
        return self._until

    def expire(self) -> None:
        """From the watchdog: the deadline has passed, end what is blocked."""
        self._ended = "the deadline passed while the cloud was still answering"
        self._sockets.shut_down()

    def late(self, error: ProviderError) -> Unreachable | None:
        """The true cause of an error that came after `expire`: to a parser a socket that was shut is a cut answer."""
        return Unreachable(self._ended) if self._ended and not isinstance(error, Unreachable) else None

    def remaining(self) -> float:
        return 0.0 if self._ended else max(self._until - time.monotonic(), 0.0)

    def check(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Unreachable("the work was cancelled")
        if self.remaining() <= 0:
            raise Unreachable(self._ended or "the deadline passed before the cloud had answered everything")

    def before_call(self, service: str, region: str = "") -> None:
        self.check()
        key = (self._account_id, service, region)
        wait = self._governor.delay(key)
        if wait >= self.remaining():
            raise Unreachable(f"the cloud asked to slow down: the next call could be made in {wait:.0f} seconds only")
        started = time.monotonic()
        while (left := started + wait - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE_SECONDS))
            self.check()
        self.counters.waited_s += wait
        self.counters.calls += 1
        tracing.finish(self._span)
        names = {"mcm.account": self._account_id, "mcm.service": service, "mcm.region": region}
        self._span = tracing.begin("cloud.call", **names)
        self._call = (key, time.monotonic())

    def sending(self) -> None:
        self.check()
        self.sent = True

    def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
        self.counters.received += received
        tracing.finish(self._span, http__response__status_code=status, mcm__received=received)
        self._span = None
        if self._call is not None:
            key, started = self._call
            self._call = None
            self.counters.api_s += time.monotonic() - started
            self._governor.report(key, status, retry_after)

    def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
        self.check()
        seconds = min(timeout or _READ_SECONDS, self.remaining())
        last: OSError | None = None
        for family, address in self._guard.resolve(host, port, self._named | self._proxy_host()):
            try:
                connected = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                last = error
                continue
            try:
                connected.settimeout(min(_CONNECT_SECONDS, seconds))
                connected.connect((str(address), port))
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connected.settimeout(seconds)
                self._sockets.add(connected)
            except OSError as error:
                connected.close()
                last = error
                continue
            return connected
        # Nothing leaves without a connection, and adapters repeat nothing.
        self.sent = False
        raise Unreachable(f"cannot connect to {host} port {port}: {last or 'no address'}") from last

    def allow_url(self, url: str) -> None:
        if len(url) > 8000:
            raise InvalidRequest("a URL of more than 8,000 characters is refused")
        self._guard.allow_url(url, self._named)

    def _proxy_host(self) -> frozenset[str]:
        if self.proxy is None:
            return frozenset()
        from urllib.parse import urlsplit

        return frozenset({urlsplit(self.proxy.url).hostname or ""})
