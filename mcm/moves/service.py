"""The rules of moves: asking for one, looking at it, taking it back, trying it again. Never commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.contract.actions import ACTIONS
from mcm.db.session import after_commit
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, Move, MoveStep
from mcm.moves import planning, repository, runner, telling
from mcm.moves.errors import MoveBusy, MoveNotFound, MoveNotOpen, MoveNotPossible
from mcm.moves.following import CREATE
from mcm.moves.plan import Plan
from mcm.moves.schemas import MoveCreate, MovePreview
from mcm.moves.steps import NO_WAY_BACK
from mcm.operations.service import require_may_make
from mcm.plans import acting_as
from mcm.tenancy import sight

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

_OVER = ("done", "skipped")


def preview(session: Session, runtime: "Runtime", caller: Caller, body: MoveCreate) -> MovePreview:
    found = planning.plan(session, runtime.registry, runtime.settings, caller, body)
    return planning.preview(found, runtime.settings, body)


def create(session: Session, runtime: "Runtime", caller: Caller, body: MoveCreate) -> Move:
    """Writes the move with all its steps; they begin once it is committed. Raises MoveNotPossible, MoveBusy, and what
    refuses the instance at the target."""
    found = planning.plan(session, runtime.registry, runtime.settings, caller, body)
    _require(found)
    if (other := repository.of_resource(session, found.row.id)) is not None:
        raise _busy(found.row.name, other)
    now, row = clock.now(), found.row
    made = Move(
        id=new_id("mov"), status="queued", tenant_id=row.tenant_id, account_id=row.account_id,
        account_name=found.source.name, project=row.project, region=row.region, resource_id=row.id,
        resource_name=row.name, holds=row.id, target_tenant_id=found.target.tenant_id,
        target_account_id=found.target.id, target_account_name=found.target.name, target_region=found.region,
        params=found.params, wanted=planning.kept(found, body),
        facts={}, attempt=1, caller=acting_as.packed(caller), requested_by=caller.name, created_at=now, next_at=now,
        turn=0, waits=0, version=1,
    )  # fmt: skip
    session.add(made)
    _flush(session, row.name)
    for number, name in enumerate(found.names):
        session.add(MoveStep(move_id=made.id, number=number, name=name, status="new", tries=0))
    session.flush()
    _told(session, runtime, caller, made, "move.create", steps=list(found.names))
    return made


def get(session: Session, move_id: str) -> Move:
    found = repository.find(session, move_id)
    if found is None:
        raise MoveNotFound(f"there is no move '{move_id}'", next_step="`mcm move list` shows those there are")
    return found


def to_change(session: Session, caller: Caller, move_id: str) -> Move:
    return sight.changeable(session, caller, Permission.OPERATION_READ, lambda: get(session, move_id))


def page(
    session: Session, after: tuple[datetime, str] | None, limit: int, *, statuses: Sequence[str], resource: str | None
) -> tuple[Sequence[Move], dict[str, list[MoveStep]]]:
    rows = repository.page(session, after, limit, statuses=statuses, resource=resource)
    return rows, repository.steps_of(session, [row.id for row in rows])


def cancel(session: Session, runtime: "Runtime", caller: Caller, row: Move) -> Move:
    """What was done is undone. Not once the new instance is verified: then it is there, and the rest is tidying up."""
    if row.status not in ("queued", "running"):
        raise MoveNotOpen(f"move {row.id} is {row.status}: there is nothing to cancel", next_step=_show(row))
    if _verified(session, row):
        raise MoveNotOpen(
            f"the new instance of move {row.id} is there and verified: nothing is taken back any more",
            next_step=f"let it end, then delete the one you do not want; {_show(row)}",
        )
    now = clock.now()
    row.cancel_at, row.version = row.cancel_at or now, row.version + 1
    # A step that waits to be tried again need not wait for that.
    row.next_at = now
    session.flush()
    _told(session, runtime, caller, row, "move.cancel")
    return row


def retry(session: Session, runtime: "Runtime", caller: Caller, row: Move) -> Move:
    """From its first step that is not done, judged by what is true now. What was undone is done again."""
    if row.status not in ("failed", "cancelled"):
        raise MoveNotOpen(f"move {row.id} is {row.status}: it cannot be tried again", next_step=_show(row))
    steps = repository.steps(session, row.id)
    if any(step.name == "create" and step.status == "left" for step in steps):
        raise MoveNotOpen(
            f"an instance that move {row.id} made is still there: it would be made a second time",
            next_step=f"delete it, then move it anew; {_show(row)}",
        )
    if not _verified(session, row):
        target = session.get(Account, row.target_account_id)
        if target is None:
            raise MoveNotOpen(f"the account '{row.target_account_name}' was removed", next_step="move it elsewhere")
        require_may_make(session, runtime.registry, caller, target, ACTIONS[CREATE])
        # Of the attempt before; nothing of it is there any more.
        row.facts, row.made_id = {}, None
    now = clock.now()
    for step in steps:
        if step.status not in _OVER or (step.status == "skipped" and not _verified(session, row)):
            step.status, step.operation_id, step.undo_operation_id = "new", None, None
            step.tries, step.note, step.told, step.started_at, step.finished_at = 0, None, None, None, None
            step.done_bytes = step.total_bytes = None
    row.status, row.holds, row.attempt = "queued", row.resource_id, row.attempt + 1
    row.error_code = row.error_message = row.next_step = row.finished_at = row.cancel_at = None
    row.next_at, row.waits, row.version = now, 0, row.version + 1
    row.caller, row.requested_by = acting_as.packed(caller), caller.name
    _flush(session, row.resource_name)
    _told(session, runtime, caller, row, "move.retry", attempt=row.attempt)
    return row


def steps_of(session: Session, row: Move) -> Sequence[MoveStep]:
    return repository.steps(session, row.id)


def _require(found: Plan) -> None:
    if not found.against:
        return
    if found.refusal is not None:
        raise found.refusal
    raise MoveNotPossible(
        f"mcm cannot move '{found.row.name}' to '{found.target.name}': "
        + "; ".join(one.text for one in found.against),
        message_zh=f"无法将“{found.row.name}”迁移到“{found.target.name}”："
        + "；".join(one.text_zh for one in found.against),
        next_step="a person can: " + "; ".join(one.text for one in found.person),
        next_step_zh="需人工处理：" + "；".join(one.text_zh for one in found.person),
        details={
            "against": [one.model_dump() for one in found.against],
            "person": [one.model_dump() for one in found.person],
        },
    )  # fmt: skip


def _verified(session: Session, row: Move) -> bool:
    steps = repository.steps(session, row.id)
    return any(step.name == NO_WAY_BACK and step.status == "done" for step in steps)


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        # The unique column `holds` decides.
        raise _busy(name, "") from error


def _busy(name: str, other: str) -> MoveBusy:
    return MoveBusy(
        f"'{name}' is on its way already{f' (move {other})' if other else ''}",
        next_step=f"mcm move show {other}" if other else "mcm move list",
    )


def _show(row: Move) -> str:
    return f"mcm move show {row.id}"


def _told(session: Session, runtime: "Runtime", caller: Caller, row: Move, action: str, **details: object) -> None:
    told = {"name": row.resource_name, "from": row.account_name, "to": row.target_account_name, **details}
    audit.record(session, caller, action, "move", row.id, details=told)
    telling.tell(session, row, repository.steps(session, row.id))
    after_commit(session, lambda: runner.wake(runtime))
