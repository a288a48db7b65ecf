"""Writes what runs found out: the merge with its ledger row, confirmations, failures."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from mcm.contract import AuthenticationFailed, PermissionDenied, ProviderError, Unreachable
from mcm.db.session import Database
from mcm.errors import McmError
from mcm.events import telling
from mcm.kit import clock
from mcm.models import Account, Scope, SyncRun
from mcm.sync import merge, scopes, statements
from mcm.sync.errors import LeaseLost
from mcm.sync.identity import note_failure, note_success
from mcm.sync.meter import Meter
from mcm.sync.plan import Plan, Read
from mcm.sync.repository import DISCOVERY_KIND, any_unconfirmed, held_lease, live_sightings
from mcm.sync.staging import Stage
from mcm.sync.tools import Tools

log = logging.getLogger(__name__)
BOOST_INTERVAL_S = 15
_FIRST_RETRY_S = 15


def commit_read(tools: Tools, plan: Plan, stage: Stage, read: Read) -> str:
    """The merge: rows, sightings, presence, scope and ledger in one transaction. Raises LeaseLost, writing nothing.

    Returns the outcome; "confirming" when disappearances are to be confirmed first and `finish` ends the run."""
    with tools.database.writing(durable=False, connection=stage.connection) as session:
        scope = _own(session, plan)
        standing = scope.status
        connection = session.connection()
        at = merge.merge_time(connection)
        # Only what may disappear is weighed against it; to count it takes longer than to merge a few changes.
        weighed = not plan.first_read and (read.mode == "full" or bool(read.removed))
        before = live_sightings(session, scope.id) if weighed else 0
        outcome = merge.apply_seen(connection, plan.target, at)
        changed_rights = read.grants is not None and scope.grants is not None and read.grants != scope.grants
        if read.mode == "full" and read.believed:
            _disappear(session, scope, plan, read, before, outcome, at, changed_rights=changed_rights)
        elif changed_rights or scope.status == "quarantined" or merge.brakes(len(read.removed), before):
            # Only a full read may decide what to hold for a person.
            read.doubted = True
        else:
            outcome.missing = _removed(session, plan, read.removed, at)
        outcome.unchanged = max(stage.listed - outcome.added - outcome.changed - outcome.returned, 0)
        _note_read(session, tools, scope, plan, read)
        telling.scope_changed(session, scope, standing)
        _tell_change(session, plan, outcome)
        result = "quarantined" if scope.status == "quarantined" else "complete"
        if result == "complete" and not read.doubted and _asks(session, plan):
            result = "confirming"
        else:
            _release(scope)
        ended = {} if result == "confirming" else {"outcome": result, "finished_at": clock.now()}
        session.execute(
            _run(plan).values(
                mode=read.mode,
                listed=stage.listed,
                added=outcome.added,
                changed=outcome.changed,
                unchanged=outcome.unchanged,
                returned=outcome.returned,
                missing=outcome.missing + outcome.held,
                unknown_states=read.unknown_states,
                **ended,
            )
        )
        return result


def finish(tools: Tools, plan: Plan) -> str:
    """Ends a run whose disappearances were confirmed, and gives the scope free."""
    with tools.database.writing(durable=False) as session:
        _release(_own(session, plan))
        ended = {"outcome": "complete", "finished_at": clock.now()}
        session.execute(_run(plan).values(**ended))
    return "complete"


def _asks(session: Session, plan: Plan) -> bool:
    return plan.target.kind != DISCOVERY_KIND and any_unconfirmed(session, plan.target.scope_id)


def commit_confirmed(tools: Tools, plan: Plan, stage: Stage, absent: list[str]) -> None:
    """After `observe`: gone, or back with what the cloud just said."""
    with tools.database.writing(durable=False, connection=stage.connection) as session:
        scope = _own(session, plan)
        connection = session.connection()
        at = merge.merge_time(connection)
        back = merge.apply_seen(connection, plan.target, at)
        gone = merge.confirm_gone(connection, plan.target.scope_id, absent, at)
        back.gone = gone
        _tell_change(session, plan, back)
        scope.resources = live_sightings(session, scope.id)
        session.execute(_run(plan).values(gone=SyncRun.gone + gone, returned=SyncRun.returned + back.returned))


def add_costs(database: Database, plan: Plan, meter: Meter) -> None:
    with database.writing(durable=False) as session:
        session.execute(_run(plan).values(**meter.columns()))


def fail(tools: Tools, plan: Plan, meter: Meter, error: ProviderError | McmError) -> str:
    """The scope keeps its last good state and says since when it fails and why. Nothing is removed."""
    now = clock.now()
    try:
        with tools.database.writing(durable=False) as session:
            session.execute(
                _run(plan).values(
                    outcome="failed",
                    finished_at=now,
                    error_code=error.code,
                    error_message=error.message,
                    missing_permission=getattr(error, "permission", "") or None,
                    request_id=getattr(error, "request_id", "") or None,
                    **meter.columns(),
                )
            )
            scope = held_lease(session, plan.target.scope_id, plan.run_id)
            if scope is not None:
                _fall_back(session, scope, error, began=plan.started_at, now=now)
    except McmError as later:
        # The database itself is the trouble: the lease runs out and the scope is read again.
        log.error("run %s: the failure could not be recorded: %s", plan.run_id, later.message)
    if isinstance(error, AuthenticationFailed | Unreachable):
        tools.gateway.breaker.failed(breaker_key(plan), error)
    return "failed"


def give_up(tools: Tools, plan: Plan, meter: Meter) -> str:
    """A read that was told to end, as mcm itself ends or its account is paused: nothing is wrong with the cloud.

    The scope is as it was before, and due at once."""
    now = clock.now()
    said = "told to end before it was through: mcm is ending, or the account was paused or removed"
    try:
        with tools.database.writing(durable=False) as session:
            session.execute(
                _run(plan).values(outcome="abandoned", finished_at=now, error_message=said, **meter.columns())
            )
            scope = held_lease(session, plan.target.scope_id, plan.run_id)
            if scope is not None:
                scope.lease_run = scope.lease_owner = scope.lease_until = None
                scope.next_due_at = now
    except McmError as later:
        log.error("run %s: its end could not be recorded: %s", plan.run_id, later.message)
    return "abandoned"


def refuse(tools: Tools, scope_id: int, run_id: str, error: ProviderError | McmError) -> str:
    """A read that could not begin. Raises McmError when the database takes no writes."""
    now = clock.now()
    with tools.database.writing() as session:
        scope = session.get(Scope, scope_id, with_for_update=True)
        if scope is None or scope.lease_run is not None:
            return "not_due"
        account = session.get_one(Account, scope.account_id)
        session.add(
            SyncRun(
                id=run_id,
                scope_id=scope_id,
                account_id=account.id,
                account_name=account.name,
                region=scope.region,
                kind=scope.kind,
                mode="full",
                outcome="failed",
                started_at=now,
                finished_at=now,
                error_code=error.code,
                error_message=error.message,
            )
        )
        _fall_back(session, scope, error, began=now, now=now)
    return "failed"


def breaker_key(plan: Plan) -> str:
    """Discovery stands for the account; a scope for its region, so that one dead region leaves the others alone."""
    return plan.access.id if plan.target.kind == DISCOVERY_KIND else f"{plan.access.id}/{plan.region}"


def _disappear(
    session: Session,
    scope: Scope,
    plan: Plan,
    read: Read,
    before: int,
    outcome: merge.Outcome,
    at: datetime,
    *,
    changed_rights: bool,
) -> None:
    connection = session.connection()
    held_before = scope.status == "quarantined" and read.absent > 0
    # What waits to be confirmed from before would be denied by a cloud that no longer shows it to us.
    lost_rights = changed_rights and read.absent + read.pending > 0
    if lost_rights or held_before or merge.brakes(read.absent, before):
        outcome.held = merge.hold(connection, scope.id)
        scope.status, scope.held_run = "quarantined", plan.run_id
        why = "the account's rights changed" if changed_rights else "too much to believe without a person"
        scope.error_code = "quarantined"
        absent, known = read.absent + read.pending, before + read.pending
        scope.error_message = (
            f"a complete read no longer lists {absent} of {known} resources: {why}. They stay until somebody decides"
        )
        log.warning("account %s, %s in %s: %s", plan.access.name, plan.target.kind, plan.region, scope.error_message)
        return
    if read.absent:
        outcome.missing = merge.start_disappearance(connection, plan.target, at)
    scope.status, scope.held_run = "ok", None
    # Rights that changed while everything is still listed are the new normal.
    scope.grants = read.grants if read.grants is not None else plan.grants


def _removed(session: Session, plan: Plan, idents: list[str], at: datetime) -> int:
    """What a feed calls removed is missing until `observe` confirms it."""
    number = 0
    for start in range(0, len(idents), 500):
        part = idents[start : start + 500]
        values = {f"i{n}": ident for n, ident in enumerate(part)}
        marks = ", ".join(f":i{n}" for n in range(len(part)))
        number += statements.run(
            session.connection(),
            statements.SIGHTINGS_REMOVED.format(ids=marks),
            values | {"scope": plan.target.scope_id, "at": clock.to_text(at)},
        )
    if number:
        merge.settle_missing(session.connection(), plan.target.scope_id, at)
    return number


def _note_read(session: Session, tools: Tools, scope: Scope, plan: Plan, read: Read) -> None:
    now = clock.now()
    if scope.status != "quarantined":
        # A quarantined scope is as fresh as the last read that was believed.
        scope.as_of = plan.started_at
        scope.status = "ok"
        scope.error_code = scope.error_message = None
        if read.mode == "full" and read.believed:
            scope.full_as_of = plan.started_at
    if read.mode == "full":
        scope.full_due_at = now + scopes.spread(tools.settings.slow_interval_s)
    if read.doubted and (read.removed or read.pending):
        scope.full_due_at = None
    scope.failing_since, scope.failures = None, 0
    scope.feed_cursor = read.cursor
    scope.resources = live_sightings(session, scope.id)
    scope.generation += 1
    boosted = scope.boost_until is not None and scope.boost_until > now
    _due_again(scope, plan.started_at, now + scopes.spread(BOOST_INTERVAL_S if boosted else scope.interval_s))
    account = session.get_one(Account, plan.access.id)
    note_success(account)


def _fall_back(
    session: Session, scope: Scope, error: ProviderError | McmError, *, began: datetime, now: datetime
) -> None:
    before = scope.status
    if before != "quarantined":
        scope.status = "failing"
    scope.failing_since = scope.failing_since or now
    scope.failures += 1
    scope.error_code, scope.error_message = error.code, error.message
    telling.scope_changed(session, scope, before)
    retry_after = getattr(error, "retry_after", None)
    pause = min(float(scope.interval_s), _FIRST_RETRY_S * 2.0 ** min(scope.failures - 1, 10))
    if isinstance(error, PermissionDenied | AuthenticationFailed):
        pause = float(scope.interval_s)
    _due_again(scope, began, now + max(scopes.spread(pause), timedelta(seconds=retry_after or 0)))
    _release(scope)
    if isinstance(error, AuthenticationFailed) or scope.kind == DISCOVERY_KIND:
        note_failure(session.get_one(Account, scope.account_id), error.code, error.message, now)


def _due_again(scope: Scope, began: datetime, at: datetime) -> None:
    """Unless somebody asked for a read while this one was under way: what they want to see may have come after it."""
    if scope.next_due_at is None or scope.next_due_at <= began:
        scope.next_due_at = at


def _tell_change(session: Session, plan: Plan, outcome: merge.Outcome) -> None:
    # What is held has not changed; that is told of the scope, and once.
    counts = {name: getattr(outcome, name) for name in ("added", "changed", "returned", "missing", "gone")}
    telling.inventory(session, plan.access.id, plan.target.kind, plan.region, counts)


def _run(plan: Plan) -> Update:
    """To change the run's row, of which no session here holds an object that would have to be changed with it."""
    return update(SyncRun).where(SyncRun.id == plan.run_id).execution_options(synchronize_session=False)


def _own(session: Session, plan: Plan) -> Scope:
    scope = held_lease(session, plan.target.scope_id, plan.run_id)
    if scope is None:
        raise LeaseLost("the scope was taken over, or its account removed")
    return scope


def _release(scope: Scope) -> None:
    scope.lease_run = scope.lease_owner = scope.lease_until = None
