"""An outbound HTTP proxy as companies have one: CONNECT for https, absolute addresses for http; keeps a list."""

import base64
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536


class OutboundProxy:
    """`seen`: (method, host:port) of every request. refuse: the status with which everything is turned away.

    password: asks for `user:password` and answers 407 without it.
    """

    def __init__(self, *, password: str = "", refuse: int = 0) -> None:
        self._password, self._refuse = password, refuse
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.seen: list[tuple[str, str]] = []
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        who = f"user:{self._password}@" if self._password else ""
        return f"http://{who}127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in list(self._open):
            _end(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            head, rest = _head(client)
            method, target, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
            parts = urlsplit(target if method != "CONNECT" else f"//{target}")
            self.seen.append((method, parts.netloc))
            if self._refuse or not self._known(head):
                client.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % (self._refuse or 407))
                return
            upstream = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60)
            self._open.add(upstream)
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
                line = f"{method} {path} HTTP/1.1".encode()
                # One request on one connection, so that every request passes through here.
                head = b"\r\n".join([line, b"Connection: close", *head.split(b"\r\n")[1:]])
                upstream.sendall(head + b"\r\n\r\n")
            upstream.sendall(rest)
            threading.Thread(target=_pump, args=(client, upstream), daemon=True).start()
            _pump(upstream, client)
        except (OSError, ValueError):
            return
        finally:
            _end(client)

    def _known(self, head: bytes) -> bool:
        if not self._password:
            return True
        wanted = base64.b64encode(f"user:{self._password}".encode())
        return b"proxy-authorization: basic " + wanted.lower() in head.lower()


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = client.recv(_CHUNK)
        if not piece:
            raise ValueError("the client went away")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(_CHUNK):
            target.sendall(piece)
    except OSError:
        pass
    finally:
        _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
