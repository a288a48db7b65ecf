"""One resource over HTTP: what is known, the cloud's own document, history, relations, and mcm's own fields."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.contract import RelationType, ResourceKind
from mcm.edge.dependencies import ReadSession, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.inventory import resource_service, service
from mcm.inventory.parameters import AsOf
from mcm.inventory.schemas import NativeDocument, RelationItem, ResourceDetail, ResourceUpdate, VersionItem

router = APIRouter(prefix="/resources/{resource_id}", tags=["inventory"])
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag the change is based on; * for any")]
_READ = [authorize(Permission.RESOURCE_READ)]


@router.get("", dependencies=_READ)
def show_resource(resource_id: str, session: ReadSession, response: Response) -> ResourceDetail:
    """With the accounts that see it and how many relations it has. What is gone is shown as long as it is kept."""
    detail = service.detail(session, resource_id)
    response.headers["ETag"] = service.etag(detail.version or 0)
    return detail


@router.patch("", dependencies=[authorize(Permission.RESOURCE_WRITE)], response_model=ResourceDetail)
def update_resource(resource_id: str, body: ResourceUpdate, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    """mcm's own fields: labels, owner, data_class, managed. Nothing changes at the cloud."""

    def change(session: Session) -> ResourceDetail:
        service.update(session, mutation.caller, resource_id, body, if_match)
        return service.detail(session, resource_id)

    response = mutation.run(change)
    response.headers["ETag"] = service.etag(orjson.loads(response.body)["version"])
    return response


@router.get("/native", dependencies=_READ)
def show_native_document(resource_id: str, session: ReadSession, as_of: AsOf = None) -> NativeDocument:
    return resource_service.native_document(session, resource_id, as_of)


@router.get("/history", dependencies=_READ)
def list_versions(
    resource_id: str, session: ReadSession, limit: Limit = 50, cursor: Cursor = None
) -> Page[VersionItem]:
    """Newest first, each with what it changed. mcm's own fields have no history here; the audit has theirs."""
    return resource_service.versions(session, resource_id, limit, cursor)


@router.get("/relations", dependencies=_READ)
def list_relations(
    resource_id: str,
    session: ReadSession,
    direction: Literal["outgoing", "incoming"] | None = None,
    type: Annotated[RelationType | None, Query()] = None,
    kind: Annotated[ResourceKind | None, Query(description="kind of the other resource")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RelationItem]:
    """Both directions. A target that no account reads is listed with known = false."""
    return resource_service.relations(
        session, resource_id, direction=direction, type_=type, kind=kind, limit=limit, cursor=cursor
    )
