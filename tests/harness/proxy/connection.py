"""Serves one client connection: TLS, then request after request through the rules to the upstream and back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.harness.proxy import wire
from tests.harness.proxy.certificates import Certificates, Identity
from tests.harness.proxy.ledger import Call, Ledger
from tests.harness.proxy.messages import Answer, Request
from tests.harness.proxy.rules import RuleBook
from tests.harness.proxy.upstream import Origin, Upstream, UpstreamBroke

Rewrite = Callable[[Request, Answer], Answer]


@dataclass(frozen=True)
class Service:
    """What the connections of one proxy share."""

    origin: Origin
    rules: RuleBook
    ledger: Ledger
    certificates: Certificates | None
    rewrite: Rewrite | None
    upstream_timeout_s: float
    stopping: threading.Event


class _Arrival:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.identity = Identity.TRUSTED

    def reset(self) -> None:
        wire.arm_reset(self._sock)

    def client_gone(self, seconds: float | None) -> bool:
        return wire.hung_up(self._sock, seconds)


class _Exchange:
    def __init__(self, request: Request, sock: socket.socket, stopping: threading.Event) -> None:
        self.request = request
        self._sock = sock
        self._stopping = stopping

    def client_gone(self, seconds: float | None) -> bool:
        return wire.hung_up(self._sock, seconds)

    def pause(self, seconds: float) -> bool:
        return not self._stopping.wait(seconds)


class ClientConnection:
    """A connection from accept to close, run by a thread of its own."""

    def __init__(self, service: Service, sock: socket.socket) -> None:
        self._service = service
        self._sock = sock
        self._upstream = Upstream(service.origin, service.upstream_timeout_s)

    def serve(self) -> None:
        """Never raises for what a client or a fault does to the connection."""
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._arrive():
                self._serve_requests()
        except (OSError, wire.ProtocolError):
            pass
        finally:
            self._upstream.close()
            self._sock.close()

    def interrupt(self, *, upstream: bool = False) -> None:
        """End the client's connection from another thread, with `upstream` also a call that is under way behind it."""
        wire.shut(self._sock)
        if upstream:
            self._upstream.interrupt()

    def _arrive(self) -> bool:
        arrival = _Arrival(self._sock)
        fault = self._service.rules.for_arrival()
        if fault is not None and not fault.on_accept(arrival):
            return False
        if self._service.certificates is not None:
            context = self._service.certificates.context(arrival.identity)
            # In two steps, so that interrupt() reaches a handshake that a client never finishes.
            wrapped = context.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)
            self._sock = wrapped
            wrapped.do_handshake()
        return True

    def _serve_requests(self) -> None:
        with self._sock.makefile("rb") as reader:
            while not self._service.stopping.is_set():
                try:
                    request = wire.read_request(reader, self._sock.sendall)
                except ValueError:
                    # A TLS socket that interrupt() has shut down, or a length that is no number.
                    return
                if request is None or not self._serve_request(request):
                    return

    def _serve_request(self, request: Request) -> bool:
        """Whether the connection goes on."""
        exchange = _Exchange(request, self._sock, self._service.stopping)
        call: Call | None = None
        genuine: Answer | None = None
        rule = self._service.rules.for_request(request)
        answer = rule.fault.before(exchange) if rule else None
        if self._service.stopping.is_set():
            return False
        if answer is None:
            try:
                self._upstream.ensure_connected()
                call = self._service.ledger.open(request)
                genuine = self._upstream.send(request)
            except UpstreamBroke as error:
                answer = Answer(502, (("Content-Type", "text/plain"),), str(error).encode())
                if rule:
                    rule.release()
            else:
                call.status = genuine.status
                if self._service.rewrite:
                    genuine = self._service.rewrite(request, genuine)
                answer = genuine
                if rule:
                    spoiled = rule.fault.after(exchange, genuine)
                    if spoiled is None:
                        rule.release()
                    else:
                        answer = spoiled
        return self._reply(request, answer, call, genuine)

    def _reply(self, request: Request, answer: Answer, call: Call | None, genuine: Answer | None) -> bool:
        keep_alive = not answer.delivery.ends_connection(request.method) and not wire.wants_close(request)
        if call is not None and answer.delivery.raw is None:
            call.answered = answer.status
        genuine_goes = genuine is not None and (answer.status, answer.body) == (genuine.status, genuine.body)
        if call is not None:
            # Before it is sent: a client that has its answer may look at the ledger at once.
            call.delivered = genuine_goes and answer.delivery.goes_whole_at_once
        whole = False
        try:
            whole = wire.write_answer(
                self._sock,
                answer,
                request=request,
                keep_alive=keep_alive,
                client_gone=lambda seconds: wire.hung_up(self._sock, seconds),
            )
        finally:
            if call is not None:
                call.delivered = genuine_goes and whole
        if answer.delivery.reset:
            wire.arm_reset(self._sock)
        return keep_alive
