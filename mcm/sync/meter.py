"""What a run cost: calls, bytes, time waiting for the cloud and time in the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mcm.gateway.context import Counters


class Meter:
    def __init__(self) -> None:
        self.calls = 0
        self.received = 0
        self.api_s = 0.0
        self.waited_s = 0.0
        self.database_s = 0.0

    @contextmanager
    def database(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.database_s += time.monotonic() - started

    def take(self, counters: Counters) -> None:
        self.calls += counters.calls
        self.received += counters.received
        self.api_s += counters.api_s
        self.waited_s += counters.waited_s

    def columns(self) -> dict[str, int]:
        """As the ledger names them."""
        return {
            "calls": self.calls,
            "received_bytes": self.received,
            "api_ms": round(self.api_s * 1000),
            "waited_ms": round(self.waited_s * 1000),
            "db_ms": round(self.database_s * 1000),
        }
