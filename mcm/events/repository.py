"""SQL of events. What of them somebody may see is decided by `mcm.events.sieve`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mcm.models import Event

PAGE = 500


def after(session: Session, number: int, limit: int = PAGE, kinds: Collection[str] = ()) -> Sequence[Event]:
    """In the order in which they were committed. kinds: only these; none: all."""
    query = select(Event).where(Event.id > number)
    if kinds:
        query = query.where(Event.kind.in_(sorted(kinds)))
    return session.scalars(query.order_by(Event.id).limit(limit)).all()


def bounds(session: Session) -> tuple[int, int]:
    """The numbers of the oldest and the newest event; (0, 0) without any."""
    oldest, newest = session.execute(select(func.min(Event.id), func.max(Event.id))).one()
    return oldest or 0, newest or 0


def before_since(session: Session, instant: datetime) -> int | None:
    """The position after which all events since then come; None: there are none.

    By the first of them, not by the last older one: an event of a long transaction is older than its number."""
    # + 0: else SQLite walks by number, from the oldest on, until one is recent.
    first = session.scalar(select(func.min(Event.id + 0)).where(Event.at >= instant))
    return None if first is None else first - 1


def prune(session: Session, before: datetime) -> None:
    """The newest stays however old it is: a database that lost it would give its number to another."""
    newest = select(func.max(Event.id)).scalar_subquery()
    session.execute(
        delete(Event).where(Event.at < before, Event.id < newest).execution_options(synchronize_session=False)
    )
