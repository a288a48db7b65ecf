"""Dates of retirement over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, RuntimeDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import Cursor, Limit, Page
from mcm.plans import bin_repository, presenting, retiring
from mcm.plans.schemas import RetirementItem, RetirementWrite
from mcm.tenancy import sight

router = APIRouter(tags=["plans"])
_WRITE = [authorize(Permission.RESOURCE_WRITE)]


@router.get("/retirements", dependencies=[authorize(Permission.RESOURCE_READ)])
def list_retirements(
    session: ReadSession,
    before: Annotated[AwareDatetime | None, Query(description="only what retires by then")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RetirementItem]:
    """What retires, the next first."""
    after = sight.after(session, cursor, datetime, str)
    found = bin_repository.retirements(session, after, limit + 1, before=before)
    last = found[limit - 1][0] if len(found) > limit else None
    return Page(
        items=[presenting.retirement(*one) for one in found[:limit]],
        next_cursor=sight.cursor_of(session, [last.retire_at, last.resource_id]) if last is not None else None,
    )


@router.put("/resources/{resource_id}/retirement", dependencies=_WRITE, response_model=RetirementItem)
def set_retirement(resource_id: str, body: RetirementWrite, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Sets or renews the date at which an instance is stopped. It is reminded of before, and never deleted."""

    def change(session: Session) -> RetirementItem:
        found = retiring.set_date(session, runtime.settings, mutation.caller, resource_id, body.retire_at, body.note)
        return presenting.retirement(*found)

    return mutation.run(change)


@router.delete("/resources/{resource_id}/retirement", dependencies=_WRITE)
def clear_retirement(resource_id: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """It does not retire."""

    def change(session: Session) -> dict[str, Any]:
        retiring.clear(session, mutation.caller, resource_id)
        return {"resource": resource_id}

    return mutation.run(change, dry_run=try_only)
