"""How far a request for reads has come, derived from the ledger; nothing keeps count."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.models import Account, Scope, SyncRequest, SyncRun
from mcm.sync import repository
from mcm.sync.errors import RunNotFound
from mcm.sync.schemas import RequestItem, RequestScope, RunItem
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.sync.executor import SyncExecutor


def follow(session: Session, executor: "SyncExecutor", request_id: str) -> RequestItem:
    request = session.get(SyncRequest, request_id)
    if request is None:
        raise _unknown(request_id)
    inside = sight.whole_accounts(session)
    names = {row.id: row for row in session.scalars(select(Account).where(Account.id.in_(request.accounts), *inside))}
    if not names and not sight.holds_tenant(session, request.tenant_id):
        raise _unknown(request_id)
    scopes = repository.scopes_of(session, list(names), request.kinds)
    finished = repository.newest_finished(session, [scope.id for scope in scopes], request.at)
    running = _running(session, [scope.id for scope in scopes])
    items = [_scope(scope, names[scope.account_id], finished, running, executor) for scope in scopes]
    items += [
        RequestScope(scope_id=0, account=name, region="", kind="", outcome="failed", error_code="account_removed")
        for name in _removed(session, request)
    ]
    waiting = sum(item.outcome in ("waiting", "running") for item in items)
    return RequestItem(
        id=request.id,
        at=request.at,
        full=request.full,
        outcome=_outcome(items, waiting),
        waiting=waiting,
        scopes=items,
    )


def _unknown(request_id: str) -> RunNotFound:
    return RunNotFound(f"there is no sync request '{request_id}'")


def _removed(session: Session, request: SyncRequest) -> set[str]:
    """Ids of accounts that are no more; those that are only outside the view are not told of."""
    if not sight.holds_tenant(session, request.tenant_id):
        return set()
    return set(request.accounts) - set(session.scalars(select(Account.id).where(Account.id.in_(request.accounts))))


def run_items(runs: Sequence[SyncRun], executor: "SyncExecutor") -> list[RunItem]:
    items = []
    for run in runs:
        item = RunItem.model_validate({**_columns(run), "account": run.account_name})
        if run.outcome == "running" and (progress := executor.progress(run.id)):
            item.listed, item.phase = progress.listed, progress.phase
        items.append(item)
    return items


def _columns(run: SyncRun) -> dict[str, object]:
    return {column.name: getattr(run, column.name) for column in SyncRun.__table__.columns}


def _running(session: Session, scope_ids: list[int]) -> dict[int, SyncRun]:
    rows = session.scalars(select(SyncRun).where(SyncRun.outcome == "running", SyncRun.scope_id.in_(scope_ids)))
    return {run.scope_id: run for run in rows}


def _scope(
    scope: Scope,
    account: Account,
    finished: dict[int, SyncRun],
    running: dict[int, SyncRun],
    executor: "SyncExecutor",
) -> RequestScope:
    item = RequestScope(
        scope_id=scope.id, account=account.name, region=scope.region, kind=scope.kind, outcome="waiting"
    )
    if scope.status == "unsupported":
        item.outcome, item.error_code, item.error_message = "unsupported", scope.reason_code, scope.reason
    elif account.status == "paused":
        item.outcome, item.error_code, item.error_message = "failed", "paused", "the account is paused"
    elif done := finished.get(scope.id):
        item.outcome, item.mode = done.outcome, done.mode
        for name in ("listed", "added", "changed", "missing", "gone", "error_code", "error_message"):
            setattr(item, name, getattr(done, name))
        if done.outcome == "quarantined":
            item.error_code, item.error_message = scope.error_code, scope.error_message
    elif run := running.get(scope.id):
        progress = executor.progress(run.id)
        item.outcome, item.listed = "running", progress.listed if progress else 0
    elif account.status == "failing" and scope.kind != repository.DISCOVERY_KIND and _blocked(account, scope):
        item.outcome, item.error_code, item.error_message = "failed", account.error_code, account.error_message
    return item


def _blocked(account: Account, scope: Scope) -> bool:
    """The account as a whole failed after the request was made: its other scopes wait for it to answer again."""
    return account.failing_since is not None and (scope.lease_run is None)


def _outcome(items: list[RequestScope], waiting: int) -> Literal["running", "complete", "partial", "failed"]:
    if waiting:
        return "running"
    bad = sum(item.outcome in ("failed", "quarantined") for item in items)
    good = sum(item.outcome == "complete" for item in items)
    return "complete" if not bad else "partial" if good else "failed"
