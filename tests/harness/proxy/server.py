"""The fault proxy: a reverse proxy on loopback between a real SDK and a real server that misbehaves on order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.proxy.certificates import Certificates
from tests.harness.proxy.connection import ClientConnection, Rewrite, Service
from tests.harness.proxy.ledger import Ledger
from tests.harness.proxy.rules import AcceptFault, Fault, Match, Rule, RuleBook
from tests.harness.proxy.upstream import Origin

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 10.0


class FaultProxy:
    """Forwards everything to `upstream` except what a rule says otherwise, and keeps a ledger of what it forwarded.

    The client's Host header is passed on, so links that a service builds from it lead back through the proxy.
    Answers are read whole before they are passed on; a stream without an end would never arrive.
    """

    def __init__(
        self,
        upstream: str,
        *,
        tls: bool = False,
        certificates: Certificates | None = None,
        rewrite: Rewrite | None = None,
        upstream_timeout_s: float = 300.0,
    ) -> None:
        """`tls`: listen with TLS, by default with a certificate authority of its own (see `ca_file`).

        `certificates`: an authority shared with other proxies, which is not closed with this one.
        `rewrite`: applied to every answer of the upstream before any fault.
        """
        self._own_certificates = Certificates() if tls and certificates is None else None
        self._certificates = (certificates or self._own_certificates) if tls else None
        self._rules = RuleBook()
        self.ledger = Ledger()
        self._service = Service(
            origin=Origin(upstream),
            rules=self._rules,
            ledger=self.ledger,
            certificates=self._certificates,
            rewrite=rewrite,
            upstream_timeout_s=upstream_timeout_s,
            stopping=threading.Event(),
        )
        self._lock = threading.Lock()
        self._connections: dict[ClientConnection, threading.Thread] = {}
        # Bound and never listening: it keeps the port ours while connections are refused.
        self._holder: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None

    def start(self) -> Self:
        self._holder = _bound_socket(0)
        self.accept_connections()
        return self

    def stop(self) -> None:
        """End every connection, the hung ones too. Safe to repeat."""
        self._service.stopping.set()
        self.refuse_connections()
        with self._lock:
            serving = dict(self._connections)
        for connection, thread in serving.items():
            connection.interrupt(upstream=True)
            thread.join(STOP_TIMEOUT_S)
        if self._holder is not None:
            self._holder.close()
            self._holder = None
        if self._own_certificates is not None:
            self._own_certificates.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        if self._holder is None:
            raise RuntimeError("the proxy is not started")
        return int(self._holder.getsockname()[1])

    @property
    def url(self) -> str:
        """The proxy's origin, without a slash at the end."""
        return f"{'https' if self._certificates else 'http'}://{HOST}:{self.port}"

    @property
    def ca_file(self) -> Path:
        """The authority to trust (PEM)."""
        if self._certificates is None:
            raise RuntimeError("the proxy does not speak TLS")
        return self._certificates.ca_file

    def rule(self, match: Match, fault: Fault, *, times: int | None = None, after: int = 0) -> Rule:
        """Apply `fault` to requests that match, after letting `after` of them through, `times` times (None: always).

        `match` is a predicate, or a regular expression searched in `METHOD path?query`. The first rule with a strike
        left takes a request; its `struck` tells how often it did.
        """
        rule = Rule(match, fault, times=times, after=after)
        self.add_rule(rule)
        return rule

    def add_rule(self, rule: Rule) -> None:
        if isinstance(rule.fault, AcceptFault) and rule.fault.needs_tls and self._certificates is None:
            raise ValueError("only a proxy with tls=True presents a certificate")
        self._rules.add(rule)

    def remove(self, rule: Rule) -> None:
        self._rules.remove(rule)

    def clear(self) -> None:
        """Drop every rule. Requests that hang already go on hanging until their client gives up."""
        self._rules.clear()

    def refuse_connections(self) -> None:
        """Stop listening and end every connection: from now on a client's connect is refused."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Closing alone would leave the acceptor asleep in accept(), and the kernel listening.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if self._acceptor is not None:
            self._acceptor.join(STOP_TIMEOUT_S)
            self._acceptor = None
        self.drop_connections()

    def accept_connections(self) -> None:
        """Listen again, on the same port."""
        if self._listener is not None:
            return
        listener = _bound_socket(self.port)
        listener.listen(128)
        self._listener = listener
        self._acceptor = threading.Thread(
            target=self._accept, args=(listener,), name=f"fault-proxy-{self.port}", daemon=True
        )
        self._acceptor.start()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections for the length of a with statement."""
        self.refuse_connections()
        try:
            yield
        finally:
            self.accept_connections()

    def drop_connections(self) -> None:
        """End every open connection, as a load balancer that restarts would, and go on listening."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.interrupt()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            connection = ClientConnection(self._service, sock)
            thread = threading.Thread(
                target=self._serve, args=(connection,), name=f"fault-proxy-{self.port}-client", daemon=True
            )
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: ClientConnection) -> None:
        try:
            connection.serve()
        finally:
            with self._lock:
                self._connections.pop(connection, None)


def _bound_socket(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((HOST, port))
    return sock
