"""What an action is: the data that decides whether it may be asked for, what it needs and what it leads to."""

from dataclasses import dataclass
from enum import StrEnum

from mcm.contract.actions.params import Params
from mcm.contract.kinds import ResourceKind


class Effect(StrEnum):
    """sets: brings about a state, and asking twice is asking once. creates, destroys: makes or ends something.
    once: each request has an effect of its own (a reboot). shows: changes nothing (a console link)."""

    SETS = "sets"
    CREATES = "creates"
    DESTROYS = "destroys"
    ONCE = "once"
    SHOWS = "shows"


class Bill(StrEnum):
    """What it does to the bill: unknown where it depends on the cloud (what a stopped instance costs)."""

    SAME = "same"
    MORE = "more"
    LESS = "less"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Action:
    """One verb of the action model.

    id            "<kind>.<verb>"
    kind          of the target; of what is made where `targets` is false
    states        canonical states of the target in which it may be asked for; empty: any
    tasks         task states in which it may be asked for; empty: none may be in flight
    leads_to      the target's states when it is done; empty: the state stays, or there is no target
    by_way_of     states in between
    destructive   something is lost that `reversible_by` does not bring back
    reversible_by id of the action that takes it back; "": none does
    makes         the kind of what is new, where something is
    timeout_s     after this long without an end a person has to look
    """

    id: str
    kind: ResourceKind
    effect: Effect
    params: type[Params] = Params
    states: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    leads_to: frozenset[str] = frozenset()
    by_way_of: frozenset[str] = frozenset()
    bill: Bill = Bill.SAME
    destructive: bool = False
    reversible_by: str = ""
    makes: ResourceKind | None = None
    targets: bool = True
    timeout_s: int = 600

    @property
    def verb(self) -> str:
        return self.id.partition(".")[2]
