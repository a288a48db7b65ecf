"""What of a move is told as an event, and when."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mcm.events import telling
from mcm.models import Move, MoveStep

# So many parts of a copy are told of at most.
_PARTS = 100


def current(steps: Sequence[MoveStep]) -> str | None:
    """The name of the step that is under way, or that the move failed at."""
    return next((one.name for one in steps if one.status in ("running", "failed")), None)


def tell(session: Session, row: Move, steps: Sequence[MoveStep]) -> None:
    telling.move(session, row, current(steps))


def mark(row: Move, steps: Sequence[MoveStep]) -> tuple[object, ...]:
    """What a page would draw anew after: as long as it is the same, nothing is told."""
    shown = (
        (one.status, one.operation_id, one.undo_operation_id, one.note, _part(one.done_bytes, one.total_bytes))
        for one in steps
    )
    return (row.status, row.cancel_at is not None, row.made_id, *shown)


def _part(done: int | None, total: int | None) -> int | None:
    return done if done is None or not total else done * _PARTS // total
