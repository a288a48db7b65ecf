"""The proxies of all services of an OpenStack as if they were one, with one ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import overload

from tests.harness.proxy.ledger import Call, Ledger
from tests.harness.proxy.openstack import OpenStackProxies
from tests.harness.proxy.rules import Fault, Match, Rule


class Joint:
    def __init__(self, proxies: OpenStackProxies) -> None:
        self._proxies = proxies
        self.ledger: Ledger = _JointLedger(proxies)

    def rule(self, match: Match, fault: Fault, *, times: int | None = None, after: int = 0) -> Rule:
        """`after` and `times` count the requests of all services together."""
        return self._proxies.rule(None, match, fault, times=times, after=after)

    def clear(self) -> None:
        self._proxies.clear()


class _JointLedger(Ledger):
    """In the order of the requests within each service."""

    def __init__(self, proxies: OpenStackProxies) -> None:
        super().__init__()
        self._proxies = proxies

    def clear(self) -> None:
        for proxy in self._proxies.proxies():
            proxy.ledger.clear()

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return self._proxies.ledger()[index]

    def __len__(self) -> int:
        return len(self._proxies.ledger())

    def __iter__(self) -> Iterator[Call]:
        return iter(self._proxies.ledger())
