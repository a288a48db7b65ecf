"""Reads the price lists of one account's cloud: prepare (a transaction), ask the cloud (none open; what it says goes to
disk), take it (a transaction). What is missing, cut or repeated leaves nothing behind."""

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.accounts.access import account_access, opened, stored
from mcm.audit import service as audit
from mcm.auth.service import Caller, system_caller
from mcm.contract import PriceReader, PriceSource, ProviderError
from mcm.db import standing
from mcm.errors import McmError
from mcm.gateway import AccountAccess
from mcm.gateway.gateway import only_provider_errors
from mcm.kit import clock, process
from mcm.models import Account, PriceFetch
from mcm.plans import acting_as
from mcm.prices import fetches
from mcm.prices.errors import NoPriceReader
from mcm.prices.reading import shown
from mcm.prices.service import ListMeta, Taken, take
from mcm.prices.spool import Spool

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_lock = threading.Lock()
# The largest list known has some 300 MB for a region.
FETCH_SECONDS = 3600.0


@dataclass
class _Said:
    """What a source told: its points, and how many of what it named were of no use, by reason."""

    source: PriceSource
    spool: Spool
    left_out: dict[str, int] = field(default_factory=dict)


def wake(runtime: "Runtime") -> None:
    """Begins what waits, in a thread of its own, where no jobs run that would: a command without a server."""
    if runtime.door.in_process:
        _begin(runtime)


def tick(runtime: "Runtime") -> None:
    """From the schedule of jobs: what died is over, what is due is asked for, what waits begins."""
    with runtime.database.reading() as session:
        dead = [row.id for row in fetches.running(session) if row.owner is None or process.is_dead(row.owner)]
    for fetch_id in dead:
        _fail(runtime, fetch_id, "abandoned", "the process that read the prices is no more; nothing was taken")
    with runtime.database.reading() as session:
        due = fetches.due_daily(session, runtime.registry)
    if due:
        with runtime.database.writing() as session:
            fetches.ask_daily(session, runtime.registry)
    with runtime.database.reading() as session:
        idle = fetches.waiting(session) is None
    if not idle and not _lock.locked():
        _begin(runtime)


def run_next(runtime: "Runtime") -> bool:
    """In this thread. False: nothing waits, or another process was faster."""
    with runtime.database.writing() as session:
        standing.require_confirmed(session)
        fetch_id = fetches.waiting(session)
        if fetch_id is None or not fetches.begin(session, fetch_id, process.owner(), clock.now()):
            return False
    try:
        _run(runtime, fetch_id)
    except (ProviderError, McmError) as error:
        _fail(runtime, fetch_id, error.code, error.message)
    except Exception:
        log.exception("the reading of prices %s failed", fetch_id)
        _fail(runtime, fetch_id, "internal", "the reading failed; the server's log has the details")
    return True


def _begin(runtime: "Runtime") -> None:
    threading.Thread(target=_work, args=(runtime,), daemon=True, name="mcm-prices").start()


def _work(runtime: "Runtime") -> None:
    if not _lock.acquire(blocking=False):
        return
    try:
        # A database that is taken away meanwhile: what waits is taken up at the next tick.
        with suppress(McmError):
            while run_next(runtime):
                pass
    finally:
        _lock.release()


def _run(runtime: "Runtime", fetch_id: str) -> None:
    with runtime.database.reading() as session:
        row = session.get_one(PriceFetch, fetch_id)
        account_id, regions, preview, asked_by = row.account_id, list(row.regions), row.preview, dict(row.caller)
        sealed = stored(session, account_id)
    # With no transaction open: the master key may be on a server.
    vault = opened(runtime.vault, account_id, sealed)
    with runtime.database.reading() as session:
        access = account_access(session, session.get_one(Account, account_id), vault, runtime.registry)
    with ExitStack() as stack:
        said = _ask(runtime, access, regions, stack)
        with runtime.database.writing() as session:
            open_row = session.get(PriceFetch, fetch_id, with_for_update=True)
            # The account may have gone meanwhile.
            if open_row is None or open_row.status != "running":
                return
            result = _take(session, access.provider, said, preview=preview)
            open_row.result = result
            fetches.close(session, open_row, "done")
            if not preview:
                _record(session, _caller(session, asked_by), fetch_id, access, result)


def _ask(runtime: "Runtime", access: AccountAccess, regions: Sequence[str], stack: ExitStack) -> list[_Said]:
    """Raises ProviderError, NoPriceReader."""
    found = []
    with only_provider_errors(access.name), runtime.gateway.lease(access, FETCH_SECONDS) as lease:
        reader = lease.provider
        if not isinstance(reader, PriceReader):
            raise NoPriceReader(f"the provider {access.provider} has no price list that mcm can read")
        sources = reader.price_sources()
        known = {region for source in sources for region in source.regions}
        if strange := sorted(set(regions) - known):
            raise NoPriceReader(
                f"no price list of {access.name} speaks of the region {strange[0]}; known: {', '.join(sorted(known))}",
                next_step="name another region, or add it to the account's configuration",
            )
        for source in sources:
            wanted = [region for region in source.regions if not regions or region in regions]
            if not wanted:
                continue
            one = _Said(source, stack.enter_context(Spool(source.currency)))
            for point in reader.prices(source, wanted):
                one.spool.add(point)
            one.left_out = dict(reader.left_out())
            found.append(one)
    if not found:
        raise NoPriceReader(
            f"{access.name} names no price list", next_step="its configuration says for which regions it has any"
        )
    return found


def _take(session: Session, provider: str, said: Sequence[_Said], *, preview: bool) -> list[dict[str, Any]]:
    now, result = clock.now(), []
    for one in said:
        meta = ListMeta(provider, one.source.name, one.source.currency, now.date(), now, complete=one.source.complete)
        taken = take(session, meta, one.spool.read(), on_fault="skip", dry_run=preview)
        result.append(_told(taken, one))
    return result


def _told(taken: Taken, said: _Said) -> dict[str, Any]:
    odd = {"no_such_word": said.spool.strange, "other_currency": said.spool.foreign, "makes_no_sense": taken.left_out}
    why = {code: number for code, number in (said.left_out | odd).items() if number}
    return shown(taken).model_dump(mode="json") | {"left_out": sum(why.values()), "left_out_why": why}


def _record(
    session: Session, caller: Caller, fetch_id: str, access: AccountAccess, result: Sequence[dict[str, Any]]
) -> None:
    details: dict[str, object] = {
        "account": access.name,
        "lists": [one["list_id"] for one in result],
        "points": sum(one["points"] for one in result if not one["already"]),
        "left_out": sum(one["left_out"] for one in result),
    }
    audit.record(session, caller, "price_list.fetch", "price_fetch", fetch_id, details=details)


def _caller(session: Session, asked_by: dict[str, Any]) -> Caller:
    """Who asked; mcm itself for the daily reading, and for somebody who is no more."""
    system = system_caller("job", asked_by["request_id"])
    if asked_by["method"] == "system":
        return system
    return acting_as.rebuilt(session, asked_by) or system


def _fail(runtime: "Runtime", fetch_id: str, code: str, message: str) -> None:
    with runtime.database.writing() as session:
        row = session.get(PriceFetch, fetch_id, with_for_update=True)
        if row is not None and row.status == "running":
            fetches.close(session, row, "failed", {"code": code, "message": message})
