"""One read of one scope: read (no transaction open), merge (one transaction), confirm (calls, then a transaction).

Killed anywhere, the scope is as it was before or as the merge left it; staging tables die with their connection. The
lease is held to the end: a read that began meanwhile would be overwritten by what an older one confirms.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from mcm.contract import ChangeFeed, FeedExpired, ProviderError, Region, Resource, ResourceKind
from mcm.db.session import translated
from mcm.errors import McmError
from mcm.gateway import Lease
from mcm.gateway.gateway import only_provider_errors
from mcm.kit.ids import resource_id
from mcm.registry import reader
from mcm.sync import merge, record
from mcm.sync.confirm import confirm
from mcm.sync.discovery import discover, region_resources
from mcm.sync.errors import LeaseLost
from mcm.sync.meter import Meter
from mcm.sync.normalise import Normaliser
from mcm.sync.plan import Plan, Progress, Read
from mcm.sync.repository import DISCOVERY_KIND
from mcm.sync.staging import BATCH, Stage
from mcm.sync.tools import Tools

log = logging.getLogger(__name__)


def run_scope(tools: Tools, plan: Plan, progress: Progress, cancel: threading.Event) -> str:
    """Returns the outcome as the ledger has it. Never raises for what a cloud or the database does."""
    meter = Meter()
    seconds = float(tools.settings.read_deadline_s)
    try:
        with (
            only_provider_errors(plan.access.name),
            tools.gateway.lease(plan.access, seconds, cancel=cancel, sticky=plan.sticky) as lease,
        ):
            try:
                outcome = _steps(tools, plan, progress, lease, meter)
            finally:
                meter.take(lease.counters)
        record.add_costs(tools.database, plan, meter)
        return outcome
    except LeaseLost:
        log.info("run %s: the scope was taken over or its account removed; the result was dropped", plan.run_id)
        return "abandoned"
    except (ProviderError, McmError) as error:
        if cancel.is_set():
            return record.give_up(tools, plan, meter)
        return record.fail(tools, plan, meter, error)
    except SQLAlchemyError:
        log.exception("run %s: the database refused the result", plan.run_id)
        return record.fail(tools, plan, meter, McmError("the result could not be stored: see the server's log"))


def _steps(tools: Tools, plan: Plan, progress: Progress, lease: Lease, meter: Meter) -> str:
    if plan.target.kind == DISCOVERY_KIND:
        discover(tools, plan, lease)
    normaliser = Normaliser(plan.target.realm, ResourceKind(plan.target.kind))
    with translated(), tools.database.engine.connect() as connection:
        stage = Stage(connection, plan.target.scope_id, normaliser, first_read=plan.first_read)
        try:
            progress.phase = "reading"
            read = _read(plan, lease, stage, progress, meter)
            _weigh(plan, lease, connection, read)
            read.unknown_states, read.listed = normaliser.unknown_states, stage.listed
            progress.phase = "merging"
            with meter.database():
                outcome = record.commit_read(tools, plan, stage, read)
            if outcome == "confirming":
                progress.phase = "confirming"
                confirm(tools, plan, lease, stage, meter)
                outcome = record.finish(tools, plan)
        finally:
            stage.close()
    return outcome


def _read(plan: Plan, lease: Lease, stage: Stage, progress: Progress, meter: Meter) -> Read:
    kind = ResourceKind(plan.target.kind)
    region = Region(plan.region, plan.region, frozenset({kind}))
    read = Read()
    feed = lease.provider if plan.feed and isinstance(lease.provider, ChangeFeed) else None
    if feed is not None:
        cursor = None if plan.full or (lease.fresh and not feed.durable) else plan.feed_cursor
        if cursor and _changes(feed, plan, region, cursor, read, stage, progress, meter):
            return read
        read.cursor = _cursor_before_listing(feed, plan, region, lease)
    if plan.target.kind == DISCOVERY_KIND:
        items: Iterable[Resource] = region_resources(plan.regions)
    else:
        items = reader(lease.provider).collect(kind, region)
    for part in _batches(items):
        lease.context.check()
        _add(stage, part, progress, meter)
    lease.context.check()
    # A listing that named something twice shifted while it was read, and may have skipped something else.
    read.believed = stage.repeated == 0 and getattr(lease.provider, "sweepable", True)
    return read


def _weigh(plan: Plan, lease: Lease, connection: Connection, read: Read) -> None:
    """A lost permission looks like an empty cloud, also to a feed: rights are asked again before anything vanishes."""
    with connection.begin():
        read.pending = merge.pending(connection, plan.target.scope_id)
        if read.mode == "full" and read.believed:
            read.absent = merge.absent(connection, plan.target.scope_id)
    if (read.absent or read.pending or read.removed) and plan.target.kind != DISCOVERY_KIND:
        read.grants = lease.provider.check().grants


def _cursor_before_listing(feed: ChangeFeed, plan: Plan, region: Region, lease: Lease) -> str | None:
    """A cursor from before the listing that follows, so that nothing falls between the two.

    A feed that lives in the connection is costly to open: the very first read does without, and a full read leaves an
    open one as it is. What it has to tell by now it tells once more after the listing; whether it has expired as well.
    """
    if not feed.durable:
        if plan.first_read:
            return None
        if plan.full and plan.feed_cursor and not lease.fresh:
            return plan.feed_cursor
    return feed.open_feed(ResourceKind(plan.target.kind), region)


def _changes(
    feed: ChangeFeed,
    plan: Plan,
    region: Region,
    cursor: str,
    read: Read,
    stage: Stage,
    progress: Progress,
    meter: Meter,
) -> bool:
    try:
        batch = feed.changes(ResourceKind(plan.target.kind), region, cursor)
    except FeedExpired:
        log.info("run %s: the change feed has expired, reading everything", plan.run_id)
        return False
    for part in _batches(batch.changed):
        _add(stage, part, progress, meter)
    read.mode, read.cursor = "changes", batch.cursor
    read.removed = [resource_id(plan.target.realm, ref.kind, ref.native_scope, ref.native_id) for ref in batch.removed]
    return True


def _add(stage: Stage, part: list[Resource], progress: Progress, meter: Meter) -> None:
    with meter.database():
        stage.add(part)
    progress.listed = stage.listed


def _batches(items: Iterable[Resource]) -> Iterator[list[Resource]]:
    source = iter(items)
    while part := list(islice(source, BATCH)):
        yield part
