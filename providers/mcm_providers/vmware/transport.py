"""HTTP/1.1 over sockets that the CallContext dials: a small pool of kept connections, one exchange at a time each.

An exchange owns its connection until its answer has been read to the end; only then is the connection kept. A kept
connection that the other side has closed meanwhile is noticed before it is used.
"""

import http.client
import select
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping

from mcm.contract import CallContext, TlsSettings, UnexpectedResponse
from mcm_providers._transport.retry_after import retry_after_seconds
from mcm_providers.vmware.dialling import Dialler, is_loopback

_KEPT_SECONDS = 30.0
_KEPT = 3
_CHUNK = 1 << 17
_MAX_INFLATED = 1 << 22


class Exchange:
    """One request's answer. Read it with `read` or `chunks`, or `drop` it; both report it to the governor once."""

    def __init__(self, transport: "Transport", connection: http.client.HTTPSConnection, governed: bool) -> None:
        self._transport, self._connection, self._governed = transport, connection, governed
        self._response = connection.getresponse()
        self._received = 0
        self._open = True
        self.status = self._response.status
        self.content_type = (self._response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        self.retry_after = retry_after_seconds(self._response.getheader("Retry-After"))

    def header(self, name: str) -> str:
        return self._response.getheader(name) or ""

    def chunks(self) -> Iterator[bytes]:
        """The body, decoded; looks at the deadline between chunks."""
        coding = self.header("Content-Encoding").lower()
        if coding not in ("", "identity", "gzip"):
            raise UnexpectedResponse(f"the answer has the content coding '{coding}', which was not asked for")
        inflate = zlib.decompressobj(31) if coding == "gzip" else None
        try:
            # Not `read`, which waits until the whole chunk is there and would not see the deadline of a slow drip.
            while chunk := self._response.read1(_CHUNK):
                self._received += len(chunk)
                if self._governed:
                    self._transport.context.check()
                if inflate is None:
                    yield chunk
                    continue
                while chunk:
                    # Bounded, so that a small answer cannot become gigabytes at once.
                    yield inflate.decompress(chunk, _MAX_INFLATED)
                    chunk = inflate.unconsumed_tail
            if self._response.length:
                raise UnexpectedResponse(f"the answer ends {self._response.length} bytes too early")
            # `read1` does not notice the end by itself; an answer that is open makes the connection useless.
            self._response.close()
            if inflate is not None and not inflate.eof:
                raise UnexpectedResponse("the compressed answer ends in the middle")
        except zlib.error as error:
            raise UnexpectedResponse(f"the compressed answer is damaged: {error}") from error
        finally:
            self._finish()

    def read(self, limit: int) -> bytes:
        """The whole body; raises UnexpectedResponse beyond `limit` bytes."""
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                self.drop()
                raise UnexpectedResponse(f"an answer of more than {limit} bytes, where a short one was expected")
        return bytes(body)

    def drop(self) -> None:
        if self._open:
            self._response.close()
            self._connection.close()
            self._finish()

    def _finish(self) -> None:
        if self._open:
            self._open = False
            complete = self._response.isclosed() and not self._response.will_close
            self._transport.give_back(self._connection, keep=complete)
            if self._governed:
                self._transport.context.after_call(
                    status=self.status, received=self._received, retry_after=self.retry_after
                )


class Transport:
    """All connections to one vCenter. `compress` asks for gzip, which costs both sides CPU and pays over a wide net."""

    def __init__(
        self, context: CallContext, host: str, port: int, tls: TlsSettings, *, compress: bool | None = None
    ) -> None:
        self.context, self.host, self.port = context, host, port
        self._dialler = Dialler(context, host, port, tls)
        self._kept: list[tuple[http.client.HTTPSConnection, float]] = []
        self._compress = not is_loopback(host) if compress is None else compress

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        service: str,
        governed: bool = True,
        repeatable: bool = True,
    ) -> Exchange:
        """One request. Raises OSError, ssl.SSLError or http.client.HTTPException as they come.

        A kept connection may die just as it is used. Then nobody knows whether the server has read the request, and
        only a `repeatable` one is sent again, on a new connection.
        """
        coding = {"Accept-Encoding": "gzip" if self._compress else "identity"}
        if governed:
            self.context.before_call(service)
        try:
            while True:
                connection, kept = self._take(governed)
                try:
                    connection.request(method, path, body, {**coding, **headers})
                    return Exchange(self, connection, governed)
                except (ConnectionError, http.client.RemoteDisconnected, ssl.SSLEOFError):
                    connection.close()
                    if not (kept and repeatable):
                        raise
                except BaseException:
                    connection.close()
                    raise
        except BaseException:
            if governed:
                self.context.after_call()
            raise

    def close(self) -> None:
        while self._kept:
            self._kept.pop()[0].close()

    def hurry(self, seconds: float) -> None:
        """From now on no connection may take longer to open, nor a read on it."""
        self._dialler.socket_seconds = seconds

    @property
    def has_kept(self) -> bool:
        return bool(self._kept)

    def give_back(self, connection: http.client.HTTPSConnection, *, keep: bool) -> None:
        if keep and len(self._kept) < _KEPT and connection.sock is not None:
            self._kept.append((connection, time.monotonic()))
        else:
            connection.close()

    def _take(self, governed: bool) -> tuple[http.client.HTTPSConnection, bool]:
        while self._kept:
            connection, since = self._kept.pop()
            if time.monotonic() - since < _KEPT_SECONDS and not _has_input(connection.sock):
                # The time that was left when it was dialled is another deadline's.
                left = max(self.context.remaining(), 0.001) if governed else self._dialler.socket_seconds
                connection.sock.settimeout(min(self._dialler.socket_seconds, left))
                return connection, True
            connection.close()
        return self._dialler.connection(), False


def _has_input(sock: socket.socket | None) -> bool:
    """An idle connection with something to read has been closed or broken by the other side."""
    if sock is None or sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
