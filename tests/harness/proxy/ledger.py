"""The record of every call that reached the upstream, kept to prove that an action happened at most once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from tests.harness.proxy.messages import Request


@dataclass
class Call:
    """One call sent to the upstream. It is written down before it is sent and completed as it proceeds."""

    method: str
    path: str
    action: str | None
    mutating: bool
    body_sha256: str
    token: str | None
    status: int | None = None
    """What the upstream answered; None while it has not, or when it broke off."""
    answered: int | None = None
    """The status the client was sent, which a fault may have changed; None: no HTTP answer was sent."""
    delivered: bool = False
    """Whether the answer went out whole. It was handed to the socket; whether the client read it cannot be known."""

    @classmethod
    def of(cls, request: Request) -> Call:
        return cls(request.method, request.path, request.action, request.mutating, request.body_sha256, request.token)

    @property
    def took_effect(self) -> bool | None:
        """A change the upstream accepted. None when it broke off before answering, so nobody can tell."""
        if not self.mutating:
            return False
        return None if self.status is None else self.status < 400


class Ledger(Sequence[Call]):
    """Calls in the order in which they were sent; read it like a list, from any thread."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def open(self, request: Request) -> Call:
        call = Call.of(request)
        with self._lock:
            self._calls.append(call)
        return call

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def mutations(self) -> list[Call]:
        return [call for call in self if call.mutating]

    def effects(self) -> list[Call]:
        """Changes that the upstream accepted; calls with one idempotency token are one effect."""
        seen: set[tuple[str | None, str]] = set()
        effects = []
        for call in self:
            if not call.took_effect:
                continue
            if call.token:
                if (call.action, call.token) in seen:
                    continue
                seen.add((call.action, call.token))
            effects.append(call)
        return effects

    def by_action(self, action: str) -> list[Call]:
        return [call for call in self if call.action == action]

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        with self._lock:
            return self._calls[index]

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))
