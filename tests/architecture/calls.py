"""One request that a changing route accepts, for the tests that try them all."""

from dataclasses import dataclass, field
from typing import Any

from mcm.auth.service import LOCAL_PRINCIPAL


@dataclass
class Call:
    """A request that succeeds, and the actions its audit rows name.

    body: as JSON; bytes are sent as they are. principal_id: who it is made as. once: fields of the answer that a
    repeated request no longer shows."""

    url: str
    actions: list[str]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    principal_id: str = LOCAL_PRINCIPAL
    once: tuple[str, ...] = ()
