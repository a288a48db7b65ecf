"""The place before everything that changes a cloud: hooks that may refuse it (policies, budgets, freeze windows).

Reads do not pass here. Whatever changes a cloud gets its connection through `Gateway.lease(change=…)`, whoever asks:
a person, a schedule or a retry.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What is about to be asked of a cloud. action: its id (`instance.stop`); principal_id: for whom; operation_id: the
    row that says with which parameters."""

    action: str
    account_id: str
    resource_id: str
    principal_id: str
    operation_id: str = ""


AdmissionHook = Callable[[Change], None]


class Admission:
    """Asks every hook in order; the first that raises an McmError refuses, and nothing is sent."""

    def __init__(self) -> None:
        self._hooks: list[AdmissionHook] = []

    def add(self, hook: AdmissionHook) -> None:
        self._hooks.append(hook)

    def admit(self, change: Change) -> None:
        for hook in self._hooks:
            hook(change)
