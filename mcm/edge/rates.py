"""How often one caller and one source may ask: token buckets in memory, each process its own.

Two buckets are charged for each request: one of what the caller presents (token or session), and a larger one of where
it comes from, so that inventing tokens gains nothing.
"""

import hashlib
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from mcm.auth.proxied import proxied
from mcm.edge.cookies import cookie_name
from mcm.edge.source import networks, source_of
from mcm.kit.addresses import network_of
from mcm.settings import Settings

_BURST_S = 2.0
# Several people may share one address, behind a proxy that is not listed as trusted.
_SOURCE_SHARE = 4.0
_MOST_BUCKETS = 20_000
_EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
_EXPORT = re.compile(r"^/api/v1/.*/export$")
_LOGIN = re.compile(r"^/api/v1/auth/oidc/[^/]+/")
# Where a password may come: hashing it takes 46 MiB and tens of milliseconds.
_PASSWORD = re.compile(r"^/(login|setup|password|security)$|^/api/v1/auth/|^/api/v1/users(/[^/]+)?$")
EXPORT_COST, LOGIN_COST = 20.0, 10.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """Thread-safe. The ones longest unused are forgotten: they are full again anyway."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = _MOST_BUCKETS) -> None:
        self._now, self._most = now, most
        self._known: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, wanted: list[tuple[str, float]], cost: float) -> float:
        """`wanted`: (key, units per second). Takes from all or from none; seconds to wait, 0 when it was taken."""
        with self._lock:
            now = self._now()
            found = [(self._filled(key, rate, now), rate) for key, rate in wanted]
            wait = max((cost - bucket.left) / rate for bucket, rate in found)
            if wait > 0:
                return wait
            for bucket, _ in found:
                bucket.left -= cost
            return 0.0

    def _filled(self, key: str, rate: float, now: float) -> _Bucket:
        # Even a small rate lets one export through.
        full = max(rate * _BURST_S, EXPORT_COST)
        bucket = self._known.pop(key, None) or _Bucket(full, now)
        bucket.left, bucket.at = min(full, bucket.left + max(now - bucket.at, 0.0) * rate), now
        self._known[key] = bucket
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return bucket


class Rates:
    """`wait` is asked once for each request, before anything looks at it."""

    def __init__(self, settings: Settings, *, in_process: Callable[[], bool] = lambda: False) -> None:
        self._settings, self._in_process = settings, in_process
        networks(settings.trusted_proxies)  # A mistake in it is said now and not at every request.
        self._buckets = Buckets()
        # Nobody who reads this process's memory dump finds tokens in the keys.
        self._salt = secrets.token_bytes(16)

    def wait(self, request: Request) -> float:
        """Seconds after which the request may come again; 0: it may now."""
        rate = self._settings.requests_per_second
        path = request.url.path
        if rate <= 0 or path in _EXEMPT or self._in_process():
            return 0.0
        source = source_of(request, self._settings, in_process=False)
        if self._own_machine(request, source):
            return 0.0
        wanted = [(f"source {network_of(source)}", rate * _SOURCE_SHARE)]
        presented = request.headers.get("authorization") or request.cookies.get(cookie_name(self._settings))
        if presented:
            wanted.append((f"caller {self._hashed(presented)}", rate))
        return self._buckets.take(wanted, _cost(request.method, path))

    def _own_machine(self, request: Request, source: str) -> bool:
        """Local mode: who asks is on this machine, and no proxy brings others here."""
        return self._settings.own_machine and source in ("127.0.0.1", "::1") and not proxied(request.headers)

    def _hashed(self, presented: str) -> str:
        return hashlib.blake2b(presented.encode(errors="surrogateescape"), digest_size=16, key=self._salt).hexdigest()


def _cost(method: str, path: str) -> float:
    if _EXPORT.match(path):
        return EXPORT_COST
    signs_in = _LOGIN.match(path) or (method in ("POST", "PATCH") and _PASSWORD.match(path))
    return LOGIN_COST if signs_in else 1.0
