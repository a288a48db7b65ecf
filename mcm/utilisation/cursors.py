"""What the cursor of a listing by name holds."""

from sqlalchemy.orm import Session

from mcm.errors import BadRequest
from mcm.tenancy import sight


def text(session: Session, cursor: str) -> str:
    """Raises BadRequest for what no listing gave out."""
    (found,) = sight.values_of(session, cursor, 1)
    if not isinstance(found, str) or "\0" in found:
        raise BadRequest("the cursor is not one that this listing gave out", next_step="start without one")
    return found
