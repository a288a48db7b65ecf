"""Connections to simulated clouds; every test begins and ends without any."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mcm.contract import Region, Resource, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from mcm_providers.simulated.world import worlds

Account = Callable[..., SimulatedProvider]


@pytest.fixture
def account() -> Iterator[Account]:
    """account(context=None, token="", **config): a connection; 40 instances of cloud "c" in "bj-1" where not told."""

    def connected(context: PlainContext | None = None, token: str = "", **config: Any) -> SimulatedProvider:
        answers = {"cloud_id": "c", "instances": 40, "regions": "1", "page_size": 10} | config
        form = DESCRIPTOR.connection.validated(answers, {"token": token} if token else {})
        return SimulatedProvider.connect(form, context or PlainContext())

    worlds.clear()
    yield connected
    worlds.clear()


@pytest.fixture
def home() -> Region:
    return Region("bj-1", "Beijing", frozenset(ResourceKind))


@pytest.fixture
def listed(home: Region) -> Callable[..., dict[str, Resource]]:
    """listed(provider, kind=INSTANCE): by native id."""

    def read(provider: SimulatedProvider, kind: ResourceKind = ResourceKind.INSTANCE) -> dict[str, Resource]:
        return {one.native_id: one for one in provider.collect(kind, home)}

    return read
