"""Reads requests from and writes answers to a client's socket, well or badly as the answer's delivery says."""

from __future__ import annotations

import contextlib
import http.client
import io
import select
import socket
import struct
from collections.abc import Callable

from tests.harness.proxy.messages import HOP_BY_HOP, Answer, Request

MAX_LINE_BYTES = 65_536
CHUNK_BYTES = 16_384


class ProtocolError(Exception):
    """The client sent something that is not an HTTP request."""


def read_request(reader: io.BufferedReader, send: Callable[[bytes], None]) -> Request | None:
    """The next request of a connection with its body in full; None when the client has closed it."""
    line = reader.readline(MAX_LINE_BYTES)
    if not line.strip():
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise ProtocolError("not an HTTP/1 request line")
    method, path, version = words
    try:
        message = http.client.parse_headers(reader)
    except http.client.HTTPException as error:
        raise ProtocolError(str(error)) from error
    headers = tuple(message.items())
    # botocore waits for this before it sends a body.
    if message.get("expect", "").lower() == "100-continue":
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in message.get("transfer-encoding", "").lower():
        body = _read_chunked(reader)
    else:
        body = _read_exactly(reader, int(message.get("content-length") or 0))
    if version == "HTTP/1.0" and "keep-alive" not in message.get("connection", "").lower():
        headers = (*headers, ("Connection", "close"))
    return Request(method, path, headers, body)


def wants_close(request: Request) -> bool:
    return any(name.lower() == "connection" and "close" in value.lower() for name, value in request.headers)


def _read_exactly(reader: io.BufferedReader, length: int) -> bytes:
    body = reader.read(length)
    if len(body) != length:
        raise ProtocolError("the request's body broke off")
    return body


def _read_chunked(reader: io.BufferedReader) -> bytes:
    parts: list[bytes] = []
    while True:
        size_line = reader.readline(MAX_LINE_BYTES)
        try:
            size = int(size_line.split(b";")[0], 16)
        except ValueError as error:
            raise ProtocolError("bad chunk size") from error
        if size == 0:
            while reader.readline(MAX_LINE_BYTES).strip():
                pass
            return b"".join(parts)
        parts.append(_read_exactly(reader, size))
        reader.readline(MAX_LINE_BYTES)


def write_answer(
    sock: socket.socket,
    answer: Answer,
    *,
    request: Request,
    keep_alive: bool,
    client_gone: Callable[[float], bool],
) -> bool:
    """Send the answer. True when it went out whole; an OSError means that the client is gone."""
    delivery = answer.delivery
    if delivery.raw is not None:
        sock.sendall(delivery.raw)
        return False
    body = b"" if request.method == "HEAD" else answer.body
    head = _head(answer, request, keep_alive)
    wire_body = body if delivery.cut_at is None else body[: delivery.cut_at]
    if delivery.chunked and request.method != "HEAD":
        wire_body = _chunks(wire_body, finish=delivery.cut_at is None)
    if delivery.pause_s:
        sock.sendall(head)
        for position in range(len(wire_body)):
            sock.sendall(wire_body[position : position + 1])
            if client_gone(delivery.pause_s):
                return False
    else:
        sock.sendall(head + wire_body if len(wire_body) < CHUNK_BYTES else head)
        if len(wire_body) >= CHUNK_BYTES:
            sock.sendall(wire_body)
    lied = delivery.declared_length is not None and request.method != "HEAD" and delivery.declared_length != len(body)
    return delivery.cut_at is None and not lied


def _head(answer: Answer, request: Request, keep_alive: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {answer.phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers if name.lower() not in HOP_BY_HOP]
    if answer.status in (204, 304) or answer.status < 200:
        pass
    elif answer.delivery.chunked:
        lines.append("Transfer-Encoding: chunked")
    else:
        length = answer.delivery.declared_length
        lines.append(f"Content-Length: {len(answer.body) if length is None else length}")
    lines.append("Connection: " + ("keep-alive" if keep_alive else "close"))
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def _chunks(body: bytes, *, finish: bool) -> bytes:
    out = bytearray()
    for start in range(0, len(body), CHUNK_BYTES):
        piece = body[start : start + CHUNK_BYTES]
        out += b"%x\r\n%b\r\n" % (len(piece), piece)
    if finish:
        out += b"0\r\n\r\n"
    return bytes(out)


def hung_up(sock: socket.socket, seconds: float | None) -> bool:
    """Wait for the peer to close its side (True) or for the time to pass (False); data waiting to be read is left."""
    poll = select.poll()
    # Not POLLIN: a TLS client says goodbye with data, and a pipelining one may have sent its next request.
    poll.register(sock, select.POLLRDHUP)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def arm_reset(sock: socket.socket) -> None:
    """Make the next close of this socket send RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def shut(sock: socket.socket) -> None:
    """Wake every thread that is blocked on this socket."""
    with contextlib.suppress(OSError):
        # The plain socket's method: SSLSocket.shutdown tears down TLS state under a thread that is reading.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
