"""How a request can go wrong, whether the cloud has applied it or not, and what has to come of it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.harness.proxy import CutBody, DropAnswer, Fault, Garbage, Hang, Refuse, ResetMidBody, Status

# By name; given whether the cloud applies the request. None: cannot be had so.
Making = Callable[[bool], Fault | None]
FAULTS: dict[str, Making] = {
    "timeout": lambda applied: Hang(applied=applied),
    "5xx": lambda applied: Status(503, applied=applied),
    "dropped": lambda applied: DropAnswer() if applied else Refuse(),
}
MORE_FAULTS: dict[str, Making] = {
    "reset": lambda applied: DropAnswer(reset=True) if applied else None,
    "500": lambda applied: Status(500, applied=applied),
    "502": lambda applied: Status(502, applied=applied),
    "garbage": lambda applied: Garbage(content_type="text/xml", applied=applied),
    "no http": lambda applied: Garbage(http=False, applied=applied),
    "cut": lambda applied: CutBody() if applied else None,
    "reset in the middle": lambda applied: ResetMidBody() if applied else None,
}
KILL = "kill"


class Transition(NamedTuple):
    """The request of an action that goes wrong: its number among those that change something."""

    action: str
    request: int

    def __str__(self) -> str:
        return f"{self.action} {self.request}"


class Case(NamedTuple):
    transition: Transition
    applied: bool
    fault: str

    def __str__(self) -> str:
        return f"{self.transition}-{'applied' if self.applied else 'not applied'}-{self.fault}"


def cases(transitions: list[Transition], *faults: str) -> list[Case]:
    return list(_cases(transitions, faults))


def _cases(transitions: list[Transition], faults: tuple[str, ...]) -> Iterator[Case]:
    for transition in transitions:
        for applied in (True, False):
            for fault in faults:
                if fault == KILL or (FAULTS | MORE_FAULTS)[fault](applied) is not None:
                    yield Case(transition, applied, fault)


def made(case: Case) -> Fault:
    fault = (FAULTS | MORE_FAULTS)[case.fault](case.applied)
    assert fault is not None
    return fault


def every(requests: dict[str, int]) -> list[Transition]:
    """requests: how many each action takes."""
    return [Transition(action, number) for action, count in requests.items() for number in range(count)]
