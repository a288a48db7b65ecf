"""The CloudStack replay server in a thread of this process, so that a test can change what it holds."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.harness.replay.cloudstack import CloudStack
from tests.harness.replay.cloudstack_estate import Estate
from tests.harness.replay.cloudstack_signing import ADMIN, Caller
from tests.harness.replay.http import listen, serve


@dataclass
class Inside:
    """`server` and `server.estate` may be changed while it runs."""

    server: CloudStack
    port: int

    def config(self, **more: object) -> dict[str, object]:
        return {"driver": "cloudstack", "host": "127.0.0.1", "port": self.port, "secure": False, **more}

    @staticmethod
    def secrets(caller: Caller = ADMIN) -> dict[str, str]:
        return {"key": caller.api_key, "secret": caller.secret}


class _TlsSocket(ssl.SSLSocket):
    """Python's has no `sendmsg`, which the server writes with."""

    def sendmsg(self, buffers: Iterable[bytes | memoryview], *_: object) -> int:  # type: ignore[override]
        return self.send(b"".join(buffers))


@contextmanager
def running_inside(
    *, instances: int, odd: bool = False, size: int = 1, page_cap: int = 500, tls: ssl.SSLContext | None = None
) -> Iterator[Inside]:
    listener = listen()
    if tls is not None:
        # The handshake is made by the connection's thread: one that fails must not end the listener's.
        tls.sslsocket_class = _TlsSocket
        listener = tls.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
    server = CloudStack(Estate(instances=instances, odd=odd, size=size), page_cap=page_cap)

    def run() -> None:
        # Closing the listener is what ends it.
        with suppress(OSError):
            serve(listener, server.answer)

    thread = threading.Thread(target=run, name="cloudstack-replay", daemon=True)
    thread.start()
    try:
        yield Inside(server, listener.getsockname()[1])
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
