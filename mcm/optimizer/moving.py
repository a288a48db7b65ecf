"""Moves between clouds of an optimization: those that mcm can carry out become moves, the others stay with people."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view, view_of
from mcm.errors import McmError
from mcm.models import OptimizationRow
from mcm.moves import service as moves
from mcm.moves.schemas import MoveCreate
from mcm.moves.texts import told as said
from mcm.optimizer import service
from mcm.optimizer.errors import InvalidOptimization
from mcm.optimizer.schemas import Applied, ApplyRequest, MadeMove, Told

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

# Beyond it somebody chooses rows: each stops a machine, or doubles it.
MOST, SHOWN = 20, 100


def apply(
    session: Session, runtime: "Runtime", caller: Caller, optimization_id: str, wanted: ApplyRequest, *, dry_run: bool
) -> Applied:
    """Plans of what moves within a cloud, moves of the rest. Raises as `service.apply` does, and InvalidOptimization
    for more than MOST moves at once."""
    made = service.apply(
        session, runtime.registry, runtime.settings, caller, optimization_id, wanted, dry_run=dry_run
    )  # fmt: skip
    chosen = [
        one
        for one in service.all_rows(session, optimization_id)
        if one.data["how"] == "person" and one.resource_id and (not wanted.rows or one.number in wanted.rows)
    ]  # fmt: skip
    new = [one for one in chosen if not one.data.get("move_id")]
    if wanted.moves != "none" and len(new) > MOST and not dry_run:
        raise InvalidOptimization(
            f"{len(new)} moves between clouds are more than the {MOST} that begin at once",
            next_step="choose some of them: rows (mcm optimization apply ID --row N …)",
        )
    before = view_of(session)
    limit(session, view(caller, Permission.OPERATION_RUN))
    try:
        found = [_one(session, runtime, caller, one, wanted, dry_run=dry_run) for one in new[:SHOWN]]
    finally:
        limit(session, before)
    begun = len(chosen) - len(new) + sum(one.move_id is not None for one in found)
    return made.model_copy(update={"moves": found, "person": made.person - begun})


def _one(
    session: Session, runtime: "Runtime", caller: Caller, row: OptimizationRow, wanted: ApplyRequest, *, dry_run: bool
) -> MadeMove:
    account, region, *zone = str(row.data["target"]["location"]).split("/", 2)
    body = MoveCreate(
        resource=str(row.resource_id), account=account, region=region, stop=wanted.moves == "stop",
        params={"zone": zone[0]} if zone else {},
    )  # fmt: skip
    made = MadeMove(row=row.number, move_id=None, possible=True, against=[])
    try:
        shown = moves.preview(session, runtime, caller, body)
        if shown.against:
            against = [Told.model_validate(one.model_dump()) for one in shown.against]
            return made.model_copy(update={"possible": False, "against": against})
        if dry_run or wanted.moves == "none":
            return made
        move = moves.create(session, runtime, caller, body)
    except McmError as error:
        why = said("not_now", {"why": error.message, "why_zh": error.message_zh or error.message})
        return made.model_copy(update={"possible": False, "against": [Told.model_validate(why.model_dump())]})
    row.data = {**row.data, "move_id": move.id}
    session.flush()
    return made.model_copy(update={"move_id": move.id})
