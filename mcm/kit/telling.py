"""What a log line says of the request it belongs to."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Told:
    """Filled while the request goes on: whoever learns who asks notes it, also in a thread with a copied context."""

    request_id: str = ""
    principal_id: str = ""


_NOTHING = Told()
_current: ContextVar[Told] = ContextVar("mcm_told", default=_NOTHING)


def begin(request_id: str) -> None:
    """From here on, in this context and in what it starts."""
    _current.set(Told(request_id))


def note_principal(principal_id: str) -> None:
    found = _current.get()
    if found is not _NOTHING:
        found.principal_id = principal_id


def current() -> Told:
    return _current.get()
