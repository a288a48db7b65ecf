"""Reads due scopes in threads of this process. The database says what is due; this only takes it from there.

The seam for more machines: another engine may call `claim_and_run` for due scopes wherever it likes, as the lease on
the scope row, not this pool, is what keeps two reads of one scope apart.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from mcm.accounts.access import account_access, opened, stored
from mcm.contract import ProviderError
from mcm.db import standing
from mcm.errors import McmError
from mcm.kit import clock, process, tracing
from mcm.kit.ids import new_id
from mcm.models import Account, Scope, SyncRun
from mcm.sync import record, repository
from mcm.sync.merge import Target
from mcm.sync.plan import Plan, Progress
from mcm.sync.run import run_scope
from mcm.sync.service import LEASE
from mcm.sync.tools import Tools
from mcm.vault import Vault

log = logging.getLogger(__name__)
LEASE_S = LEASE.total_seconds()
_AFTER_TROUBLE_S = 2.0


class SyncExecutor:
    """`dispatch` starts what is due and returns at once; `stop` cancels and waits."""

    def __init__(self, tools: Tools, vault: Vault) -> None:
        self._tools, self._vault = tools, vault
        self._pool = ThreadPoolExecutor(tools.settings.workers, thread_name_prefix="mcm-sync")
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        self._scopes: set[int] = set()
        self._running: dict[str, tuple[str, Progress, threading.Event]] = {}
        self._stopping = threading.Event()
        self._dispatching = threading.Lock()
        self._asked = False
        self._focus: tuple[frozenset[str], frozenset[str]] | None = None

    def on_demand(self) -> None:
        """No schedule in this process: only what `focus` names is read."""
        self._focus = (frozenset(), frozenset())

    def focus(self, accounts: Iterable[str], kinds: Iterable[str]) -> None:
        """On demand, read these accounts and kinds (none: all kinds). Without `on_demand` everything due is read."""
        if self._focus is not None:
            self._focus = (frozenset(accounts), frozenset(kinds))

    def wake(self) -> None:
        """Something became due by the way; on demand it stays so."""
        if self._focus is None:
            self.dispatch_soon()

    def dispatch(self) -> int:
        """Starts a read for every due scope whose account has a free slot. Returns how many were started."""
        started = 0
        self._asked = True
        # Whoever asks while another thread looks makes it look again: what it has passed may be startable now.
        while self._asked and not self._stopping.is_set() and self._dispatching.acquire(blocking=False):
            try:
                self._asked = False
                with self._tools.database.reading() as session:
                    if standing.read_only(session):
                        return started
                    due = repository.due(session, clock.now(), limit=2000, focus=self._focus)
                started += sum(self._start(scope_id, account_id, region) for scope_id, account_id, region in due)
            finally:
                self._dispatching.release()
        return started

    def dispatch_soon(self) -> None:
        """Dispatch from another thread: for after a commit, so that a request does not wait for it."""
        self._submit(self._dispatch_quietly)

    def claim_and_run(self, scope_id: int, account_id: str, *, if_due: bool = False) -> str:
        """One read from claim to end; the unit another engine would call. Returns the outcome.

        if_due: not when it was read since somebody saw that it is due."""
        run_id = new_id("run")
        progress, cancel = Progress(), threading.Event()
        try:
            plan = self._claim(scope_id, run_id, if_due)
        except (ProviderError, McmError) as error:
            # Its secrets do not open, or its adapter is gone: the scope says so, instead of staying due for ever.
            return record.refuse(self._tools, scope_id, run_id, error)
        if plan is None:
            return "not_due"
        with self._lock:
            self._running[run_id] = (account_id, progress, cancel)
        if self._stopping.is_set():
            cancel.set()
        try:
            with tracing.span("sync.run", mcm__run=run_id, mcm__scope=scope_id, mcm__account=account_id) as span:
                outcome = run_scope(self._tools, plan, progress, cancel)
                if span is not None:
                    span.set_attribute("mcm.outcome", outcome)
        finally:
            with self._lock:
                self._running.pop(run_id, None)
        if outcome in ("complete", "quarantined"):
            self._tools.gateway.breaker.succeeded(account_id)
            self._tools.gateway.breaker.succeeded(f"{account_id}/{plan.region}")
        return outcome

    def progress(self, run_id: str) -> Progress | None:
        with self._lock:
            found = self._running.get(run_id)
        return found[1] if found else None

    def under_way(self) -> dict[str, tuple[int, str]]:
        """How many resources each run has listed, and what it is at."""
        with self._lock:
            return {run_id: (progress.listed, progress.phase) for run_id, (_, progress, _) in self._running.items()}

    def cancel_account(self, account_id: str) -> None:
        """The account is being paused or removed: its reads end at their next page."""
        with self._lock:
            cancels = [cancel for owner, _, cancel in self._running.values() if owner == account_id]
        for cancel in cancels:
            cancel.set()

    def retry(self, account_id: str) -> None:
        """A person asked, or what was wrong may be right now: no breaker holds its reads back."""
        self._tools.gateway.breaker.reset_all(account_id)

    def forget(self, account_id: str) -> None:
        """The account changed or went: its connections are closed, its failures and rates forgotten."""
        self._tools.gateway.forget(account_id)

    def rates(self) -> dict[tuple[str, str, str], float]:
        """Calls per second that are allowed now, by account, service and region."""
        return {key: use["calls_per_second"] for key, use in self._tools.gateway.governor.usage().items()}

    def heartbeat(self) -> None:
        """Renews the leases of what runs here, and frees those of processes of this machine that have died."""
        with self._lock:
            running = list(self._running)
        if running:
            with self._tools.database.writing(durable=False) as session:
                repository.renew(session, running, clock.now() + timedelta(seconds=LEASE_S))

    def recover(self) -> int:
        """Frees the leases of dead processes of this machine. Returns how many."""
        with self._tools.database.reading() as session:
            if standing.read_only(session):
                return 0
            dead = [scope_id for scope_id, owner in repository.leases(session) if process.is_dead(owner)]
        if dead:
            with self._tools.database.writing() as session:
                repository.drop_leases(session, dead, clock.now())
            log.warning("%d reads of a process that has died are taken up again", len(dead))
        return len(dead)

    @property
    def running(self) -> int:
        with self._lock:
            return len(self._running)

    @property
    def works(self) -> bool:
        """Whether what is due is taken up: not while the process that does so is being started again."""
        return True

    def stop(self, wait: bool = True) -> None:
        with self._lock:
            self._stopping.set()
            for _, _, cancel in self._running.values():
                cancel.set()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _start(self, scope_id: int, account_id: str, region: str) -> int:
        breaker = self._tools.gateway.breaker
        with self._lock:
            if scope_id in self._scopes or self._busy[account_id] >= self._tools.settings.account_slots:
                return 0
        probes = breaker.enter(account_id, f"{account_id}/{region}")
        if probes is None:
            return 0
        with self._lock:
            self._scopes.add(scope_id)
            self._busy[account_id] += 1
        if self._submit(self._work, scope_id, account_id, probes):
            return 1
        self._leave(scope_id, account_id, probes)
        return 0

    def _leave(self, scope_id: int, account_id: str, probes: tuple[str, ...]) -> None:
        self._tools.gateway.breaker.leave(probes)
        with self._lock:
            self._scopes.discard(scope_id)
            self._busy[account_id] -= 1

    def _submit(self, work: Callable[..., None], *words: Any) -> bool:
        """Whether the pool took it: one that is being stopped takes nothing more."""
        with self._lock:
            if self._stopping.is_set():
                return False
            self._pool.submit(work, *words)
            return True

    def _work(self, scope_id: int, account_id: str, probes: tuple[str, ...]) -> None:
        try:
            self.claim_and_run(scope_id, account_id, if_due=True)
        except McmError as error:
            log.error("scope %d could not be read: %s", scope_id, error.message)
            # The database takes no writes, and the scope stays due: not at full speed.
            self._stopping.wait(_AFTER_TROUBLE_S)
        except Exception:
            log.exception("scope %d could not be read", scope_id)
            self._stopping.wait(_AFTER_TROUBLE_S)
        finally:
            self._leave(scope_id, account_id, probes)
            # A slot is free again: whatever waited for it starts now, not at the next tick.
            if not self._stopping.is_set():
                self._dispatch_quietly()

    def _dispatch_quietly(self) -> None:
        try:
            self.dispatch()
        except McmError as error:
            log.warning("looking for due work failed: %s", error.message)

    def _claim(self, scope_id: int, run_id: str, if_due: bool = False) -> Plan | None:
        with self._tools.database.reading() as session:
            if standing.read_only(session):
                return None
            asked = session.get(Scope, scope_id)
            values = stored(session, asked.account_id) if asked is not None else ()
        if asked is None or (if_due and (asked.next_due_at is None or asked.next_due_at > clock.now())):
            return None
        # Before the transaction, in which nobody waits for a key server; what was entered anew since is opened there.
        vault = opened(self._vault, asked.account_id, values)
        now = clock.now()
        with self._tools.database.writing(durable=False) as session:
            if standing.read_only(session):
                return None
            scope = repository.claim(session, scope_id, run_id, process.owner(), now, LEASE_S)
            if scope is None:
                return None
            account = session.get_one(Account, scope.account_id)
            descriptor = self._tools.registry.descriptor(account.provider)
            support = descriptor.kinds.get(scope.kind)  # type: ignore[call-overload]
            feed = bool(support and support.feed)
            full = not scope.feed_cursor or scope.full_due_at is None or scope.full_due_at <= now
            session.add(
                SyncRun(
                    id=run_id,
                    scope_id=scope.id,
                    account_id=account.id,
                    account_name=account.name,
                    region=scope.region,
                    kind=scope.kind,
                    mode="full",
                    outcome="running",
                    started_at=now,
                )
            )
            return Plan(
                run_id=run_id,
                access=account_access(session, account, vault, self._tools.registry),
                target=Target(
                    scope_id=scope.id,
                    account_id=account.id,
                    provider=account.provider,
                    realm=account.realm or "",
                    kind=scope.kind,
                ),
                region=scope.region,
                started_at=now,
                first_read=scope.generation == 0,
                full=full,
                feed=feed,
                sticky=f"scope-{scope.id}" if feed else "",
                feed_cursor=scope.feed_cursor,
                grants=(account.identity or {}).get("grants"),
            )
