"""Saved views over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import Cursor, Limit, Page
from mcm.views import service
from mcm.views.schemas import ViewItem, ViewPage, ViewRemoved, ViewWrite

router = APIRouter(prefix="/views", tags=["views"])
_READ, _WRITE = [authorize(Permission.OWN_READ)], [authorize(Permission.OWN_WRITE)]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
Named = Annotated[str | None, Query(max_length=100, description="only those with this name")]


@router.get("", dependencies=_READ)
def list_views(
    session: ReadSession,
    caller: CallerDep,
    page: ViewPage | None = None,
    name: Named = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ViewItem]:
    """The caller's own, and those that others share with them."""
    return service.page(session, caller, of=page, name=name, limit=limit, cursor=cursor)


@router.get("/{view_id}", dependencies=_READ)
def show_view(view_id: str, session: ReadSession, caller: CallerDep, response: Response) -> ViewItem:
    row = service.get(session, caller, view_id)
    response.headers["ETag"] = service.etag(row)
    return service.items(session, caller, [row])[0]


@router.post("", status_code=201, dependencies=_WRITE, response_model=ViewItem)
def create_view(body: ViewWrite, mutation: MutationDep) -> Any:
    def change(session: Session) -> ViewItem:
        row = service.create(session, mutation.caller, body)
        return service.items(session, mutation.caller, [row])[0]

    return mutation.run(change, status=201)


@router.put("/{view_id}", dependencies=_WRITE, response_model=ViewItem)
def replace_view(view_id: str, body: ViewWrite, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    """Name, query and whom it is shared with. Only its owner may."""

    def change(session: Session) -> ViewItem:
        row = service.replace(session, mutation.caller, view_id, body, if_match)
        return service.items(session, mutation.caller, [row])[0]

    return mutation.run(change)


@router.delete("/{view_id}", dependencies=_WRITE, response_model=ViewRemoved)
def remove_view(view_id: str, mutation: MutationDep, if_match: IfMatch = None, try_only: TryOnly = False) -> Any:
    def change(session: Session) -> ViewRemoved:
        return ViewRemoved(view=service.remove(session, mutation.caller, view_id, if_match).id)

    return mutation.run(change, dry_run=try_only)
