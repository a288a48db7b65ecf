"""The recycle bin over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed, require_confirmed
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import Cursor, Limit, Page
from mcm.plans import belts, bin_repository, presenting, recycling
from mcm.plans.schemas import (
    RecycleCreate,
    RecycleDays,
    RecycledItem,
    RecycleDryRun,
)
from mcm.tenancy import sight

router = APIRouter(tags=["plans"])
_READ = [authorize(Permission.OPERATION_READ)]
_RUN = [authorize(Permission.OPERATION_RUN)]
_DAYS = 7
DryRun = Annotated[bool, Query(description="say what would be done; store and send nothing")]


@router.get("/recycled", dependencies=_READ)
def list_recycled(
    session: ReadSession,
    ended: Annotated[bool, Query(description="also what is deleted, restored or left")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RecycledItem]:
    """What is stopped and waits to be deleted, the next first."""
    found = bin_repository.listed(session, sight.after(session, cursor, datetime, str), limit + 1, ended=ended)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[presenting.recycled(row) for row in found[:limit]],
        next_cursor=sight.cursor_of(session, [last.delete_at, last.id]) if last is not None else None,
    )


@router.post("/recycled", status_code=202, dependencies=_RUN, response_model=RecycledItem | RecycleDryRun)
def recycle_instance(
    body: RecycleCreate, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Stops an instance now and deletes it some days later, unless it is restored before."""
    if dry_run:
        with unit.reading() as session:
            found = recycling.wanted(session, runtime.registry, mutation.caller, body.resource)
            days = body.days or belts.kept_days(session, found.account.id) or _DAYS
            said = f"would stop '{found.name}' now and delete it in {days} days; nothing was sent"
            return RecycleDryRun(resource_id=body.resource, name=found.name, sentence=said)

    require_confirmed(mutation.caller)

    def change(session: Session) -> RecycledItem:
        found = recycling.wanted(session, runtime.registry, mutation.caller, body.resource)
        days = body.days or belts.kept_days(session, found.account.id) or _DAYS
        return presenting.recycled(recycling.put(session, runtime, mutation.caller, found, days, body.note))

    return mutation.run(change, status=202)


@router.get("/recycled/{recycled_id}", dependencies=_READ)
def show_recycled(recycled_id: str, session: ReadSession) -> RecycledItem:
    return presenting.recycled(recycling.get(session, recycled_id))


@router.post("/recycled/{recycled_id}/restore", dependencies=_RUN, response_model=RecycledItem)
def restore_recycled(recycled_id: str, runtime: RuntimeDep, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """It is not deleted any more, and started where it ran before."""

    def change(session: Session) -> RecycledItem:
        return presenting.recycled(*recycling.restore(session, runtime, mutation.caller, recycled_id))

    return mutation.run(change, dry_run=try_only)


@router.post(
    "/recycled/{recycled_id}/delete",
    status_code=202,
    dependencies=[*_RUN, recently_confirmed],
    response_model=RecycledItem,
)
def delete_recycled(recycled_id: str, runtime: RuntimeDep, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """Deletes it now instead of later. This cannot be taken back."""

    def change(session: Session) -> RecycledItem:
        return presenting.recycled(recycling.delete_now(session, runtime, mutation.caller, recycled_id))

    return mutation.run(change, status=202, dry_run=try_only)


@router.get("/accounts/{name}/recycling", dependencies=[authorize(Permission.ACCOUNT_READ)])
def show_recycling(name: str, session: ReadSession) -> RecycleDays:
    """How many days the account keeps what is deleted; 0: not at all."""
    return RecycleDays(days=belts.kept_days(session, accounts.get(session, name).id))


@router.put(
    "/accounts/{name}/recycling", dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=RecycleDays
)
def set_recycling(name: str, body: RecycleDays, mutation: MutationDep) -> Any:
    """From now on an instance of the account is deleted by way of the recycle bin only; with 0 at once again."""

    def change(session: Session) -> RecycleDays:
        account = accounts.to_change(session, mutation.caller, name)
        bin_repository.set_days(session, account.id, body.days)
        details = {"name": account.name, "days": body.days}
        audit.record(session, mutation.caller, "account.recycling", "account", account.id, details=details)
        return body

    return mutation.run(change)
