"""Exceptions from policies: asked for by one person, agreed to by another, over at a set time. Never commits."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, InvalidInput, NotFound
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import PolicyException, ResourceRow
from mcm.paging import Rows
from mcm.policies import repository, service
from mcm.policies.compiled import RESOURCE
from mcm.policies.documents import ExceptionRequest
from mcm.policies.errors import ExceptionNotFound, ExceptionNotOpen, OwnException
from mcm.tenancy import sight
from mcm.workloads import service as workloads


def page(
    session: Session, *, policy_id: str | None, status: str | None, limit: int, cursor: str | None
) -> Rows[PolicyException]:
    """status: requested, approved, rejected, revoked, or expired for what was approved and is over."""
    after = sight.after(session, cursor, datetime, str)
    wanted = {"expired": ("approved", "requested")}.get(status or "", (status,) if status else ())
    over = (clock.now(), status == "expired") if status in ("expired", "approved", "requested") else None
    rows = repository.exceptions(
        session, after, limit + 1, policy_id=policy_id, statuses=[one for one in wanted if one], over=over
    )
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = sight.cursor_of(session, [last.requested_at, last.id])
    return Rows(list(rows[:limit]), following)


def get(session: Session, exception_id: str) -> PolicyException:
    return _found(repository.find_exception(session, exception_id))


def ask(session: Session, caller: Caller, policy_id: str, wanted: ExceptionRequest) -> PolicyException:
    """Raises PolicyNotFound, InvalidInput, Forbidden. It holds for nothing yet."""
    # Whoever may not make policies may ask for an exception from what binds them: from any policy they see.
    policy = service.get(session, policy_id)
    if wanted.expires <= clock.now():
        raise InvalidInput("the exception would be over already", next_step="choose a later `expires`")
    field, value = named(wanted)
    tenant_id = _tenant(session, caller, field, value)
    row = PolicyException(
        id=new_id("pex"), policy_id=policy.id, tenant_id=tenant_id, field=field, value=value, reason=wanted.reason,
        status="requested", requested_by_id=caller.principal_id, requested_by=caller.name, requested_at=clock.now(),
        approver=wanted.approver, note="", expires_at=wanted.expires,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, caller, "policy.exception.ask", "policy_exception", row.id, details=_told(row))
    return row


def ask_once(session: Session, caller: Caller, policy_id: str, wanted: ExceptionRequest) -> None:
    """For a document that is stored again: what was asked for already, whatever came of it, is not asked anew."""
    field, value = named(wanted)
    there = select(PolicyException.id).where(
        PolicyException.policy_id == policy_id,
        PolicyException.field == field,
        PolicyException.value == value,
        PolicyException.expires_at == wanted.expires,
    )
    if wanted.expires > clock.now() and session.scalar(there.limit(1)) is None:
        ask(session, caller, policy_id, wanted)


def decide(session: Session, caller: Caller, exception_id: str, *, approve: bool, note: str) -> PolicyException:
    """By somebody else than who asked, and by the named approver if there is one.

    Raises OwnException, ExceptionNotOpen, Forbidden."""
    row = _to_change(session, caller, exception_id)
    if row.requested_by_id == caller.principal_id:
        raise OwnException(
            "you asked for this exception yourself: somebody else has to decide",
            message_zh="该例外由您本人申请，须由他人决定",
            next_step="ask somebody with the role approver",
            next_step_zh="请具有审批人角色的人员处理",
        )
    if row.approver is not None and caller.name != row.approver:
        raise Forbidden(f"{row.approver} is asked to decide about this exception", next_step="ask them")
    if row.status != "requested" or row.expires_at <= clock.now():
        raise _not_open(row)
    row.status = "approved" if approve else "rejected"
    row.decided_by_id, row.decided_by, row.decided_at, row.note = caller.principal_id, caller.name, clock.now(), note
    return _changed(session, caller, row, "policy.exception.approve" if approve else "policy.exception.reject")


def revoke(session: Session, caller: Caller, exception_id: str, *, note: str) -> PolicyException:
    """From now on it holds no more. Also takes back what nobody has decided about."""
    row = _to_change(session, caller, exception_id)
    if row.status not in ("approved", "requested"):
        raise _not_open(row)
    row.status, row.revoked_at, row.note = "revoked", clock.now(), note
    return _changed(session, caller, row, "policy.exception.revoke")


def named(wanted: ExceptionRequest) -> tuple[str, str]:
    """The field and the value by which subjects are found."""
    if wanted.resource is not None:
        return RESOURCE, wanted.resource
    if wanted.workload is not None:
        return "workload.name", wanted.workload
    return "workload.application", str(wanted.application)


def standing(row: PolicyException, now: datetime) -> str:
    """Its status as of now."""
    return "expired" if row.status in ("approved", "requested") and row.expires_at <= now else row.status


def _tenant(session: Session, caller: Caller, field: str, value: str) -> str | None:
    """Whose it is. Names are anybody's to give: those are for who sees everything, and hold in the tenant of the stored
    workload of that name, else in that of whoever asks."""
    if field != RESOURCE:
        if not view_of(session).everything:
            raise Forbidden(
                f"{caller.name} may ask for exceptions of single resources only",
                next_step="name the resource, or ask somebody who holds the role in the whole",
            )
        if field == "workload.name":
            with suppress(NotFound):
                return workloads.get(session, value).tenant_id
        return caller.tenant_id
    query = select(ResourceRow.tenant_id).where(ResourceRow.id == value, *sight.resources_of(session))
    found = session.scalar(query)
    if found is None:
        raise InvalidInput(f"there is no resource '{value}'", next_step="`mcm resource list -o name` shows their ids")
    return found


def _to_change(session: Session, caller: Caller, exception_id: str) -> PolicyException:
    found = sight.changeable(session, caller, Permission.POLICY_READ, lambda: get(session, exception_id))
    locked = select(PolicyException).where(PolicyException.id == found.id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def _changed(session: Session, caller: Caller, row: PolicyException, action: str) -> PolicyException:
    session.flush()
    audit.record(session, caller, action, "policy_exception", row.id, details=_told(row))
    return row


def _not_open(row: PolicyException) -> ExceptionNotOpen:
    return ExceptionNotOpen(f"the exception is {standing(row, clock.now())}", next_step="ask for a new one")


def _found(row: PolicyException | None) -> PolicyException:
    if row is None:
        raise ExceptionNotFound(
            "there is no exception with this id", next_step="`mcm policy exceptions list` shows those there are"
        )
    return row


def _told(row: PolicyException) -> dict[str, Any]:
    return {
        "policy": row.policy_id, "field": row.field, "value": row.value, "status": row.status,
        "expires_at": clock.to_text(row.expires_at), "reason": row.reason,
    }  # fmt: skip
