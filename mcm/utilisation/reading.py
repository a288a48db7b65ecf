"""Reads what is used from the clouds of accounts that can tell: prepare (a transaction), ask (none open), record.

Some resources at a time, each lot in a transaction of its own: a reading that ends half way leaves whole days of whole
resources, and the next one reads the same days again.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mcm.accounts.access import account_access, opened, stored
from mcm.contract import Capability, MetricsReader, NotSupported, ProviderError, ResourceRef
from mcm.db import standing
from mcm.errors import McmError
from mcm.gateway import AccountAccess
from mcm.gateway.gateway import only_provider_errors
from mcm.kit import clock
from mcm.models import Account, UtilisationRead
from mcm.registry import Registry
from mcm.utilisation import days
from mcm.utilisation.days import Key
from mcm.utilisation.distribution import Distribution, day_of, distribution, usable

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_lock = threading.Lock()
# At five minutes' means two days of six metrics are some 3,500 samples of each resource.
LOT = 50
LOT_SECONDS = 600.0
# Longer than any reading takes; then its process is no more.
_DEAD = timedelta(hours=12)


def providers(registry: Registry) -> list[str]:
    return [name for name in registry.names() if Capability.METRICS in registry.descriptor(name).capabilities]


def tick(runtime: "Runtime") -> None:
    """From the schedule of jobs."""
    with runtime.database.reading() as session:
        due = bool(_due(session, runtime.registry))
    if due and not _lock.locked():
        _begin(runtime)


def wake(runtime: "Runtime") -> None:
    """Begins what is due, in a thread of its own, where no jobs run that would: a command without a server."""
    if runtime.door.in_process:
        _begin(runtime)


def run_next(runtime: "Runtime") -> bool:
    """Reads one account that is due, in this thread. False: none is, or another process was faster."""
    with runtime.database.writing() as session:
        standing.require_confirmed(session)
        due = _due(session, runtime.registry)
        if not due:
            return False
        _claim(session, due[0], timedelta(seconds=runtime.settings.utilisation_interval_s))
    _read(runtime, due[0])
    return True


def ask(session: Session, account_id: str) -> UtilisationRead:
    """The account is due now."""
    row = _row(session, account_id)
    row.due_at = clock.now()
    if row.status != "running":
        row.status = "waiting"
    session.flush()
    return row


def _begin(runtime: "Runtime") -> None:
    threading.Thread(target=_work, args=(runtime,), daemon=True, name="mcm-utilisation").start()


def _work(runtime: "Runtime") -> None:
    if not _lock.acquire(blocking=False):
        return
    try:
        # A database that is taken away meanwhile: what is due is taken up at the next tick.
        with suppress(McmError):
            while run_next(runtime):
                pass
    finally:
        _lock.release()


def _due(session: Session, registry: Registry) -> list[str]:
    now = clock.now()
    query = (
        select(Account.id, UtilisationRead)
        .outerjoin(UtilisationRead, UtilisationRead.account_id == Account.id)
        .where(Account.provider.in_(providers(registry)), Account.status != "paused")
        .order_by(UtilisationRead.due_at, Account.id)
    )
    return [
        account_id
        for account_id, row in session.execute(query)
        if row is None
        or (row.due_at <= now and (row.status != "running" or (row.began_at or now) < now - _DEAD))
    ]  # fmt: skip


def _row(session: Session, account_id: str) -> UtilisationRead:
    row = session.get(UtilisationRead, account_id, with_for_update=True)
    if row is None:
        row = UtilisationRead(
            account_id=account_id, status="waiting", due_at=clock.now(), resources=0, measured=0
        )  # fmt: skip
        session.add(row)
    return row


def _claim(session: Session, account_id: str, interval: timedelta) -> None:
    row = _row(session, account_id)
    row.status, row.began_at, row.due_at = "running", clock.now(), clock.now() + interval


def _read(runtime: "Runtime", account_id: str) -> None:
    counts = {"resources": 0, "measured": 0}
    failed: tuple[str, str] | None = None
    try:
        _read_all(runtime, account_id, counts)
    except (ProviderError, McmError) as error:
        failed = (error.code, error.message)
    except Exception:
        log.exception("reading the utilisation of %s failed", account_id)
        failed = ("internal", "the reading failed; the server's log has the details")
    with runtime.database.writing() as session:
        session.execute(
            update(UtilisationRead)
            .where(UtilisationRead.account_id == account_id)
            .values(
                status="failed" if failed else "ok", read_at=clock.now(), error_code=failed[0] if failed else None,
                error_message=failed[1] if failed else None, **counts,
            )
        )  # fmt: skip


def _read_all(runtime: "Runtime", account_id: str, counts: dict[str, int]) -> None:
    with runtime.database.reading() as session:
        sealed = stored(session, account_id)
    # With no transaction open: the master key may be on a server.
    vault = opened(runtime.vault, account_id, sealed)
    with runtime.database.reading() as session:
        account = session.get(Account, account_id)
        if account is None:
            return
        access = account_access(session, account, vault, runtime.registry)
        asked = days.asked(session, account_id)
    until = clock.now()
    since = datetime.combine(until.date() - timedelta(days=1), datetime.min.time(), UTC)
    counts["resources"] = len(asked)
    for lot in _lots(asked):
        found = _ask(runtime, access, lot, since, until)
        if found:
            with runtime.database.writing() as session:
                days.store(session, found, clock.now())
            counts["measured"] += len({key[0] for key in found})


def _lots(asked: Sequence[tuple[str, ResourceRef]]) -> Iterator[dict[ResourceRef, str]]:
    for start in range(0, len(asked), LOT):
        yield {ref: ident for ident, ref in asked[start : start + LOT]}


def _ask(
    runtime: "Runtime", access: AccountAccess, lot: dict[ResourceRef, str], since: datetime, until: datetime
) -> dict[Key, Distribution]:
    """Of whole lots only: what raises half way is not kept. Raises ProviderError."""
    parts: dict[Key, list[tuple[float, int, float]]] = defaultdict(list)
    first, last = since.date(), until.date()
    unable: NotSupported | None = None
    with only_provider_errors(access.name), runtime.gateway.lease(access, LOT_SECONDS) as lease:
        reader = lease.provider
        if not isinstance(reader, MetricsReader):
            raise NotSupported(f"the provider {access.provider} cannot tell what is used", reason="no_metrics")
        try:
            for sample in reader.metrics(list(lot), since, until):
                ident, value, day = lot.get(sample.ref), usable(sample), day_of(sample.at)
                if ident is not None and value is not None and _within(day, first, last):
                    parts[ident, sample.metric.value, day].append((sample.at.timestamp(), sample.seconds, value))
        except NotSupported as error:
            # An account that names no meters has no trouble with its cloud; the lease would log one.
            unable = error
    if unable is not None:
        raise unable
    return {key: distribution(found) for key, found in parts.items()}


def _within(day: date, first: date, last: date) -> bool:
    return first <= day <= last
