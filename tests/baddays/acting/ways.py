"""What a cloud of these tests is: a real server behind the fault proxy, fresh targets, and a witness of its own.

The witness asks past the proxy and past the adapter, so that nobody marks his own work.
"""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from tests.harness.proxy import Fault, Ledger, Rule
from tests.harness.proxy.rules import Match

# A cloud may hold what earlier runs have left.
numbers = itertools.count(secrets.randbelow(1 << 32))


@dataclass(frozen=True)
class Job:
    """What can be asked for. target: native id of what it acts on. along: kind and native id of what its parameters
    name, where the inventory has to know it. stale: the inventory is behind, and no state tells it."""

    target: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    along: tuple[str, str] | None = None
    stale: bool = False
    action: str = ""


class Way(NamedTuple):
    """One action. prepare: a fresh target. shows: whether the server shows its effect on the target; None: nothing
    does. What is made is told by the token, so there `shows` is not asked. alone: whether a look proves it without the
    cloud's answer; else it may have been so before."""

    prepare: Callable[[], Job]
    shows: Callable[[Job], bool | None] = lambda _: None
    alone: bool = True


class Proxies(Protocol):
    """A fault proxy, or several that count as one."""

    @property
    def ledger(self) -> Ledger: ...
    def rule(self, match: Match, fault: Fault, *, times: int | None = None, after: int = 0) -> Rule: ...
    def clear(self) -> None: ...


class Cloud(Protocol):
    """kinds: what its account is read for. `count`: how many things at the server carry the operation's token."""

    provider: str
    kinds: tuple[str, ...]

    @property
    def proxy(self) -> Proxies: ...
    @property
    def config(self) -> dict[str, Any]: ...
    @property
    def secrets(self) -> dict[str, str]: ...
    @property
    def ways(self) -> dict[str, Way]: ...
    def count(self, job: Job, token: str) -> int: ...
    def judged(self, native_id: str) -> bool:
        """Whether `state` can tell."""

    def state(self, native_id: str) -> str | None:
        """In mcm's words; None: it is gone."""

    def vanish(self, native_id: str) -> None:
        """Somebody else ends it."""


def prepare(cloud: Cloud, action: str) -> Job:
    return replace(cloud.ways[action].prepare(), action=action)
