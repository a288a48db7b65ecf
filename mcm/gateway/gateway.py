"""Leases live connections to accounts and turns whatever goes wrong with them into provider errors."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from mcm.contract import (
    AuthenticationFailed,
    ConnectionForm,
    Provider,
    ProviderError,
    ProxySettings,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm.errors import McmError
from mcm.gateway.admission import Admission, Change
from mcm.gateway.breaker import Breaker
from mcm.gateway.context import Counters, LiveContext
from mcm.gateway.egress import guard_of
from mcm.gateway.governor import Governor
from mcm.gateway.watchdog import Watchdog
from mcm.registry import Registry
from mcm.settings import Settings

log = logging.getLogger(__name__)
_IDLE_SECONDS = 300.0
_BREAKING = (Unreachable, UnexpectedResponse, AuthenticationFailed)


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """What is needed to connect, taken from the database in one short transaction. version: of the account row."""

    id: str
    name: str
    provider: str
    version: int
    form: ConnectionForm


@dataclass
class Lease:
    """One use of a live connection. `fresh`: it was opened for this lease (a session-bound feed cursor is void)."""

    provider: Provider
    context: LiveContext
    fresh: bool

    @property
    def counters(self) -> Counters:
        return self.context.counters


@dataclass
class _Live:
    provider: Provider
    context: LiveContext
    version: int
    idle_since: float = field(default_factory=time.monotonic)


class Gateway:
    """Thread-safe. Connections are kept for five idle minutes, so that signing in is not repeated for every scope."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings, self._registry = settings, registry
        self._guard = guard_of(settings)
        self.governor = Governor(settings.calls_per_second)
        self.breaker = Breaker()
        self.admission = Admission()
        self._watchdog = Watchdog()
        self._idle: dict[tuple[str, str], list[_Live]] = {}
        self._lock = threading.Lock()
        self._noted: dict[str, str] = {}

    @contextmanager
    def lease(
        self,
        account: AccountAccess,
        seconds: float,
        *,
        cancel: threading.Event | None = None,
        sticky: str = "",
        change: Change | None = None,
    ) -> Iterator[Lease]:
        """A connection for at most `seconds`. `sticky`: the same name gets the same connection again while it lives.
        `change`: what it will be used to change; the admission hooks may refuse that. None: it only reads.

        Everything that leaves the block is a ProviderError or not of the cloud's making (database, cancellation)."""
        if change is not None:
            self.admission.admit(change)
        live, fresh = self._take(account, sticky)
        live.context.arm(seconds, cancel)
        self._watchdog.arm(live.context, live.context.until)
        keep = False
        try:
            yield Lease(live.provider, live.context, fresh)
            keep = True
        except ProviderError as error:
            keep = not isinstance(error, _BREAKING)
            late = live.context.late(error)
            self._note(account, late or error)
            if late is not None:
                raise late from error
            raise
        else:
            self._recovered(account)
        finally:
            self._watchdog.disarm(live.context)
            if keep and live.context.remaining() > 0:
                live.idle_since = time.monotonic()
                with self._lock:
                    self._idle.setdefault((account.id, sticky), []).append(live)
            else:
                _close(live)

    def forget(self, account_id: str) -> None:
        """The account changed or went: close its idle connections, forget its failures and rates."""
        with self._lock:
            keys = [key for key in self._idle if key[0] == account_id]
            closing = [live for key in keys for live in self._idle.pop(key)]
        for live in closing:
            _close(live)
        self.breaker.reset_all(account_id)
        self.governor.forget(account_id)
        self._noted.pop(account_id, None)

    def close_idle(self, older_than_s: float = _IDLE_SECONDS) -> None:
        limit = time.monotonic() - older_than_s
        closing: list[_Live] = []
        with self._lock:
            for key, lives in list(self._idle.items()):
                closing += [live for live in lives if live.idle_since <= limit]
                self._idle[key] = [live for live in lives if live.idle_since > limit]
                if not self._idle[key]:
                    del self._idle[key]
        for live in closing:
            _close(live)

    def close(self) -> None:
        self.close_idle(older_than_s=-1.0)
        self._watchdog.stop()

    def _take(self, account: AccountAccess, sticky: str) -> tuple[_Live, bool]:
        with self._lock:
            lives = self._idle.get((account.id, sticky), [])
            while lives:
                live = lives.pop()
                if live.version == account.version:
                    return live, False
                _close(live)
        return self._connect(account), True

    def _connect(self, account: AccountAccess) -> _Live:
        adapter = self._registry.adapter(account.provider)
        form = account.form
        settings = self._settings
        proxy = None
        if settings.outbound_proxy:
            without = tuple(part.strip() for part in settings.no_proxy.split(",") if part.strip())
            proxy = ProxySettings(settings.outbound_proxy, without)
        tls = TlsSettings(
            verify=form.boolean("verify_tls", form.boolean("verify", True)),
            ca_file=form.text("ca_file") or form.text("cacert") or None,
        )
        context = LiveContext(account.id, named_hosts(form.config), self._guard, self.governor, proxy, tls)
        return _Live(adapter.connect(form, context), context, account.version)

    def _note(self, account: AccountAccess, error: ProviderError) -> None:
        # Once for each change of cause: a dead cloud must not fill the log.
        if self._noted.get(account.id) != error.code:
            self._noted[account.id] = error.code
            log.warning("account %s: %s: %s", account.name, error.code, error.message)

    def _recovered(self, account: AccountAccess) -> None:
        if self._noted.pop(account.id, None):
            log.info("account %s: answers again", account.name)


def named_hosts(config: Mapping[str, object]) -> frozenset[str]:
    """The hosts an account's configuration names: bare hosts and those of URLs."""
    hosts = set()
    for value in config.values():
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and text:
                hosts.add((urlsplit(text).hostname if "://" in text else text.split("/")[0]) or "")
    return frozenset(host.lower() for host in hosts if host)


@contextmanager
def only_provider_errors(account_name: str, *own: type[Exception]) -> Iterator[None]:
    """Around calls of an adapter: an exception that is not a ProviderError is the adapter's fault, and is said so.

    own: what the caller itself raises between its calls, which passes."""
    passing: tuple[type[Exception], ...] = (ProviderError, McmError, SQLAlchemyError, *own)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        log.exception("account %s: the adapter raised what it must not", account_name)
        raise UnexpectedResponse(
            f"the adapter failed on the cloud's answer ({type(error).__name__}); the server's log has the details"
        ) from error


def _close(live: _Live) -> None:
    live.context.arm(5.0, None)
    try:
        live.provider.close()
    except Exception:
        log.debug("closing a connection failed", exc_info=True)
