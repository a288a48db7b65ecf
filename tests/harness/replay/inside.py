"""An HTTP server in a thread of this process that answers as a function says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.harness.replay.http import Answer, Reply, listen, serve


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Gives its address, http://127.0.0.1:PORT."""
    listener = listen()

    def run() -> None:
        # Closing the listener is what ends it.
        with suppress(OSError):
            serve(listener, answer)

    thread = threading.Thread(target=run, name="replay-inside", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def reply(document: Any, status: int = 200, **headers: str) -> Reply:
    """document: bytes as they are, else as JSON. headers: underscores stand for hyphens."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status, [raw], "application/json", named)
