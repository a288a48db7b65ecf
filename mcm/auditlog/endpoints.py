"""Reading the audit trail: list, verify, export, segments and head. Over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from mcm.auditlog import service
from mcm.auditlog.repository import Wanted
from mcm.auditlog.schemas import AuditItem, ExportFormat, HeadAnswer, SegmentItem, VerifyAnswer
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.paging import Cursor, Limit, Page
from mcm.kit import clock

router = APIRouter(prefix="/audit", tags=["audit"])
_READ = [authorize(Permission.AUDIT_READ)]
_NOTHING = "\0"
Text = Annotated[str | None, Query(max_length=500)]
Since = Annotated[AwareDatetime | None, Query(description="from this time on (RFC 3339)")]
Until = Annotated[AwareDatetime | None, Query(description="before this time (RFC 3339)")]
Lines = Annotated[
    list[Annotated[str, Query(max_length=2000)]],
    Query(max_length=100, description="exported heads, each one line as it was exported"),
]


def _wanted(
    since: Since = None,
    until: Until = None,
    principal: Annotated[Text, Query(description="id or name")] = None,
    action: Annotated[Text, Query(description="whole, or its beginning followed by *")] = None,
    target: Annotated[Text, Query(description="id, or kind:id")] = None,
    result: Annotated[Text, Query(description="succeeded, failed, sent …")] = None,
    request_id: Text = None,
) -> Wanted:
    texts = [text and text.replace(_NOTHING, "") for text in (principal, action, target, result, request_id)]
    return Wanted(_utc(since), _utc(until), *texts)


WantedDep = Annotated[Wanted, Depends(_wanted)]


@router.get("/events", dependencies=_READ)
def list_audit_events(
    session: ReadSession, wanted: WantedDep, limit: Limit = 100, cursor: Cursor = None
) -> Page[AuditItem]:
    """Newest first."""
    return service.page(session, wanted, limit, cursor)


@router.get(
    "/export",
    dependencies=[authorize(Permission.AUDIT_EXPORT)],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "one JSON object in each line"}},
)
def export_audit_events(
    unit: UnitDep, caller: CallerDep, wanted: WantedDep, format: ExportFormat = "json"
) -> StreamingResponse:
    """Oldest first, one JSON object in each line; cadf: events as DMTF DSP0262 describes them. Leaves audit rows."""
    body = service.export(unit.reading, unit.writing, caller, wanted, format)
    name = f"audit-{format}-{clock.now():%Y%m%dT%H%M%SZ}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type="application/x-ndjson", headers=headers)


@router.get("/segments", dependencies=_READ)
def list_audit_segments(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[SegmentItem]:
    """Newest first."""
    return service.segments(session, limit, cursor)


@router.get("/head", dependencies=_READ)
def show_audit_head(session: ReadSession, runtime: RuntimeDep) -> HeadAnswer:
    """How far the trail goes now, signed: kept elsewhere, it shows later whether the end was cut off."""
    return service.head(session, runtime.vault)


@router.get("/verify", dependencies=_READ)
def verify_audit_trail(
    session: ReadSession,
    runtime: RuntimeDep,
    head: Lines = [],  # noqa: B006 - FastAPI copies it
    only_heads: Annotated[bool, Query(description="compare the heads, and do not walk the chain")] = False,
) -> VerifyAnswer:
    """Walks the whole chain and names the first thing that is wrong. Takes seconds for each million rows."""
    return service.verified(session, runtime.settings, runtime.vault, head, only_heads=only_heads)


def _utc(at: datetime | None) -> datetime | None:
    """Also of the first and the last day there are, which other zones have no time for."""
    return at and clock.from_text(clock.to_text(at))
