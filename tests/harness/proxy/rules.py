"""Which request meets which fault: the base class of faults, rules with their counts, and the book of rules."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Protocol

from tests.harness.proxy.certificates import Identity
from tests.harness.proxy.messages import Answer, Request

Match = str | re.Pattern[str] | Callable[[Request], bool]


def anything(request: Request) -> bool:
    """Matches every request, and is the only match for a fault that strikes before a request is read."""
    return True


def by_action(*names: str) -> Callable[[Request], bool]:
    """Matches calls by the API's name of them, for the APIs in which every call is a POST of one path."""
    return lambda request: request.action in names


def mutating(request: Request) -> bool:
    """Matches every call that changes something at the cloud."""
    return request.mutating


class Exchange(Protocol):
    """One request being served, as a fault sees it."""

    @property
    def request(self) -> Request: ...
    def client_gone(self, seconds: float | None) -> bool:
        """Wait until the client hangs up (True) or the time is over (False). None: as long as it takes."""

    def pause(self, seconds: float) -> bool:
        """Sleep, whether or not the client stays. False when the proxy was stopped meanwhile."""


class Arrival(Protocol):
    """A connection just accepted, before a byte of it was read."""

    identity: Identity

    def reset(self) -> None: ...
    def client_gone(self, seconds: float | None) -> bool: ...


class Fault:
    """What goes wrong. A fault may strike before the upstream is asked, after it has answered, or both."""

    def before(self, exchange: Exchange) -> Answer | None:
        """An answer to give in the upstream's place, which then never sees the request; None lets it through."""
        return None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        """The answer to give instead. None: nothing to spoil here, and the rule is not used up."""
        return answer


class AcceptFault(Fault):
    """A fault that strikes when a connection arrives; its rule counts connections."""

    needs_tls = False

    def on_accept(self, arrival: Arrival) -> bool:
        """Whether the connection is to be served after all."""
        raise NotImplementedError


class Rule:
    """A fault for the requests that match: skips the first `after` of them, then strikes `times` (None: always).

    One rule may stand in the books of several proxies and counts them together.
    """

    def __init__(self, match: Match, fault: Fault, *, times: int | None = None, after: int = 0) -> None:
        if isinstance(fault, AcceptFault) and match is not anything:
            raise ValueError("a fault at accept strikes before any request is known: match `anything`")
        self.fault = fault
        self._match = _compile(match)
        self._times = times
        self._after = after
        self._lock = threading.Lock()
        self.seen = 0
        """Requests (or connections) that matched."""
        self.struck = 0
        """How often the fault was applied."""

    def claim(self, request: Request | None) -> bool:
        """Whether this request (None: a connection without one yet) is to be struck; counts it."""
        if request is not None and not self._match(request):
            return False
        with self._lock:
            self.seen += 1
            if self.seen <= self._after or (self._times is not None and self.struck >= self._times):
                return False
            self.struck += 1
            return True

    def release(self) -> None:
        """Give back a strike that found nothing to spoil."""
        with self._lock:
            self.struck -= 1


class RuleBook:
    """Rules in the order of their making; the first that has a strike left takes the request."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def remove(self, rule: Rule) -> None:
        with self._lock:
            self._rules.remove(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def for_request(self, request: Request) -> Rule | None:
        with self._lock:
            rules = (rule for rule in self._rules if not isinstance(rule.fault, AcceptFault))
            return next((rule for rule in rules if rule.claim(request)), None)

    def for_arrival(self) -> AcceptFault | None:
        with self._lock:
            for rule in self._rules:
                if isinstance(rule.fault, AcceptFault) and rule.claim(None):
                    return rule.fault
            return None


def _compile(match: Match) -> Callable[[Request], bool]:
    if isinstance(match, str | re.Pattern):
        pattern = re.compile(match)
        return lambda request: pattern.search(f"{request.method} {request.path}") is not None
    return match
