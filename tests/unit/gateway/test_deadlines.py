"""A stuck read ends at its deadline: the watchdog shuts its socket down, plain or TLS; nothing else is touched."""

import fcntl
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcm.contract import TlsSettings, Unreachable
from mcm.gateway.context import LiveContext
from mcm.gateway.egress import EgressGuard
from mcm.gateway.governor import Governor
from mcm.gateway.sockets import SocketRegister
from mcm.gateway.watchdog import Watchdog
from tests.harness.proxy.certificates import Certificates, Identity

SOON_S = 0.2
# Far longer than any deadline here: a read that ends before it was ended by the watchdog and nothing else.
LONG_S = 120.0


class SilentServer:
    """Accepts, shakes hands when it has a certificate, and then says nothing."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
                self._open.append(self._tls.wrap_socket(connected, server_side=True) if self._tls else connected)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for one in (self._listener, *self._open):
            one.close()


@pytest.fixture
def certificates() -> Iterator[Certificates]:
    made = Certificates()
    yield made
    made.close()


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    made = SilentServer()
    yield made
    made.close()


@pytest.fixture
def silent_tls(certificates: Certificates) -> Iterator[SilentServer]:
    made = SilentServer(certificates.context(Identity.TRUSTED))
    yield made
    made.close()


def _context(tls: TlsSettings | None = None) -> LiveContext:
    guard = EgressGuard(loopback=True)
    return LiveContext("acc", frozenset({"127.0.0.1"}), guard, Governor(1000.0), None, tls or TlsSettings())


def _armed(context: LiveContext, seconds: float) -> Watchdog:
    watchdog = Watchdog()
    context.arm(seconds, None)
    watchdog.arm(context, context.until)
    return watchdog


def _blocked_read(connected: socket.socket) -> bytes | OSError:
    connected.settimeout(LONG_S)
    try:
        return connected.recv(1)
    except OSError as error:
        return error


def test_blocked_plain_read_ends_at_the_deadline(silent: SilentServer) -> None:
    context = _context()
    context.arm(LONG_S, None)
    with context.dial("127.0.0.1", silent.port) as connected:
        watchdog = Watchdog()
        context._until = 0.0
        watchdog.arm(context, 0.0)
        result = _blocked_read(connected)
    assert result == b"" or isinstance(result, OSError)
    assert not isinstance(result, TimeoutError)
    with pytest.raises(Unreachable, match="deadline"):
        context.check()
    assert context.remaining() == 0.0


def test_blocked_tls_read_ends_at_the_deadline(silent_tls: SilentServer, certificates: Certificates) -> None:
    """TLS takes the descriptor away from the socket that was dialled; the register must still find it."""
    tls = TlsSettings(ca_file=str(certificates.ca_file))
    context = _context(tls)
    context.arm(LONG_S, None)
    plain = context.dial("127.0.0.1", silent_tls.port)
    with tls.ssl_context().wrap_socket(plain, server_hostname="127.0.0.1") as connected:
        assert plain.fileno() == -1
        watchdog = Watchdog()
        watchdog.arm(context, 0.0)
        result = _blocked_read(connected)
    assert result == b"" or isinstance(result, OSError)
    assert not isinstance(result, TimeoutError)


def test_deadline_in_the_future_wakes_the_watchdog_by_itself(silent: SilentServer) -> None:
    context = _context()
    watchdog = _armed(context, SOON_S)
    with context.dial("127.0.0.1", silent.port, timeout=LONG_S) as connected:
        result = _blocked_read(connected)
    assert not isinstance(result, TimeoutError)
    watchdog.disarm(context)


def test_earlier_deadline_that_comes_later_is_kept_too(silent: SilentServer) -> None:
    late, soon = _context(), _context()
    watchdog = _armed(late, LONG_S)
    soon.arm(LONG_S, None)
    with soon.dial("127.0.0.1", silent.port) as connected:
        watchdog.arm(soon, 0.0)
        assert not isinstance(_blocked_read(connected), TimeoutError)
    assert late.remaining() > 0


def test_disarmed_connection_is_left_alone(silent: SilentServer) -> None:
    kept, ended = _context(), _context()
    kept.arm(LONG_S, None)
    ended.arm(LONG_S, None)
    watchdog = Watchdog()
    with kept.dial("127.0.0.1", silent.port) as alive, ended.dial("127.0.0.1", silent.port) as other:
        watchdog.arm(kept, 10**12)
        watchdog.disarm(kept)
        watchdog.arm(ended, 0.0)
        assert not isinstance(_blocked_read(other), TimeoutError)
        alive.settimeout(SOON_S)
        with pytest.raises(TimeoutError):
            alive.recv(1)


def test_one_connection_that_cannot_be_ended_does_not_stop_the_watchdog(silent: SilentServer) -> None:
    class Broken:
        def expire(self) -> None:
            raise RuntimeError("boom")

    context = _context()
    context.arm(LONG_S, None)
    watchdog = Watchdog()
    watchdog.arm(Broken(), 0.0)
    with context.dial("127.0.0.1", silent.port) as connected:
        watchdog.arm(context, 0.0)
        assert not isinstance(_blocked_read(connected), TimeoutError)


def test_reused_descriptor_is_not_shut_down() -> None:
    """The dialled socket was closed and its number given to something else, which is none of the register's."""
    register = SocketRegister()
    low, peer = socket.socketpair()
    # So high that no other thread of this process is given the number meanwhile: the lowest free one is what is given.
    ours = socket.socket(fileno=fcntl.fcntl(low, fcntl.F_DUPFD, 700))
    low.close()
    register.add(ours)
    number = ours.fileno()
    ours.close()
    stranger, other_end = socket.socketpair()
    os.dup2(stranger.fileno(), number)
    copy = socket.socket(fileno=number)
    assert register.shut_down() == 0
    other_end.sendall(b"x")
    assert copy.recv(1) == b"x"
    for one in {id(s): s for s in (stranger, copy, other_end, peer)}.values():
        one.close()


def test_register_ends_each_of_several_sockets_once() -> None:
    register = SocketRegister()
    pairs = [socket.socketpair() for _ in range(5)]
    for ours, _ in pairs:
        register.add(ours)
    assert register.shut_down() == 5
    assert register.shut_down() == 0
    for ours, theirs in pairs:
        assert ours.recv(1) == b""
        ours.close()
        theirs.close()


def test_closed_sockets_are_forgotten() -> None:
    register = SocketRegister()
    for _ in range(50):
        ours, theirs = socket.socketpair()
        register.add(ours)
        ours.close()
        theirs.close()
    ours, theirs = socket.socketpair()
    register.add(ours)
    assert len(register._known) == 1
    ours.close()
    theirs.close()


def test_cancelled_work_ends_at_the_next_check() -> None:
    context, cancel = _context(), threading.Event()
    context.arm(LONG_S, cancel)
    context.check()
    cancel.set()
    for step in (context.check, lambda: context.before_call("compute"), lambda: context.dial("127.0.0.1", 9)):
        with pytest.raises(Unreachable, match="cancelled"):
            step()


def test_call_that_would_wait_beyond_the_deadline_says_so_at_once() -> None:
    context = _context()
    context.arm(5.0, None)
    context.before_call("compute")
    context.after_call(status=429, retry_after=60.0)
    with pytest.raises(Unreachable, match=r"slow down.*\d+ seconds"):
        context.before_call("compute")


def test_counters_are_of_one_use() -> None:
    context = _context()
    context.arm(5.0, None)
    context.before_call("compute")
    context.after_call(status=200, received=77)
    assert (context.counters.calls, context.counters.received) == (1, 77)
    context.arm(5.0, None)
    assert (context.counters.calls, context.counters.received) == (0, 0)


def test_armed_again_a_connection_that_had_expired_works() -> None:
    context = _context()
    context.arm(5.0, None)
    context.expire()
    assert context.remaining() == 0.0
    context.arm(5.0, None)
    context.check()


@pytest.mark.parametrize("identity", [Identity.UNTRUSTED, Identity.EXPIRED, Identity.WRONG_NAME, Identity.SELF_SIGNED])
def test_default_tls_settings_refuse_a_wrong_certificate(certificates: Certificates, identity: Identity) -> None:
    server = SilentServer(certificates.context(identity))
    try:
        context = TlsSettings(ca_file=str(certificates.ca_file)).ssl_context()
        with socket.create_connection(("127.0.0.1", server.port)) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="127.0.0.1")
    finally:
        server.close()


def test_own_ca_file_replaces_the_public_authorities(certificates: Certificates, tmp_path: Path) -> None:
    loaded: Any = TlsSettings(ca_file=str(certificates.ca_file)).ssl_context().get_ca_certs()
    assert len(loaded) == 1
    assert TlsSettings().verify


def test_it_ends_when_it_is_stopped_but_not_before_what_is_armed(silent: SilentServer) -> None:
    context = _context()
    watchdog = _armed(context, SOON_S)
    thread = watchdog._thread
    assert thread is not None
    watchdog.stop()
    with context.dial("127.0.0.1", silent.port, timeout=LONG_S) as connected:
        result = _blocked_read(connected)
    assert not isinstance(result, TimeoutError), "its deadline held although the watchdog was to end"
    thread.join(LONG_S)
    assert not thread.is_alive()
    other = _context()
    other.arm(SOON_S, None)
    watchdog.arm(other, other.until)
    with other.dial("127.0.0.1", silent.port, timeout=LONG_S) as connected:
        assert not isinstance(_blocked_read(connected), TimeoutError)
    watchdog.disarm(other)
