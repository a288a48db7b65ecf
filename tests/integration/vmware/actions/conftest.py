"""What tests of actions share: an estate of their own, and an instance of their own."""

from collections.abc import Iterator

import pytest

from mcm.contract import Resource, ResourceKind, ResourceRef
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness import HarnessUnavailable
from tests.harness import vcsim as harness
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator

K = ResourceKind


@pytest.fixture(scope="module")
def vcsim() -> Iterator[VcsimServer]:
    """A cluster of two hosts and a host alone, with a template on it; actions leave it changed."""
    try:
        server = harness.start(clusters=1, hosts=2, vms=3, pools=1)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    with Operator(server) as operator:
        machine = operator.machines()[-1]
        operator.power(machine, False)
        machine.MarkAsTemplate()
    yield server
    server.stop()


@pytest.fixture
def context() -> PlainContext:
    return PlainContext(300.0)


@pytest.fixture
def provider(connect: Connect, context: PlainContext) -> VmwareProvider:
    return connect(context)


@pytest.fixture
def ref(provider: VmwareProvider, operator: Operator) -> ResourceRef:
    """An instance that runs and that no other test has."""
    region = provider.regions()[0]
    machines = [one for one in operator.machines() if not one.config.template]
    source = next(one for one in machines if one.name.startswith("DC0_C0"))
    made = operator.clone(source, f"own {len(machines)}")
    operator.power(made, True)
    return ResourceRef(K.INSTANCE, made.config.instanceUuid, "", region.native_id, f"VirtualMachine:{made._moId}")


@pytest.fixture
def template(provider: VmwareProvider) -> Resource:
    return next(iter(provider.collect(K.IMAGE, provider.regions()[0])))
