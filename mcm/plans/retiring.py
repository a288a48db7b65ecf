"""Dates of retirement: reminded of in good time, renewed, and at the date stopped, never deleted."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, system_caller, view
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.events import telling
from mcm.kit import clock
from mcm.models import ResourceRow, Retirement
from mcm.operations import repository as resources
from mcm.operations import service as operations
from mcm.operations.errors import ActionForbidden
from mcm.operations.schemas import OperationCreate
from mcm.operations.verdicts import holds
from mcm.plans import acting_as, bin_repository
from mcm.plans.errors import InvalidRetirement, RetirementNotFound
from mcm.settings import Settings
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_FARTHEST = timedelta(days=3_660)
_AGAIN = timedelta(hours=1)


def set_date(
    session: Session, settings: Settings, caller: Caller, resource_id: str, retire_at: datetime, note: str
) -> tuple[Retirement, ResourceRow]:
    """Sets or renews it: whoever is to be reminded is reminded anew. Raises InvalidRetirement, ResourceUnknown."""
    resource = _to_change(session, caller, resource_id)
    if not holds(view(caller, Permission.OPERATION_RUN), resource):
        raise ActionForbidden(
            f"{caller.name} may not stop '{resource.name}', and so not set when it is stopped",
            next_step=f"ask an administrator for a role that includes {Permission.OPERATION_RUN.value}",
        )
    now = clock.now()
    if resource.kind != "instance":
        raise InvalidRetirement("only instances retire: nothing else can be stopped", next_step="choose an instance")
    if retire_at.tzinfo is None or not now < retire_at <= now + _FARTHEST:
        raise InvalidRetirement("retire_at lies ahead, within ten years, and has a time zone", next_step="give another")
    row = bin_repository.retirement(session, resource_id, lock=True)
    before = row.retire_at if row is not None else None
    if row is None:
        row = Retirement(resource_id=resource_id)
        session.add(row)
    row.retire_at, row.note = retire_at, note
    row.principal_id, row.set_by, row.set_at = caller.principal_id, caller.name, now
    row.reminded_at = row.stopped_at = row.operation_id = row.reason = None
    row.next_at = _reminder(settings, retire_at)
    session.flush()
    details = {"name": resource.name, "retire_at": clock.to_text(retire_at)}
    details |= {"before": clock.to_text(before)} if before is not None else {}
    audit.record(session, caller, "retirement.set", "resource", resource_id, details=details)
    return row, resource


def clear(session: Session, caller: Caller, resource_id: str) -> None:
    resource = _to_change(session, caller, resource_id)
    row = bin_repository.retirement(session, resource_id, lock=True)
    if row is None:
        raise RetirementNotFound(f"'{resource.name}' has no date of retirement", next_step="there is nothing to do")
    session.delete(row)
    session.flush()
    audit.record(session, caller, "retirement.clear", "resource", resource_id, details={"name": resource.name})


def run(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs."""
    with runtime.database.reading() as session:
        due = bin_repository.retiring(session, clock.now())
    for resource_id in due:
        try:
            with runtime.database.writing() as session:
                _look_at(session, runtime, resource_id)
        except McmError as error:
            log.warning("retirement of %s is put off: %s", resource_id, error.message)
            with runtime.database.writing() as session:
                row = bin_repository.retirement(session, resource_id, lock=True)
                if row is not None and row.stopped_at is None:
                    row.reason, row.next_at = error.message, clock.now() + _AGAIN


def remind(session: Session, row: Retirement, resource: ResourceRow) -> None:
    """Tells that something retires soon: the one place where a notice to people belongs."""
    log.info("%s '%s' retires at %s", resource.kind, resource.name, clock.to_text(row.retire_at))
    details = {"name": resource.name, "retire_at": clock.to_text(row.retire_at), "set_by": row.set_by}
    audit.record(
        session, system_caller("retirement", f"retirement {resource.id}"), "retirement.remind", "resource", resource.id,
        details=details,
    )  # fmt: skip
    telling.retirement(session, resource, row.retire_at)


def _look_at(session: Session, runtime: "Runtime", resource_id: str) -> None:
    now = clock.now()
    row = bin_repository.retirement(session, resource_id, lock=True)
    if row is None or row.next_at is None or row.next_at > now:
        return
    resource = resources.resource(session, resource_id)
    if resource is None or resource.presence == "gone":
        row.next_at, row.reason = None, "it is gone"
        return
    if row.retire_at > now:
        if row.reminded_at is None:
            remind(session, row, resource)
            row.reminded_at = now
        row.next_at = row.retire_at
        return
    # As whoever set the date, with the rights they have by now.
    caller = acting_as.owner(session, row.principal_id, "retirement", f"retirement {resource.id}")
    if caller is None:
        row.reason, row.next_at = f"{row.set_by}, who set the date, may not come in any more", None
        return
    if resource.state in ("stopped", "shelved", "terminated"):
        row.reason = f"it was {resource.state} already"
    else:
        body = OperationCreate(action="instance.stop", resource=resource_id)
        found = operations.wanted(session, runtime.registry, caller, body)
        row.operation_id, row.reason = operations.create(session, runtime.vault, caller, found).id, None
        after_commit(session, runtime.operations.wake)
    row.stopped_at, row.next_at = now, None
    session.flush()
    details = {"name": resource.name, "operation": row.operation_id, "set_by": row.set_by}
    audit.record(session, caller, "retirement.stop", "resource", resource.id, details=details)


def _to_change(session: Session, caller: Caller, resource_id: str) -> ResourceRow:
    def find() -> ResourceRow:
        found = resources.resource(session, resource_id)
        if found is None:
            raise operations.no_resource()
        return found

    return sight.changeable(session, caller, Permission.RESOURCE_READ, find)


def _reminder(settings: Settings, retire_at: datetime) -> datetime:
    return retire_at - timedelta(days=settings.retirement_notice_days)
