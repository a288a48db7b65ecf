"""What mcm hands an adapter for its calls: deadline, cancellation, rate governor, guarded sockets and counters."""

import socket
import ssl
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """An outbound HTTP proxy the operator configured; never one that a cloud's answer or the environment named."""

    url: str
    no_proxy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """`verify` is true unless an operator switched it off for this account; `ca_file` is their own CA bundle (PEM)."""

    verify: bool = True
    ca_file: str | None = None

    def ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class CallContext(Protocol):
    """One for each live connection; mcm arms it with a new deadline before each use.

    An adapter opens every socket through `dial`, calls `before_call` before every request and `after_call` after it,
    and looks at `check` between pages. mcm closes a dialled socket when the deadline passes, so a stuck read ends.
    """

    proxy: ProxySettings | None
    tls: TlsSettings

    def remaining(self) -> float:
        """Seconds until the deadline; 0.0 when it has passed."""
        ...

    def check(self) -> None:
        """Raise `Unreachable` when the deadline has passed or the work was cancelled."""
        ...

    def before_call(self, service: str, region: str = "") -> None:
        """Wait for the rate governor's leave to send one request; `Unreachable` when the deadline comes first."""
        ...

    def sending(self) -> None:
        """Call it right before the request that changes something is handed over: an error before that surely had no
        effect, and mcm may try again."""
        ...

    def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
        """Report one finished request: HTTP status (0: none came), bytes; 429 and 503 slow the governor down."""
        ...

    def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
        """A connected TCP socket. Resolves once, checks every address against the egress guard, connects to a checked
        one. `timeout` (seconds, at most the remaining time) holds for connecting and for each later read. Raises
        `Unreachable`, or `InvalidRequest` when the address is forbidden."""
        ...

    def allow_url(self, url: str) -> None:
        """Raise `InvalidRequest` unless the egress guard admits the URL's scheme and literal address; for URLs that a
        cloud's catalogue names, before they are used. (`dial` checks the resolved addresses again.)"""
        ...
