"""Connections of smtplib that end by a deadline and read little.

smtplib limits single reads only, and keeps whatever a reply of many lines brings: a server, or whoever stands before
STARTTLS in its place, would hold the thread or fill the memory.
"""

import smtplib
import socket
import ssl
import time

_CONNECT_S = 10.0
_MOST_BYTES = 64 * 1024


class _Lines:
    """In place of the buffered file that smtplib reads replies from."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket, self._until = connected, until
        self._held, self._taken = b"", 0

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._held and len(self._held) < limit:
            seconds = self._until - time.monotonic()
            if seconds <= 0 or self._taken > _MOST_BYTES:
                raise TimeoutError("the deadline has passed, or it says too much")
            # Sending has the same time.
            self._socket.settimeout(seconds)
            piece = self._socket.recv(4096)
            if not piece:
                break
            self._held += piece
            self._taken += len(piece)
        end = min(self._held.find(b"\n") + 1 or limit, limit)
        line, self._held = self._held[:end], self._held[end:]
        return line

    def close(self) -> None:
        """The socket is its owner's."""


class _Bounded(smtplib.SMTP):
    _until: float

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock, self._until)
        return super().getreply()


class Client(_Bounded):
    """Connected, greeted, and over TLS (`private`) when the server offers that. until: monotonic. Raises what smtplib
    does, and OSError."""

    def __init__(self, host: str, port: int, until: float, context: ssl.SSLContext) -> None:
        self._until, self.private = until, False
        super().__init__(host, port, timeout=_CONNECT_S)
        try:
            self.ehlo()
            if self.has_extn("starttls"):
                self.starttls(context=context)
                self.ehlo()
                self.private = True
        except BaseException:
            self.close()
            raise


class TlsClient(_Bounded, smtplib.SMTP_SSL):
    """The same, over TLS from the first byte."""

    private = True

    def __init__(self, host: str, port: int, until: float, context: ssl.SSLContext) -> None:
        self._until = until
        super().__init__(host, port, timeout=_CONNECT_S, context=context)
