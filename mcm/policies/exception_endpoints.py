"""Exceptions from policies, and the rules that say of what class data is, over HTTP."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.policies import classification, exceptions, showing
from mcm.policies.documents import ExceptionRequest
from mcm.policies.schemas import (
    ClassificationApplied,
    ClassificationList,
    Decision,
    ExceptionItem,
    ExceptionWrite,
)

router = APIRouter(tags=["policies"])
_READ, _WRITE = [authorize(Permission.POLICY_READ)], [authorize(Permission.POLICY_WRITE)]
# Whoever answers for a resource may ask; whoever may say yes is somebody else.
_ASK, _DECIDE = [authorize(Permission.RESOURCE_WRITE)], [authorize(Permission.POLICY_EXCEPT)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag the change is based on; * for any")]
Status = Literal["requested", "approved", "rejected", "revoked", "expired"]


@router.get("/exceptions", dependencies=_READ)
def list_exceptions(
    session: ReadSession,
    policy: Annotated[str | None, Query(max_length=63)] = None,
    status: Status | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ExceptionItem]:
    """Newest first."""
    found = exceptions.page(session, policy_id=policy, status=status, limit=limit, cursor=cursor)
    return Page(items=[showing.exception_item(row) for row in found.items], next_cursor=found.next_cursor)


@router.get("/exceptions/{exception_id}", dependencies=_READ)
def show_exception(exception_id: str, session: ReadSession) -> ExceptionItem:
    return showing.exception_item(exceptions.get(session, exception_id))


@router.post("/exceptions", status_code=201, dependencies=_ASK, response_model=ExceptionItem)
def ask_exception(body: ExceptionWrite, mutation: MutationDep) -> Any:
    """Asks for one. It holds once somebody else has agreed, and until it expires."""
    wanted = ExceptionRequest.model_validate(body.model_dump(exclude={"policy"}))

    def change(session: Session) -> ExceptionItem:
        return showing.exception_item(exceptions.ask(session, mutation.caller, body.policy, wanted))

    return mutation.run(change, status=201)


@router.post("/exceptions/{exception_id}/approve", dependencies=_DECIDE, response_model=ExceptionItem)
def approve_exception(exception_id: str, body: Decision, mutation: MutationDep) -> Any:
    """By somebody else than who asked."""
    return _decided(
        mutation,
        lambda session: exceptions.decide(session, mutation.caller, exception_id, approve=True, note=body.note),
    )


@router.post("/exceptions/{exception_id}/reject", dependencies=_DECIDE, response_model=ExceptionItem)
def reject_exception(exception_id: str, body: Decision, mutation: MutationDep) -> Any:
    return _decided(
        mutation,
        lambda session: exceptions.decide(session, mutation.caller, exception_id, approve=False, note=body.note),
    )


@router.post("/exceptions/{exception_id}/revoke", dependencies=_DECIDE, response_model=ExceptionItem)
def revoke_exception(exception_id: str, body: Decision, mutation: MutationDep) -> Any:
    """From now on it holds no more."""
    return _decided(mutation, lambda session: exceptions.revoke(session, mutation.caller, exception_id, note=body.note))


@router.get("/classification-rules", dependencies=_READ)
def show_classification_rules(session: ReadSession, response: Response) -> ClassificationList:
    """In order: the first that fits gives a discovered resource its class."""
    response.headers["ETag"] = classification.etag(session)
    return classification.listed(session)


class _Undone(Exception):
    """Leaves a transaction that was only tried."""


@router.put("/classification-rules", dependencies=_WRITE, response_model=ClassificationApplied)
def replace_classification_rules(
    body: ClassificationList, unit: UnitDep, mutation: MutationDep, if_match: IfMatch = None,
    dry_run: Annotated[bool, Query(description="say what would change its class; change nothing")] = False,
) -> Any:  # fmt: skip
    """The whole list; it holds for everything at once. What somebody set by hand stays."""
    if dry_run:
        with suppress(_Undone), unit.writing() as session:
            told = classification.replace_rules(session, mutation.caller, body, if_match, dry_run=True)
            raise _Undone
        return told
    return mutation.run(lambda session: classification.replace_rules(session, mutation.caller, body, if_match))


def _decided(mutation: MutationDep, decide: Callable[[Session], Any]) -> Any:
    return mutation.run(lambda session: showing.exception_item(decide(session)))
