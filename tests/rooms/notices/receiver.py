"""A receiver of webhooks on a real socket: answers as a test wants, and checks signatures by its own arithmetic."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_kanari7AAAAAAAAAAAAAAAAAAAAAAAAA"
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Taken:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def ident(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def signed_with(self, secret: str) -> bool:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        over = (
            self.headers["webhook-id"].encode() + b"." + self.headers["webhook-timestamp"].encode() + b"." + self.body
        )
        wanted = base64.b64encode(hmac.digest(key, over, hashlib.sha256)).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split()


class Receiver:
    """statuses: of the next requests; the last one stays. gate: requests are answered once it is set."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.taken: list[Taken] = []
        self.statuses = [204]
        self.location = ""
        self.gate = threading.Event()
        self.gate.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [one.ident for one in self.taken]

    def stop(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_S)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.taken.append(Taken(self.path, headers, body))
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                receiver.gate.wait(_PATIENCE_S)
                with suppress(OSError):
                    self.send_response(status)
                    if receiver.location:
                        self.send_header("Location", receiver.location)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                return

        return Handler


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on a free port, given as what is done with each connection; what the other end closes ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                connected, _ = listener.accept()
                if ended.is_set():
                    connected.close()
                    return
                threading.Thread(target=each, args=(connected,), daemon=True).start()

        def each(connected: socket.socket) -> None:
            with connected, suppress(OSError):
                talk(connected)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield port
        finally:
            ended.set()
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 5).close()
            thread.join(_PATIENCE_S)


def wait_for(condition: Callable[[], object], seconds: float = _PATIENCE_S) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
