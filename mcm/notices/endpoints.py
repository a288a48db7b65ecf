"""Notice targets over HTTP."""

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, after, encode_cursor, page_of_few
from mcm.kit.ids import new_id
from mcm.notices import repository, service
from mcm.notices.schemas import (
    NoticeDeliveryItem,
    NoticeTargetCreate,
    NoticeTargetItem,
    NoticeTargetUpdate,
    NoticeTestResult,
)
from mcm.notices.sending import Post

router = APIRouter(prefix="/notice-targets", tags=["notices"])
_READ, _WRITE = [authorize(Permission.NOTICE_READ)], [authorize(Permission.NOTICE_WRITE)]
DryRun = Annotated[bool, Query(description="say what would be removed; change nothing")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("", dependencies=_READ)
def list_notice_targets(
    session: ReadSession, limit: Limit = MAX_LIMIT, cursor: Cursor = None
) -> Page[NoticeTargetItem]:
    """By name."""
    return page_of_few(service.items(session, repository.everyone(session)), limit, cursor, attrgetter("name"))


@router.post("", status_code=201, dependencies=_WRITE, response_model=NoticeTargetItem)
def create_notice_target(body: NoticeTargetCreate, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """It is told what happens from now on. Nothing is sent yet: `POST …/test` tries it."""

    ident, vault = new_id("ntt"), runtime.vault
    if body.signing_secret is not None:
        if saved := mutation.earlier():
            return saved
        vault = service.prepared(vault, ident, body.signing_secret)

    def change(session: Session) -> NoticeTargetItem:
        row = service.create(session, runtime.settings, vault, mutation.caller, body, ident)
        return service.items(session, [row])[0]

    return mutation.run(change, status=201)


@router.get("/{name}", dependencies=_READ)
def show_notice_target(name: str, session: ReadSession, response: Response) -> NoticeTargetItem:
    row = service.get(session, name)
    response.headers["ETag"] = service.etag(row)
    return service.items(session, [row])[0]


@router.patch("/{name}", dependencies=_WRITE, response_model=NoticeTargetItem)
def update_notice_target(
    name: str,
    body: NoticeTargetUpdate,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    if_match: IfMatch = None,
) -> Any:
    """Turned on again, it is told what happens from then on, and what was waiting for it."""
    vault = runtime.vault
    if body.signing_secret is not None:
        if saved := mutation.earlier():
            return saved
        with unit.reading() as session:
            found = service.to_change(session, mutation.caller, name)
        vault = service.prepared(vault, found.id, body.signing_secret)

    def change(session: Session) -> NoticeTargetItem:
        row = service.to_change(session, mutation.caller, name)
        changed = service.update(session, runtime.settings, vault, mutation.caller, row, body, if_match)
        return service.items(session, [changed])[0]

    return mutation.run(change)


@router.delete("/{name}", dependencies=_WRITE)
def remove_notice_target(name: str, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """With its deliveries, also those that wait."""
    if dry_run:
        with unit.reading() as session:
            row = service.to_change(session, mutation.caller, name)
            item = service.items(session, [row])[0]
            return {"name": row.name, "waiting": item.waiting, "dry_run": True}

    def change(session: Session) -> dict[str, Any]:
        row = service.to_change(session, mutation.caller, name)
        service.remove(session, mutation.caller, row)
        return {"name": row.name}

    return mutation.run(change)


@router.post("/{name}/test", dependencies=_WRITE, response_model=NoticeTestResult)
def send_test_notice(name: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """Sends a notice of the kind test now, once. That it does not arrive is an answer too, not an HTTP error."""
    if saved := mutation.earlier():
        return saved
    with unit.writing() as session:
        row = service.to_change(session, mutation.caller, name)
        ident = row.id
        audit.record(
            session, mutation.caller, "notice_target.test", "notice_target", ident, phase="intent", outcome="sent"
        )
    outcome = Post(runtime.settings, runtime.database, runtime.vault).send_test(row, new_id("ntd"))

    def change(session: Session) -> NoticeTestResult:
        said = "succeeded" if outcome.ok else "failed"
        audit.record(session, mutation.caller, "notice_target.test", "notice_target", ident, outcome=said)
        return NoticeTestResult(ok=outcome.ok, answer=outcome.answer, problem=outcome.problem or None)

    return mutation.run(change)


@router.get("/{name}/deliveries", dependencies=_READ)
def list_notice_deliveries(
    name: str, session: ReadSession, limit: Limit = 100, cursor: Cursor = None
) -> Page[NoticeDeliveryItem]:
    """Newest first."""
    row = service.get(session, name)
    found = repository.deliveries(session, row.id, after(cursor, datetime, str), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[NoticeDeliveryItem.model_validate(one, from_attributes=True) for one in found[:limit]],
        next_cursor=encode_cursor([last.created_at, last.id]) if last else None,
    )


@router.post("/{name}/deliveries/{delivery_id}/resend", dependencies=_WRITE, response_model=NoticeDeliveryItem)
def resend_notice(name: str, delivery_id: str, mutation: MutationDep) -> Any:
    """Tries a delivery again that has ended, with the same id."""

    def change(session: Session) -> NoticeDeliveryItem:
        row = service.to_change(session, mutation.caller, name)
        found = service.resend(session, mutation.caller, row, delivery_id)
        return NoticeDeliveryItem.model_validate(found, from_attributes=True)

    return mutation.run(change)
