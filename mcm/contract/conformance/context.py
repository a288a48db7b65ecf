"""A CallContext for tests and for trying an adapter alone: real sockets, no governor, no egress guard."""

import socket
import time
from dataclasses import dataclass, field

from mcm.contract.context import ProxySettings, TlsSettings
from mcm.contract.errors import Unreachable


@dataclass
class PlainContext:
    """Counts what an adapter reports; `cancel()` makes the next `check` raise, as mcm does when a scope is paused."""

    seconds: float = 60.0
    tls: TlsSettings = field(default_factory=TlsSettings)
    proxy: ProxySettings | None = None
    calls: int = 0
    finished: int = 0
    received: int = 0
    dialled: int = 0
    cancelled: bool = False
    _until: float = 0.0

    # How often `sending` was called.
    changes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.arm(self.seconds)

    def arm(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def cancel(self) -> None:
        self.cancelled = True

    def remaining(self) -> float:
        return max(self._until - time.monotonic(), 0.0)

    def check(self) -> None:
        if self.cancelled:
            raise Unreachable("the work was cancelled")
        if self.remaining() <= 0:
            raise Unreachable("the deadline has passed")

    def before_call(self, service: str, region: str = "") -> None:
        self.check()
        self.calls += 1

    def sending(self) -> None:
        self.check()
        self.changes += 1

    def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
        self.finished += 1
        self.received += received

    def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
        self.check()
        self.dialled += 1
        seconds = min(timeout or 30.0, self.remaining())
        try:
            connected = socket.create_connection((host, port), timeout=seconds)
        except OSError as error:
            raise Unreachable(f"cannot connect to {host}:{port}: {error}") from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def allow_url(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Unreachable(f"not an http URL: {url}")
