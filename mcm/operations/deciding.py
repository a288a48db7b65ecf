"""What people may do with an operation that is there: cancel, ask again, say how it ended. Never commits."""

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view
from mcm.contract.actions import ACTIONS
from mcm.events import telling
from mcm.kit import clock
from mcm.models import Operation
from mcm.operations import again, recording, repository, service
from mcm.operations.errors import ActionForbidden, ResourceBusyHere
from mcm.operations.machine import START_WITHIN, Log
from mcm.operations.verdicts import permission_of
from mcm.plans import belts
from mcm.registry import Registry
from mcm.tenancy import sight


def to_change(session: Session, caller: Caller, operation_id: str) -> Operation:
    """Under the view of a change. Raises OperationNotFound, ActionForbidden."""
    row = sight.changeable(session, caller, Permission.OPERATION_READ, lambda: service.get(session, operation_id))
    seen = view(caller, permission_of(ACTIONS[row.action]))
    inside = row.tenant_id in seen.tenants or (row.account_id, row.project or "") in seen.projects
    if not (seen.everything or inside):
        raise ActionForbidden(
            f"{caller.name} may not do {row.action} there", next_step="ask an administrator for a role that includes it"
        )
    return row


def cancel(session: Session, caller: Caller, row: Operation) -> Operation:
    """What was not sent yet ends at once; what was cannot be taken back, and says so."""
    service.require_open(row, "queued", doing="cancelled: the cloud has it already")
    now = clock.now()
    row.cancel_at, row.next_at = now, now
    row.version += 1
    repository.note(session, row.id, now, Log.CANCEL.value, {"name": caller.name})
    _record(session, caller, row, "operation.cancel")
    return row


def retry(session: Session, registry: Registry, caller: Caller, row: Operation) -> Operation:
    """The same operation goes on with the step that failed or is in doubt, with the same token.

    Everything but the state at the cloud is looked at again, as for a new one."""
    service.require_open(row, "failed", "in_doubt", doing="asked for again")
    if row.resource_id is not None and (held := repository.holders(session, [row.resource_id])):
        operation, action = held[row.resource_id]
        raise ResourceBusyHere(
            f"operation {operation} ({action}) is under way on '{row.resource_name}'",
            next_step=f"wait for it: mcm operation show {operation}",
        )
    again.require_same(session, registry, caller, row)
    belts.check_again(session, row)
    again.reserve(session, row)
    now = clock.now()
    row.status, row.holds, row.finished_at = "queued", row.resource_id, None
    row.error_code = row.error_message = row.next_step = None
    row.cancel_at = row.sent_at = row.observed_at = None
    # Nothing that was taken back is there any more, and what was done stays done.
    row.steps = (
        []
        if any(step.get("undoing") for step in row.steps)
        else [step if step["status"] == "done" else step | {"status": "new", "attempts": 0} for step in row.steps]
    )
    row.step = 0 if not row.steps else row.step
    row.created_at, row.next_at, row.waits = max(row.created_at, now - START_WITHIN / 2), now, 0
    row.version += 1
    session.flush()
    repository.note(session, row.id, now, Log.RETRIED.value, {"name": caller.name})
    _record(session, caller, row, "operation.retry")
    return row


def resolve(session: Session, caller: Caller, row: Operation, outcome: str) -> Operation:
    """Somebody has looked at the cloud and says how it ended."""
    service.require_open(row, "in_doubt", doing="resolved: only one in doubt can")
    now = clock.now()
    row.status, row.finished_at, row.next_at = outcome, now, None
    row.next_step = None
    if outcome == "succeeded":
        row.error_code = row.error_message = None
    else:
        row.error_code, row.error_message = (
            "resolved_as_failed",
            f"{caller.name} looked at the cloud and says it failed",
        )
    row.version += 1
    repository.note(session, row.id, now, Log.RESOLVED.value, {"name": caller.name, "outcome": outcome})
    recording.settle(session, row)
    _record(session, caller, row, "operation.resolve")
    return row


def _record(session: Session, caller: Caller, row: Operation, action: str) -> None:
    telling.operation(session, row)
    audit.record(session, caller, action, "operation", row.id, details={"action": row.action, "status": row.status})
