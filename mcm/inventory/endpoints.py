"""The inventory over HTTP: lists, counts, exports and the tree of places (one resource: `resource_endpoints`)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, ReadSession, UnitDep, authorize
from mcm.edge.mounting import moved_to
from mcm.edge.paging import Cursor, Limit
from mcm.inventory import export as exporting
from mcm.inventory import hierarchy, leaving, service
from mcm.inventory.kinds import PLURALS
from mcm.inventory.parameters import Columns, CountQuestion, ListQuestion, ParentNode
from mcm.inventory.resource_endpoints import router as of_one
from mcm.inventory.schemas import CountAnswer, FacetAnswer, HierarchyPage, ResourceDetail, ResourcePage
from mcm.kit import clock

router = APIRouter(tags=["inventory"])
_READ = [authorize(Permission.RESOURCE_READ)]
DEFAULT_FACETS = "account,kind,state,region"


def as_json(answer: dict[str, Any]) -> Response:
    """Lists skip the model's validation, which costs more than everything else; a test holds them to their schema."""
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.get("/resources", dependencies=_READ, response_model=ResourcePage)
def list_resources(
    session: ReadSession, question: ListQuestion, limit: Limit = 100, cursor: Cursor = None, columns: Columns = None
) -> Any:
    """Every kind of every cloud in one list. What is gone is listed when the filter asks for presence or gone_at."""
    return as_json(service.page(session, question, limit, cursor, columns))


@router.get("/resources/count", dependencies=_READ)
def count_resources(session: ReadSession, question: CountQuestion) -> CountAnswer:
    return service.count(session, question)


@router.get("/resources/facets", dependencies=_READ)
def count_resources_by(
    session: ReadSession,
    question: CountQuestion,
    fields: Annotated[str, Query(max_length=2000)] = DEFAULT_FACETS,
    top: Annotated[int, Query(ge=1, le=500, description="values shown for each field")] = 20,
) -> FacetAnswer:
    """How many of the matching resources have which value. `tags` counts by key, `tags.KEY` by value."""
    return service.count_by(session, question, fields, top)


@router.get(
    "/resources/export",
    dependencies=[authorize(Permission.RESOURCE_EXPORT)],
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in exporting.MEDIA_TYPES.values()}, "description": "the file"}},
)
def export_resources(
    session: ReadSession,
    unit: UnitDep,
    caller: CallerDep,
    question: ListQuestion,
    format: exporting.Format = "csv",
    columns: Columns = None,
    bom: Annotated[bool, Query(description="CSV begins with a byte order mark, which Excel needs")] = True,
) -> StreamingResponse:
    """Exactly what the same parameters list, whole. It leaves audit rows: what goes out is a lasting copy."""
    asked = service.export(session, question, columns)
    # A copy that nobody has confirmed may be looked at, and so be exported.
    writing = partial(unit.writing, while_read_only=True)
    items = leaving.recorded(unit.reading, writing, caller, asked, question, format, columns)
    body: Iterator[bytes]
    if format == "json":
        body = exporting.as_json(items, asked.columns)
    elif format == "xlsx":
        body = exporting.as_xlsx(items, exporting.table_columns(asked.columns))
    else:
        body = exporting.as_csv(items, exporting.table_columns(asked.columns), bom=bom)
    name = f"resources-{clock.now():%Y%m%dT%H%M%SZ}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(body, media_type=exporting.MEDIA_TYPES[format], headers=headers)


@router.get("/hierarchy", dependencies=_READ)
def list_places(
    session: ReadSession, parent: ParentNode = None, limit: Limit = 200, cursor: Cursor = None
) -> HierarchyPage:
    """account → region → pool and zone → host → instance, one level at a time, with capacity and use."""
    return hierarchy.children(session, parent, limit, cursor)


router.routes.extend(of_one.routes)


_KIND_OF = {f"list_{plural}": kind for kind, plural in PLURALS.items()} | {f"show_{kind}": kind for kind in PLURALS}


def _asked(request: Request) -> str:
    return _KIND_OF[request.scope["route"].name]


AskedKind = Annotated[str, Depends(_asked)]


def _list_kind(
    kind: AskedKind,
    session: ReadSession,
    question: ListQuestion,
    limit: Limit = 100,
    cursor: Cursor = None,
    columns: Columns = None,
) -> Any:
    return as_json(service.page(session, replace(question, kind=kind), limit, cursor, columns))


def _show_kind(resource_id: str, kind: AskedKind, session: ReadSession, response: Response) -> ResourceDetail:
    detail = service.detail(session, resource_id, kind)
    response.headers["ETag"] = service.etag(detail.version or 0)
    return detail


def _of_kinds() -> Iterator[APIRoute]:
    """Two routes for each kind, which differ in name and path: built once, as building takes a millisecond."""
    common: dict[str, Any] = {"dependencies": _READ, "methods": ["GET"], "tags": ["inventory"]}
    several = APIRoute("/", _list_kind, response_model=ResourcePage, **common)
    single = APIRoute("/{resource_id}", _show_kind, **common)
    for kind, plural in PLURALS.items():
        same = f'The same as /resources with kind = "{kind}".'
        yield moved_to(f"/{plural}", several, name=f"list_{plural}", description=same)
        same = f"The same as /resources/{{id}}, for a {kind} only."
        yield moved_to(f"/{plural}/{{resource_id}}", single, name=f"show_{kind}", description=same)


router.routes.extend(_of_kinds())
