"""Workload documents: what somebody wants to run, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.workloads import service, showing
from mcm.workloads.documents import Workload
from mcm.workloads.schemas import (
    WorkloadDetail,
    WorkloadItem,
    WorkloadName,
    WorkloadPreview,
    WorkloadRemoved,
    WorkloadVersionItem,
    WorkloadWrite,
)

router = APIRouter(tags=["workloads"])
_READ, _WRITE = [authorize(Permission.WORKLOAD_READ)], [authorize(Permission.WORKLOAD_WRITE)]
Name = Annotated[WorkloadName, Path()]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
DryRun = Annotated[bool, Query(description="say what it would do; store nothing")]
Search = Annotated[str | None, Query(max_length=200, description="part of the name")]


@router.get("/workloads", dependencies=_READ)
def list_workloads(
    session: ReadSession, search: Search = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[WorkloadItem]:
    return showing.page(session, limit=limit, cursor=cursor, search=search)


@router.get("/workloads/{name}", dependencies=_READ)
def show_workload(name: Name, session: ReadSession, response: Response) -> WorkloadDetail:
    row = service.row(session, name)
    response.headers["ETag"] = service.etag(row)
    return showing.detail(row)


@router.get("/workloads/{name}/versions", dependencies=_READ)
def list_workload_versions(
    name: Name, session: ReadSession, limit: Limit = 20, cursor: Cursor = None
) -> Page[WorkloadVersionItem]:
    """The newest first, each as it was written."""
    return showing.versions(session, name, limit=limit, cursor=cursor)


@router.put("/workloads/{name}", dependencies=_WRITE, response_model=WorkloadDetail | WorkloadPreview)
def write_workload(
    name: Name,
    body: WorkloadWrite,
    unit: UnitDep,
    mutation: MutationDep,
    dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Any:
    """Makes it, or writes its next version. A document that is none is refused with line and column of each fault."""
    if dry_run:
        with unit.reading() as session:
            document, would = service.preview(session, mutation.caller, body.text, name=name)
        found = showing.findings(body.text)
        return WorkloadPreview(name=name, change=would, document=service.as_json(document), findings=found)

    def change(session: Session) -> WorkloadDetail:
        service.apply(session, mutation.caller, body.text, name=name, if_match=if_match)
        return showing.detail(service.row(session, name))

    return mutation.run(change)


@router.delete("/workloads/{name}", dependencies=_WRITE, response_model=WorkloadRemoved)
def remove_workload(
    name: Name, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False, if_match: IfMatch = None
) -> Any:
    """With all its versions. What was estimated and decided of it stays."""
    if dry_run:
        with unit.reading() as session:
            row = service.to_change(session, mutation.caller, name)
            return WorkloadRemoved(dry_run=True, workload=row.name, versions=row.version)

    def change(session: Session) -> WorkloadRemoved:
        return WorkloadRemoved(workload=name, versions=service.remove(session, mutation.caller, name, if_match))

    return mutation.run(change)


@router.get("/schemas/workload", dependencies=_READ)
def workload_schema() -> dict[str, Any]:
    """The JSON schema of a workload document whose fields stand at its top, for editors."""
    return Workload.model_json_schema(by_alias=True)
