"""The recycle bin: an instance is stopped now and deleted some days later, by the same path as any delete.

Until then nothing is lost. What runs again when its time comes is not deleted: somebody wanted it.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Operation, Recycled
from mcm.operations import repository as resources
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.operations.service import Wanted
from mcm.operations.verdicts import wanted_states
from mcm.plans import acting_as, bin_repository
from mcm.plans.errors import AlreadyInBin, NotInBin, RecycledNotFound
from mcm.registry import Registry
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_AGAIN = timedelta(hours=1)
_LOOK = timedelta(seconds=10)
_STOP = operations.action_named("instance.stop")


def get(session: Session, recycled_id: str) -> Recycled:
    found = bin_repository.find(session, recycled_id)
    if found is None:
        raise RecycledNotFound(
            f"there is nothing '{recycled_id}' in the recycle bin", next_step="`mcm recycle list` shows what there is"
        )
    return found


def to_change(session: Session, caller: Caller, recycled_id: str) -> Recycled:
    found = sight.changeable(session, caller, Permission.OPERATION_READ, lambda: get(session, recycled_id))
    return bin_repository.locked(session, found.id) or found


def wanted(session: Session, registry: Registry, caller: Caller, resource_id: str) -> Wanted:
    """What stands in the way of deleting it stands in the way of this. Raises as `operations.service.wanted` does."""
    row = resources.resource(session, resource_id)
    if row is not None and (held := bin_repository.of_resource(session, row.id)) is not None:
        raise AlreadyInBin(
            f"'{row.name}' is in the recycle bin already",
            next_step=f"mcm recycle restore {held.id}, or wait until {clock.to_text(held.delete_at)}",
        )
    return operations.wanted(session, registry, caller, OperationCreate(action="instance.delete", resource=resource_id))


def put(
    session: Session,
    runtime: "Runtime",
    caller: Caller,
    found: Wanted,
    days: int,
    note: str,
    *,
    plan_id: str | None = None,
) -> Recycled:
    """Asks for the stop, where it runs, and writes down when it is to be deleted."""
    row = found.row
    # `wanted` was asked for a delete, which has a target.
    assert row is not None
    now = clock.now()
    stop = None
    if _runs(runtime.registry, found.account.provider, row.state):
        asked = operations.wanted(session, runtime.registry, caller, OperationCreate(action=_STOP.id, resource=row.id))
        stop = operations.create(session, runtime.vault, caller, asked, plan_id=plan_id)
        after_commit(session, runtime.operations.wake)
    made = Recycled(
        id=new_id("rcy"), resource_id=row.id, holds=row.id, status="kept", name=row.name, tenant_id=row.tenant_id,
        account_id=row.account_id, account_name=found.account.name, project=row.project, was=row.state, note=note,
        plan_id=plan_id, stop_operation=stop.id if stop is not None else None, caller=acting_as.packed(caller),
        requested_by=caller.name, created_at=now, delete_at=now + timedelta(days=days),
        next_at=now + timedelta(days=days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, caller, made, "recycle.put")
    return made


def restore(session: Session, runtime: "Runtime", caller: Caller, recycled_id: str) -> tuple[Recycled, str | None]:
    """It is not deleted any more, and started where it ran before. Returns the id of that operation."""
    row = to_change(session, caller, recycled_id)
    _require_kept(row)
    started = None
    row.reason = None
    if _runs(runtime.registry, _provider(session, row), row.was):
        try:
            asked = OperationCreate(action="instance.start", resource=row.resource_id)
            found = operations.wanted(session, runtime.registry, caller, asked)
        except McmError as error:
            row.reason = f"it was not started: {error.message}"
        else:
            started = operations.create(session, runtime.vault, caller, found).id
            after_commit(session, runtime.operations.wake)
    _end(row, "restored")
    session.flush()
    _record(session, caller, row, "recycle.restore")
    return row, started


def delete_now(session: Session, runtime: "Runtime", caller: Caller, recycled_id: str) -> Recycled:
    row = to_change(session, caller, recycled_id)
    _require_kept(row)
    _delete(session, runtime, caller, row)
    _record(session, caller, row, "recycle.delete")
    return row


def run(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs."""
    with runtime.database.reading() as session:
        due = bin_repository.due(session, clock.now())
    for recycled_id in due:
        try:
            with runtime.database.writing() as session:
                _look_at(session, runtime, recycled_id)
        except McmError as error:
            log.warning("recycle bin: %s is put off: %s", recycled_id, error.message)
            with runtime.database.writing() as session:
                row = bin_repository.locked(session, recycled_id)
                if row is not None and row.status == "kept":
                    row.reason, row.next_at = error.message, clock.now() + _AGAIN


def _look_at(session: Session, runtime: "Runtime", recycled_id: str) -> None:
    now = clock.now()
    row = bin_repository.locked(session, recycled_id)
    if row is None or row.status not in bin_repository.IN_BIN or row.next_at > now:
        return
    if row.status == "deleting":
        _follow(session, row)
        return
    caller = acting_as.rebuilt(session, row.caller)
    resource = resources.resource(session, row.resource_id)
    if resource is None or resource.presence == "gone":
        row.reason = "it was gone already"
        _end(row, "deleted")
    elif caller is None:
        row.reason = "whoever put it in may not come in any more"
        _end(row, "left")
    elif _runs(runtime.registry, _provider(session, row), resource.state):
        row.reason = f"it is {resource.state}: somebody uses it again, or it was never stopped"
        _end(row, "left")
    else:
        limit(session, view(caller, Permission.OPERATION_RUN))
        _delete(session, runtime, caller, row)
    if caller is not None:
        _record(session, caller, row, "recycle.delete" if row.status != "left" else "recycle.left")


def _delete(session: Session, runtime: "Runtime", caller: Caller, row: Recycled) -> None:
    # Before it is asked for: the belts let out of the bin what is being deleted from it.
    row.status, row.reason, row.next_at = "deleting", None, clock.now() + _LOOK
    session.flush()
    body = OperationCreate(action="instance.delete", resource=row.resource_id)
    found = operations.wanted(session, runtime.registry, caller, body)
    row.delete_operation = operations.create(session, runtime.vault, caller, found, plan_id=row.plan_id).id
    session.flush()
    after_commit(session, runtime.operations.wake)


def _follow(session: Session, row: Recycled) -> None:
    """What became of the delete. In doubt stays so until somebody has looked."""
    operation = session.get(Operation, row.delete_operation)
    if operation is None or operation.status == "succeeded":
        _end(row, "deleted")
    elif operation.status in ("failed", "cancelled"):
        row.status, row.reason, row.next_at = "kept", operation.error_message, clock.now() + _AGAIN
    else:
        row.next_at = clock.now() + _LOOK


def _provider(session: Session, row: Recycled) -> str:
    account = resources.accounts(session, {row.account_id}).get(row.account_id)
    return account.provider if account is not None else ""


def _runs(registry: Registry, provider: str, state: str) -> bool:
    """Whether there is something to stop."""
    if provider not in registry.names():
        return False
    return state in wanted_states(registry.descriptor(provider), _STOP)


def _require_kept(row: Recycled) -> None:
    if row.status != "kept":
        raise NotInBin(
            f"'{row.name}' is {row.status}, and not in the recycle bin any more", details={"status": row.status}
        )


def _end(row: Recycled, status: str) -> None:
    row.status, row.holds, row.ended_at = status, None, clock.now()


def _record(session: Session, caller: Caller, row: Recycled, action: str) -> None:
    details = {
        "recycled": row.id,
        "name": row.name,
        "account": row.account_name,
        "delete_at": clock.to_text(row.delete_at),
    }
    audit.record(
        session, caller, action, "resource", row.resource_id,
        details=details | ({"reason": row.reason} if row.reason else {}),
    )  # fmt: skip
