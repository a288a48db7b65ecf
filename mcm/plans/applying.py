"""From a plan to its operations: taken up once, then asked for in short transactions that a kill cannot undo or repeat.

What is asked for is written down with the operation itself, so whoever goes on (the request, the job, another process)
sees what is left.
"""

import logging
import time
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view
from mcm.contract.actions import ACTIONS
from mcm.db.session import after_commit
from mcm.errors import McmError
from mcm.events import telling
from mcm.kit import clock
from mcm.models import Plan, PlanItem
from mcm.operations import deciding
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.operations.verdicts import permission_of
from mcm.plans import acting_as, belts, recycling, repository, versions
from mcm.plans.choosing import of_error
from mcm.plans.errors import ApprovalNeeded, PlanNotOpen, TargetChanged
from mcm.plans.service import to_change
from mcm.plans.standing import get, require, require_undrifted, status_of
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
CHUNK = 20
# How long a request works on it before the job takes over.
_REQUEST_S = 10.0


def begin(session: Session, caller: Caller, plan_id: str) -> Plan:
    """Uses the plan up. Applied a second time while it is at it, it goes on. Raises ApprovalNeeded, PlanStale."""
    row = to_change(session, caller, plan_id)
    if row.status == "applying":
        return row
    check(session, caller, row)
    row.status, row.applied_at, row.caller = "applying", clock.now(), acting_as.packed(caller)
    row.version += 1
    session.flush()
    telling.plan(session, row)
    details = {"action": row.action, "hash": row.hash, "decided_by": row.decided_by, "alone": row.alone}
    audit.record(session, caller, "plan.apply", "plan", row.id, details=details)
    return row


def check(session: Session, caller: Caller, row: Plan) -> None:
    """Whether it may be applied now; changes nothing."""
    if status_of(row) == "awaiting_approval":
        raise ApprovalNeeded(
            f"plan {row.id} waits for the approval of somebody else; nothing was asked for",
            next_step=f"they look at it and say so: mcm plan approve {row.id}",
        )
    require(row, "draft", "approved", doing="applied")
    limit(session, view(caller, permission_of(ACTIONS[row.action])))
    sight.changeable(session, caller, Permission.OPERATION_READ, lambda: get(session, row.id))
    targets = repository.targets(session, row.id)
    if not targets:
        raise PlanNotOpen("the plan has no targets: everything in it was refused", details={"status": row.status})
    require_undrifted(session, row)


def go_on(runtime: "Runtime", plan_id: str, seconds: float = _REQUEST_S) -> None:
    """Asks for what is left, for about so long. Trouble is told in the log; the job tries again."""
    until = time.monotonic() + seconds
    try:
        while _chunk(runtime, plan_id) and time.monotonic() < until:
            pass
    except McmError as error:
        log.warning("plan %s: it goes on later: %s", plan_id, error.message)


def run(runtime: "Runtime") -> None:
    """Every few seconds, from the schedule of jobs: what a request or a dead process left."""
    with runtime.database.reading() as session:
        left = repository.applying(session)
    for plan_id in left:
        go_on(runtime, plan_id)


def retry(session: Session, runtime: "Runtime", caller: Caller, plan_id: str) -> tuple[Plan, int]:
    """Asks again for each operation that failed. What is in doubt is for a person to look at."""
    row = to_change(session, caller, plan_id)
    require(row, "applied", "applying", doing="asked for again")
    failed = repository.failed(session, row.id)
    if not failed:
        raise PlanNotOpen("no operation of the plan has failed", details={"status": row.status})
    for operation_id in failed:
        deciding.retry(session, runtime.registry, caller, deciding.to_change(session, caller, operation_id))
    after_commit(session, runtime.operations.wake)
    audit.record(session, caller, "plan.retry", "plan", row.id, details={"operations": len(failed)})
    return row, len(failed)


class _Collided(Exception):
    """An operation could not be written, which spoils its transaction."""

    def __init__(self, resource_id: str, error: McmError) -> None:
        super().__init__(error.message)
        self.resource_id, self.error = resource_id, error


def _chunk(runtime: "Runtime", plan_id: str) -> bool:
    """Whether there is more to do."""
    try:
        with runtime.database.writing() as session:
            return _ask_some(runtime, session, plan_id)
    except _Collided as collided:
        with runtime.database.writing() as session:
            item = session.get(PlanItem, (plan_id, collided.resource_id), with_for_update=True)
            if item is not None and item.status == "target":
                _refuse(item, collided.error)
        return True


def _ask_some(runtime: "Runtime", session: Session, plan_id: str) -> bool:
    row = repository.locked(session, plan_id)
    if row is None or row.status != "applying" or row.caller is None:
        return False
    items = repository.waiting(session, plan_id, CHUNK)
    if not items:
        row.status, row.finished_at = "applied", clock.now()
        row.version += 1
        telling.plan(session, row)
        return False
    caller = acting_as.rebuilt(session, row.caller)
    changed = {one["resource_id"] for one in versions.drift(session, ACTIONS[row.action], items)}
    if caller is not None:
        # Names in the parameters are looked up within what they may see, as if they asked one by one.
        limit(session, view(caller, Permission.OPERATION_RUN))
    for item in items:
        if caller is None:
            _refuse(item, TargetChanged("whoever applied the plan may not come in any more"))
        elif item.resource_id in changed:
            _refuse(item, TargetChanged("it changed after the plan was applied; nothing was asked for"))
        else:
            _ask(runtime, session, caller, row, item)
    session.flush()
    after_commit(session, runtime.operations.wake)
    return True


def _ask(runtime: "Runtime", session: Session, caller: Caller, row: Plan, item: PlanItem) -> None:
    if row.action == "instance.delete" and (days := belts.kept_days(session, item.account_id)):
        try:
            wanted = recycling.wanted(session, runtime.registry, caller, item.resource_id)
        except McmError as error:
            _refuse(item, error)
            return
        try:
            made = recycling.put(session, runtime, caller, wanted, days, "", plan_id=row.id)
        except McmError as error:
            raise _Collided(item.resource_id, error) from error
        item.status, item.operation_id = "recycled", made.stop_operation
        return
    try:
        body = OperationCreate(action=row.action, resource=item.resource_id, params=row.params)
        found = operations.wanted(session, runtime.registry, caller, body)
    except McmError as error:
        _refuse(item, error)
        return
    try:
        item.operation_id = operations.create(session, runtime.vault, caller, found, plan_id=row.id).id
    except McmError as error:
        raise _Collided(item.resource_id, error) from error
    item.status = "asked"


def _refuse(item: PlanItem, error: McmError) -> None:
    item.status, item.why = "refused", of_error(error)
