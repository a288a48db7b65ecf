"""Connections of httpx that go where mcm's egress guard allows, to the very address that was checked, until a deadline.

httpx limits single reads only; a peer that sends one byte at a time would hold its thread for ever.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from mcm.gateway.egress import EgressGuard

_CONNECT_S = 5.0


class GuardedBackend(httpcore.NetworkBackend):
    """`named`: hosts that may have private addresses. For one exchange: after `until` (monotonic) nothing moves."""

    def __init__(self, guard: EgressGuard, named: Iterable[str], until: float) -> None:
        self._guard, self._named, self._until = guard, frozenset(named), until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception | None = None
        for _, address in self._guard.resolve(host, port, self._named):
            seconds = min(_CONNECT_S, timeout or _CONNECT_S, left(self._until))
            try:
                stream = self._plain.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return _Deadlined(stream, self._until)
        raise last or httpcore.ConnectError(f"the name '{host}' has no address")


class _Deadlined(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._least(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._least(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Deadlined(self._inner.start_tls(ssl_context, server_hostname, self._least(timeout)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _least(self, timeout: float | None) -> float:
        limit = left(self._until)
        return limit if timeout is None else min(timeout, limit)


def left(until: float) -> float:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return seconds
