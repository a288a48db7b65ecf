"""Reads over HTTP: ask for one, follow it, look at the ledger, decide a quarantine, undo."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.permissions import Permission
from mcm.contract import ResourceKind
from mcm.db.session import after_commit
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.errors import InvalidInput
from mcm.kit.text import closest
from mcm.sync import progress, repository, service
from mcm.sync.schemas import Decision, RequestItem, RunItem, SyncOrder, Undone
from mcm.tenancy import sight

router = APIRouter(prefix="/sync", tags=["sync"])
# What a database takes for a number.
ScopeId = Annotated[int, Path(ge=1, lt=2**63)]
DryRun = Annotated[bool, Query(description="say how many would come back; change nothing")]


@router.post("/requests", status_code=202, dependencies=[authorize(Permission.SYNC_RUN)], response_model=RequestItem)
def request_sync(body: SyncOrder, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Answers at once; follow it at `GET /sync/requests/{id}`."""
    kinds = _kinds(body.kinds)

    def change(session: Session) -> RequestItem:
        named = [accounts.to_change(session, mutation.caller, name) for name in body.accounts]
        chosen = named or list(accounts.everyone(session))
        if not chosen:
            raise InvalidInput("there are no accounts yet", next_step="add one: `mcm account add`")
        made = service.request(session, mutation.caller, chosen, kinds, body.full)
        for account in chosen:
            runtime.executor.retry(account.id)
        runtime.executor.focus([account.id for account in chosen], kinds)
        after_commit(session, runtime.executor.dispatch_soon)
        session.flush()
        return progress.follow(session, runtime.executor, made.id)

    return mutation.run(change, status=202)


@router.get("/requests/{request_id}", dependencies=[authorize(Permission.SYNC_READ)])
def follow_request(request_id: str, session: ReadSession, runtime: RuntimeDep) -> RequestItem:
    return progress.follow(session, runtime.executor, request_id)


@router.get("/runs", dependencies=[authorize(Permission.SYNC_READ)])
def list_runs(
    session: ReadSession,
    runtime: RuntimeDep,
    account: Annotated[str | None, Query(max_length=200)] = None,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    region: Annotated[str | None, Query(max_length=200)] = None,
    outcome: Annotated[str | None, Query(max_length=60)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RunItem]:
    """The ledger, newest first: why is it there, why is it not."""
    filters = {
        "account_id": accounts.get(session, account).id if account else None,
        "kind": kind,
        "region": region,
        "outcome": outcome,
    }
    before = sight.after(session, cursor, datetime, str)
    runs = repository.run_page(session, filters, before, limit + 1)
    last = runs[limit - 1] if len(runs) > limit else None
    return Page(
        items=progress.run_items(runs[:limit], runtime.executor),
        next_cursor=sight.cursor_of(session, [last.started_at, last.id]) if last else None,
    )


@router.post("/scopes/{scope_id}/quarantine", dependencies=[authorize(Permission.SYNC_DECIDE)], response_model=Decision)
def decide_quarantine(scope_id: ScopeId, body: Decision, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """accept: let go what the cloud no longer lists. reject: keep it and read again."""

    def change(session: Session) -> Decision:
        service.decide_quarantine(session, mutation.caller, scope_id, body.decision == "accept")
        after_commit(session, runtime.executor.wake)
        return body

    return mutation.run(change)


@router.post("/runs/{run_id}/undo", dependencies=[authorize(Permission.SYNC_DECIDE)], response_model=Undone)
def undo_run(run_id: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Brings back what the run's scope lost since that run began; the scope then waits for a decision."""
    if dry_run:
        with unit.reading() as reading:
            lost = service.lost_since(reading, mutation.caller, run_id, runtime.settings)[2]
            return Undone(run=run_id, resources=len(lost), dry_run=True)

    def change(session: Session) -> Undone:
        number = service.undo(session, mutation.caller, run_id, runtime.settings)
        return Undone(run=run_id, resources=number)

    return mutation.run(change)


def _kinds(names: list[str]) -> list[str]:
    known = [str(kind) for kind in ResourceKind]
    for name in names:
        if name not in known:
            raise InvalidInput(f"there is no kind '{name}'", next_step=closest(name, known))
    return names
