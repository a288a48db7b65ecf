"""SQL behind the estate: accounts and scopes now, or as the ledger of reads tells of a past instant."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mcm.inventory.estate import AccountState, Estate, ScopeState
from mcm.kit import clock
from mcm.models import Account, Scope, SyncRun

_ACCOUNT = (
    Account.id,
    Account.name,
    Account.ownership,
    Account.provider,
    Account.realm,
    Account.status,
    Account.failing_since,
    Account.error_message,
)
_PLACE = (Scope.id, Scope.account_id, Scope.region, Scope.kind)


def load(session: Session, at: datetime | None = None) -> Estate:
    """`at` None: now."""
    if at is None:
        accounts = [AccountState(*row) for row in session.execute(select(*_ACCOUNT))]
        scopes = session.execute(
            select(
                *_PLACE,
                Scope.status,
                Scope.reason,
                Scope.as_of,
                Scope.interval_s,
                Scope.resources,
                Scope.failing_since,
                Scope.error_message,
            )
        )
        return Estate(clock.now(), accounts, [ScopeState(*row) for row in scopes])
    return _past(session, at)


def _past(session: Session, at: datetime) -> Estate:
    """Accounts connected by then. A scope's state is the outcome of its newest finished run that began by then."""
    accounts = [
        AccountState(row.id, row.name, row.ownership, row.provider, row.realm)
        for row in session.execute(select(*_ACCOUNT).where(Account.created_at <= at))
    ]
    run = aliased(SyncRun)
    newest = (
        select(run.id)
        .where(run.scope_id == Scope.id, run.started_at <= at, run.outcome.in_(("complete", "quarantined", "failed")))
        .order_by(run.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    read = aliased(SyncRun)
    complete = (
        select(read.started_at)
        .where(read.scope_id == Scope.id, read.started_at <= at, read.outcome == "complete")
        .order_by(read.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            *_PLACE,
            Scope.status,
            Scope.reason,
            Scope.interval_s,
            Scope.resources,
            complete.label("as_of"),
            SyncRun.outcome,
            SyncRun.started_at,
            SyncRun.error_message,
        ).outerjoin(SyncRun, SyncRun.id == newest)
    )
    known = {account.id for account in accounts}
    status = {"failed": "failing", "quarantined": "quarantined", "complete": "ok", None: "pending"}
    scopes = [
        ScopeState(
            id=row.id,
            account_id=row.account_id,
            region=row.region,
            kind=row.kind,
            status="unsupported" if row.status == "unsupported" and row.outcome is None else status[row.outcome],
            reason=row.reason,
            as_of=row.as_of,
            interval_s=row.interval_s,
            resources=row.resources,
            failing_since=row.started_at if row.outcome == "failed" else None,
            error_message=row.error_message,
        )
        for row in rows
        if row.account_id in known
    ]
    return Estate(at, accounts, scopes, past=True)
