"""How an adapter acts: it is given an order, sends one request for each step, and looks what became of it.

mcm decides when to send, when to look and whether to send again; an adapter never waits and never repeats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from mcm.contract.actions.params import Params
from mcm.contract.resources import Resource, ResourceRef

MAX_FACTS = 4_000


class Repeat(StrEnum):
    """What may be done when it is not known whether a step's request had its effect.

    harmless: it may be sent again at any time, the second changes nothing. token: the cloud itself knows the order's
    token; sent again it is the same request. look: what it makes carries the token; it may be sent again once `look`
    has said ABSENT. never: nobody can tell afterwards, so a person decides.
    """

    HARMLESS = "harmless"
    TOKEN = "token"  # noqa: S105
    LOOK = "look"
    NEVER = "never"


class Step(NamedTuple):
    """One request that changes something. undo: the step that takes it back when a later one fails; "": none."""

    name: str
    repeat: Repeat
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One operation as an adapter gets it.

    target  None where the action makes something new; then `region` says where
    token   "mcm-" and 32 hexadecimal digits: the same for everything that is sent for this operation
    step    the name of the step that is meant
    facts   what earlier steps and looks of this operation told, text to text
    """

    action: str
    target: ResourceRef | None
    region: str
    params: Params
    token: str
    step: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the cloud answered to a step. facts: what later steps and looks need, at most MAX_FACTS characters in all.

    made: what is new. request_id: the cloud's name of the request. shown: what was asked to be seen (a console link);
    it is given to whoever asked and kept nowhere."""

    facts: Mapping[str, str] = field(default_factory=dict)
    made: ResourceRef | None = None
    request_id: str = ""
    shown: Mapping[str, str] | None = None


class Seen(StrEnum):
    """absent: nothing of the step is there (never received, or not visible yet). unclear: it cannot be told."""

    ABSENT = "absent"
    UNDERWAY = "underway"
    DONE = "done"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a look told. percent: of the way, None when the cloud does not say. message: the cloud's sentence, for
    FAILED. resource: the target or what was made, as it is now, where the look read it whole."""

    seen: Seen
    percent: int | None = None
    message: str = ""
    made: ResourceRef | None = None
    resource: Resource | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Actor(Protocol):
    """Acts on what `descriptor.actions` offers. Every method raises only ProviderError.

    An error that says what the cloud refused (PermissionDenied, InvalidRequest, ResourceNotFound, ResourceBusy,
    CapacityExceeded, NotSupported, AuthenticationFailed, RateLimited) means: this request had no effect.
    Unreachable and UnexpectedResponse mean: it may have had one, if `context.sending()` was called before. Ending
    what is already gone, and setting what is already so, is no error."""

    def steps(self, order: Order) -> Sequence[Step]:
        """The steps of this order, at least one, in their order; no network. The same order, the same steps."""
        ...

    def send(self, order: Order) -> Receipt:
        """Sends the request of `order.step`, with at most one effect, and does not wait for the cloud to finish.

        Signs in and reads what it needs first, then calls `context.sending()`, then sends."""
        ...

    def look(self, order: Order) -> Outlook:
        """What became of `order.step`, sent or not; reads only. The receipt's facts, if one came, are the order's."""
        ...
