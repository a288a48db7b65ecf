"""The rate governor: a token bucket for each account, service and region, shared by everything that calls.

A 429 or 503 halves the rate, Retry-After stops it until then, and success brings it back step by step.
"""

import threading
import time
from dataclasses import dataclass
from random import random


@dataclass
class _Bucket:
    rate: float
    tokens: float
    filled_at: float
    closed_until: float = 0.0


class Governor:
    """Thread-safe. Times are of the monotonic clock, so that a jumping wall clock changes nothing."""

    def __init__(self, calls_per_second: float) -> None:
        self._full_rate = calls_per_second
        self._burst = max(calls_per_second * 2, 1.0)
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def delay(self, key: tuple[str, str, str]) -> float:
        """Takes one token and says how many seconds to wait before using it; 0.0 in the usual case."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(self._full_rate, self._burst, now))
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * bucket.rate)
            bucket.filled_at = now
            bucket.tokens -= 1.0
            wait = max(-bucket.tokens / bucket.rate, bucket.closed_until - now, 0.0)
        # Jitter keeps the callers that a throttled service sent away from coming back together.
        return wait and wait + random() * min(wait, 1.0) * 0.2  # noqa: S311

    def report(self, key: tuple[str, str, str], status: int, retry_after: float | None) -> None:
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None:
                return
            if status in (429, 503):
                bucket.rate = max(bucket.rate / 2, 0.1)
                bucket.tokens = min(bucket.tokens, 0.0)
                bucket.closed_until = max(bucket.closed_until, now + (retry_after or 1.0))
            elif 200 <= status < 400:
                bucket.rate = min(bucket.rate * 1.05 + 0.01, self._full_rate)

    def usage(self) -> dict[tuple[str, str, str], dict[str, float]]:
        """For the metrics page: current rate and the seconds until the bucket opens again."""
        now = time.monotonic()
        with self._lock:
            return {
                key: {"calls_per_second": bucket.rate, "closed_for_s": max(bucket.closed_until - now, 0.0)}
                for key, bucket in self._buckets.items()
            }

    def forget(self, account_id: str) -> None:
        with self._lock:
            for key in [key for key in self._buckets if key[0] == account_id]:
                del self._buckets[key]
