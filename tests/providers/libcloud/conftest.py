"""A CloudStack in this process, and connections to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mcm.contract import Region, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from tests.harness.replay.cloudstack_inside import Inside, running_inside
from tests.harness.replay.cloudstack_signing import ADMIN, Caller

Serve = Callable[..., Inside]
Connect = Callable[..., LibcloudProvider]

GLOBAL = Region("global", "global", frozenset(ResourceKind))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a replay server: `serve(instances=…, page_cap=…)`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running_inside(**{"instances": 30, "page_cap": 10, **options}))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects to one: `connect(server, caller, context=…, **config)`."""
    with ExitStack() as stack:

        def connected(
            server: Inside, caller: Caller = ADMIN, context: PlainContext | None = None, **config: object
        ) -> LibcloudProvider:
            form = DESCRIPTOR.connection.validated(server.config(**config), server.secrets(caller))
            provider = LibcloudProvider.connect(form, context or PlainContext())
            stack.callback(provider.close)
            return provider

        yield connected
