"""Schedules over HTTP."""

from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, page_of_few
from mcm.schedules import repository, service
from mcm.schedules.schemas import (
    Preview,
    ScheduleDetail,
    ScheduleItem,
    ScheduleName,
    ScheduleWrite,
)

router = APIRouter(prefix="/schedules", tags=["schedules"])
_READ = [authorize(Permission.SCHEDULE_READ)]
_WRITE = [authorize(Permission.SCHEDULE_WRITE)]
Name = Annotated[ScheduleName, Path()]
DryRun = Annotated[bool, Query(description="say what it would do now and when it is next; store nothing")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("", dependencies=_READ)
def list_schedules(session: ReadSession, limit: Limit = MAX_LIMIT, cursor: Cursor = None) -> Page[ScheduleItem]:
    return page_of_few(service.items(session, repository.everyone(session)), limit, cursor, attrgetter("name"))


@router.get("/{name}", dependencies=_READ)
def show_schedule(name: Name, session: ReadSession, response: Response) -> ScheduleDetail:
    """With its next times and its newest runs."""
    row = service.get(session, name)
    response.headers["ETag"] = service.etag(row)
    return service.detail(session, row)


@router.put("/{name}", dependencies=_WRITE, response_model=ScheduleItem | Preview)
def write_schedule(
    name: Name,
    body: ScheduleWrite,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Any:
    """Makes it, or replaces it. It acts as whoever wrote it last, with the rights they have when it is due."""
    if dry_run:
        with unit.reading() as session:
            return service.preview(session, runtime.registry, mutation.caller, body)

    def change(session: Session) -> ScheduleItem:
        return service.items(session, [service.write(session, mutation.caller, name, body, if_match)])[0]

    return mutation.run(change)


@router.delete("/{name}", dependencies=_WRITE)
def remove_schedule(name: Name, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """What it has asked for goes on."""

    def change(session: Session) -> dict[str, Any]:
        row = service.to_change(session, mutation.caller, name)
        service.remove(session, mutation.caller, row)
        return {"schedule": row.name}

    return mutation.run(change, dry_run=try_only)
