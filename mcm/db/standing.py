"""Whether this database may act on clouds. One that came out of a copy or a backup only after a person confirmed it:

the original may still be at work, and two that read, and later change, the same clouds would be in each other's way.
"""

from sqlalchemy import Connection, delete, exists, insert, select
from sqlalchemy.orm import Session

from mcm.errors import Unavailable
from mcm.kit import clock
from mcm.models import Installation

READ_ONLY, CONFIRMED = "read_only", "confirmed"
_ONLY_ROW = 1
# Asked before whatever reaches a cloud, so it is built once.
_IS_READ_ONLY = (Installation.id == _ONLY_ROW, Installation.state != CONFIRMED)
_UNCONFIRMED = select(Installation).where(*_IS_READ_ONLY).execution_options(populate_existing=True)
# For the conditions of a statement.
MAY_ACT = ~exists().where(*_IS_READ_ONLY)
NEXT_STEP = "make sure that the original has ended, then run `mcm db confirm`"


class ReadOnly(Unavailable):
    """Nothing may be changed and no cloud read yet; what is stored can be read."""

    code = "read_only"


def mark_read_only(connection: Connection, note: str) -> None:
    """In the transaction that fills a new database. note: where its contents are from, for people."""
    connection.execute(delete(Installation))
    connection.execute(insert(Installation).values(id=_ONLY_ROW, state=READ_ONLY, restored_at=clock.now(), note=note))


def read_only(session: Session) -> Installation | None:
    """The row that says so; None where mcm may act."""
    return session.scalar(_UNCONFIRMED)


def require_confirmed(session: Session) -> None:
    found = read_only(session)
    if found is not None:
        raise ReadOnly(sentence(found), next_step=NEXT_STEP)


def sentence(found: Installation) -> str:
    when = clock.to_text(found.restored_at)[:16].replace("T", " ")
    return f"mcm is read-only: its data is {found.note}, since {when} UTC, and nobody has confirmed it yet"


def confirm(session: Session) -> Installation | None:
    """Lets mcm act from now on. None when nothing had to be confirmed."""
    found = session.scalar(select(Installation).where(Installation.state != CONFIRMED).with_for_update())
    if found is not None:
        found.state = CONFIRMED
        session.flush()
    return found
