"""SQL behind the estate: accounts and scopes now, or as the ledger of reads tells of a past instant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from mcm.auth.service import view_of
from mcm.inventory.estate import AccountState, Estate, ScopeState
from mcm.kit import clock
from mcm.models import Account, ResourceRow, ResourceVersion, Scope, SyncRun
from mcm.tenancy import sight

_ACCOUNT = (
    Account.id,
    Account.name,
    Account.ownership,
    Account.provider,
    Account.realm,
    Account.status,
    Account.failing_since,
    Account.error_message,
    Account.error_code,
)
_PLACE = (Scope.id, Scope.account_id, Scope.region, Scope.kind)


def load(session: Session, at: datetime | None = None) -> Estate:
    """What the session may see, at an instant (None: now). The accounts it sees in part keep their faults to
    themselves: a cloud's error messages tell of its insides."""
    seen = view_of(session)
    if seen.everything:
        accounts = session.execute(select(*_ACCOUNT).where(*_by(at)))
        return _now(session, accounts) if at is None else _past(session, at, accounts)
    number = select(func.sum(Scope.resources)).scalar_subquery().label("number")
    query = select(*_ACCOUNT, Account.tenant_id, number).where(*_by(at), *sight.accounts(session))
    rows = session.execute(query).all()
    estate = _now(session, rows) if at is None else _past(session, at, rows)
    part = {row.id for row in rows if row.tenant_id not in seen.tenants}
    for ident in part:
        estate.accounts[ident] = replace(estate.accounts[ident], error_message=None, error_code=None)
    for scope in list(estate.scopes.values()) if part else ():
        if scope.account_id in part:
            estate.scopes[scope.id] = replace(scope, error_message=None, error_code=None)
    estate.outside = max((int(rows[0].number or 0) if rows else 0) - estate.resources, 0)
    return estate


def known_since(session: Session) -> datetime | None:
    """The earliest instant of which the session can see anything; None: there is none."""
    read = select(func.min(SyncRun.started_at)).join(Scope, Scope.id == SyncRun.scope_id)
    of = sight.resources_of(session)
    past = select(func.min(ResourceVersion.valid_from)).join(ResourceRow, ResourceRow.id == ResourceVersion.resource_id)
    found = (
        session.scalar(read.where(SyncRun.outcome == "complete", *sight.scopes(session))),
        session.scalar(select(func.min(ResourceRow.valid_from)).where(*of)),
        session.scalar(past.where(*of)),
    )
    return min((at for at in found if at is not None), default=None)


def _by(at: datetime | None) -> list[ColumnElement[bool]]:
    """Accounts connected by then."""
    return [] if at is None else [Account.created_at <= at]


def _now(session: Session, rows: Iterable[Any]) -> Estate:
    accounts = [AccountState(*row[: len(_ACCOUNT)]) for row in rows]
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
            Scope.error_code,
        ).where(*sight.scopes(session))
    )
    return Estate(clock.now(), accounts, [ScopeState(*row) for row in scopes])


def _past(session: Session, at: datetime, rows: Iterable[Any]) -> Estate:
    """A scope's state is the outcome of its newest finished run that began by then."""
    accounts = [AccountState(row.id, row.name, row.ownership, row.provider, row.realm) for row in rows]
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
    ended = session.execute(
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
            SyncRun.error_code,
        )
        .outerjoin(SyncRun, SyncRun.id == newest)
        .where(*sight.scopes(session))
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
            error_code=row.error_code,
        )
        for row in ended
        if row.account_id in known
    ]
    return Estate(at, accounts, scopes, past=True)
