"""What the cursors of this room's listings hold. Each raises BadRequest for what no listing gave out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from mcm.errors import BadRequest
from mcm.kit import clock
from mcm.tenancy import sight

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A page before it is shown."""

    items: Sequence[T]
    next_cursor: str | None


def text(session: Session, cursor: str) -> str:
    (found,) = sight.values_of(session, cursor, 1)
    return _text(found)


def number(session: Session, cursor: str) -> int:
    (found,) = sight.values_of(session, cursor, 1)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**31:
        raise _strange()
    return found


def instant_and_id(session: Session, cursor: str) -> tuple[datetime, str]:
    at, ident = sight.values_of(session, cursor, 2)
    try:
        return clock.from_text(_text(at)), _text(ident)
    except (ValueError, OverflowError) as error:
        raise _strange() from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise _strange()
    return value


def _strange() -> BadRequest:
    return BadRequest("the cursor is not one that this listing gave out", next_step="start without one")
