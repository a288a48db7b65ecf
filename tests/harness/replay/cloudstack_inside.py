"""The CloudStack replay server in a thread of this process, so that a test can change what it holds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
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


@contextmanager
def running_inside(*, instances: int, odd: bool = False, size: int = 1, page_cap: int = 500) -> Iterator[Inside]:
    listener = listen()
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
