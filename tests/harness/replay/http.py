"""The smallest HTTP/1.1 server that a benchmark's floor can stand on: keep-alive, ready-made bytes, nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Part = bytes | memoryview
MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 8 * 1024 * 1024
# Linux takes at most 1,024 buffers in one sendmsg.
MAX_BUFFERS = 1_000


@dataclass(frozen=True)
class Ask:
    method: str
    target: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True)
class Reply:
    """The body is in parts, so that a page cut from a large buffer is sent without being copied."""

    status: int
    parts: Sequence[Part]
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()


Answer = Callable[[Ask], Reply]


def listen(port: int = 0) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    return listener


def serve(listener: socket.socket, answer: Answer, *, chunk_bytes: int = 0) -> None:
    """Serve for ever, a thread for each connection. `chunk_bytes`: answer with chunks of that size, as AWS does."""
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_serve_connection, args=(sock, answer, chunk_bytes), daemon=True).start()


def _serve_connection(sock: socket.socket, answer: Answer, chunk_bytes: int) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = b""
    with sock:
        try:
            while True:
                ask, buffer = _receive(sock, buffer)
                if ask is None:
                    return
                _send(sock, ask, answer(ask), chunk_bytes)
        except (OSError, ValueError):
            return


def _receive(sock: socket.socket, buffer: bytes) -> tuple[Ask | None, bytes]:
    """The next request and what was read beyond it; None at the end of the connection."""
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        piece = sock.recv(65_536)
        if not piece or len(buffer) > MAX_HEAD_BYTES:
            return None, b""
        buffer += piece
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if length > MAX_BODY_BYTES or "transfer-encoding" in headers:
        return None, b""
    if headers.get("expect", "").lower() == "100-continue":
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    rest = buffer[end + 4 :]
    while len(rest) < length:
        piece = sock.recv(65_536)
        if not piece:
            return None, b""
        rest += piece
    return Ask(method, target, headers, rest[:length]), rest[length:]


def _send(sock: socket.socket, ask: Ask, reply: Reply, chunk_bytes: int) -> None:
    size = sum(len(part) for part in reply.parts)
    head = [f"HTTP/1.1 {reply.status} {'OK' if reply.status < 400 else 'Error'}", f"Content-Type: {reply.content_type}"]
    head += [f"{name}: {value}" for name, value in reply.headers]
    head.append("Transfer-Encoding: chunked" if chunk_bytes else f"Content-Length: {size}")
    buffers: list[Part] = ["\r\n".join([*head, "", ""]).encode("latin-1")]
    if ask.method != "HEAD":
        buffers += _chunked(reply.parts, chunk_bytes) if chunk_bytes else reply.parts
    for start in range(0, len(buffers), MAX_BUFFERS):
        _send_all(sock, buffers[start : start + MAX_BUFFERS])


def _chunked(parts: Sequence[Part], chunk_bytes: int) -> list[Part]:
    out: list[Part] = []
    for part in parts:
        view = memoryview(part)
        for start in range(0, len(view), chunk_bytes):
            piece = view[start : start + chunk_bytes]
            out += [b"%x\r\n" % len(piece), piece, b"\r\n"]
    return [*out, b"0\r\n\r\n"]


def _send_all(sock: socket.socket, buffers: Sequence[Part]) -> None:
    left = [memoryview(buffer) for buffer in buffers if len(buffer)]
    while left:
        sent = sock.sendmsg(left)
        while left and sent >= len(left[0]):
            sent -= len(left.pop(0))
        if left and sent:
            left[0] = left[0][sent:]
