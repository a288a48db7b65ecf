"""Connections to the simulator, and somebody who changes things in it."""

from collections.abc import Callable, Iterator

import pytest

from mcm.contract import ConnectionForm
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.descriptor import DESCRIPTOR
from tests.harness import HarnessUnavailable
from tests.harness import vcsim as harness
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.operator import Operator

Connect = Callable[..., VmwareProvider]


@pytest.fixture(scope="package")
def vcsim() -> Iterator[VcsimServer]:
    """Two datacenters in folders, with clusters, pools and hosts that stand alone. Every test leaves it as it was."""
    try:
        server = harness.start(datacenters=2, clusters=2, hosts=2, vms=3, pools=1, folders=1, portgroups=2)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture
def operator(vcsim: VcsimServer) -> Iterator[Operator]:
    with Operator(vcsim) as someone:
        yield someone


@pytest.fixture
def form(vcsim: VcsimServer) -> Callable[..., ConnectionForm]:
    """Answers for the simulator; keywords replace some of them, `password` the secret."""

    def made(**changed: object) -> ConnectionForm:
        password = str(changed.pop("password", vcsim.password))
        config = {"host": vcsim.host, "port": vcsim.port, "ca_file": str(vcsim.certificate_file), **changed}
        return DESCRIPTOR.connection.validated(config, {"username": vcsim.username, "password": password})

    return made


@pytest.fixture
def connect(form: Callable[..., ConnectionForm]) -> Iterator[Connect]:
    opened: list[VmwareProvider] = []

    def connected(context: PlainContext | None = None, **changed: object) -> VmwareProvider:
        opened.append(VmwareProvider.connect(form(**changed), context or PlainContext(300.0)))
        return opened[-1]

    yield connected
    for provider in opened:
        provider.close()


@pytest.fixture
def provider(connect: Connect) -> VmwareProvider:
    return connect()
