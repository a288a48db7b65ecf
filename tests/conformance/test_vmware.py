"""vSphere under the conformance suite, against the simulator as it is and behind a proxy that pages like vCenter."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.base import ConformanceFixtures, Connect, Scope
from mcm.contract.conformance.suite import ProviderConformance
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.descriptor import DESCRIPTOR
from tests.harness import HarnessUnavailable
from tests.harness import vcsim as harness
from tests.harness.proxy import FaultProxy, by_action
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.operator import Operator, vim
from tests.integration.vmware.paging import FIRST, NEXT, Paged

pytestmark = pytest.mark.vcsim
_DATACENTERS, _CLUSTERS, _HOSTS, _VMS = 2, 2, 2, 4
_MACHINES = (_CLUSTERS + 1) * _VMS  # in each datacenter; a standalone host has as many as a cluster
_K = ResourceKind


@pytest.fixture(scope="module")
def estate() -> Iterator[VcsimServer]:
    """Two datacenters, with a template, a snapshot and labels."""
    try:
        server = harness.start(datacenters=_DATACENTERS, clusters=_CLUSTERS, hosts=_HOSTS, vms=_VMS, pools=1)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    with Operator(server) as operator:
        for datacenter in operator.datacenters():
            first, second = operator.machines(below=datacenter)[:2]
            operator.do(first.CreateSnapshot_Task("before", "", False, False))
            operator.set_attribute(first, "owner", "team a")
            operator.power(second, False)
            second.MarkAsTemplate()
        operator.tag(first, "tier", "gold")
    yield server
    server.stop()


class Vmware(ConformanceFixtures):
    without: ClassVar[Mapping[str, str]] = {"durable_feed": "the provider's cursors die with their connection"}

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, estate: VcsimServer) -> ConnectionForm:
        return DESCRIPTOR.connection.validated(
            {"host": estate.host, "port": estate.port, "ca_file": str(estate.certificate_file)},
            {"username": estate.username, "password": estate.password},
        )

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm, estate: VcsimServer) -> Connect:
        wrong = ConnectionForm(form.config, {"username": estate.username, "password": "not-the-password"})
        return lambda context: VmwareProvider.connect(wrong, context)

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(DESCRIPTOR.kinds)

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls, estate: VcsimServer) -> Mapping[Scope, int]:
        with Operator(estate) as operator:
            datacenters = [one._moId for one in operator.datacenters()]
        counts = {
            _K.INSTANCE: _MACHINES - 1,
            _K.IMAGE: 1,
            _K.SNAPSHOT: 1,
            _K.VOLUME: _MACHINES,
            _K.HOST: _CLUSTERS * _HOSTS + 1,
            _K.CLUSTER: _CLUSTERS,
            _K.DATASTORE: 1,
            # The root pool of each cluster and of the standalone host, and one more in each cluster.
            _K.RESOURCE_POOL: 2 * _CLUSTERS + 1,
            _K.FOLDER: 4,
        }
        return {(datacenter, kind): count for datacenter in datacenters for kind, count in counts.items()}

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls, estate: VcsimServer) -> Callable[[], tuple[Scope, str]]:
        def change() -> tuple[Scope, str]:
            with Operator(estate) as operator:
                datacenter = operator.datacenters()[0]
                machine = next(one for one in operator.machines(below=datacenter) if not one.config.template)
                operator.power(machine, machine.runtime.powerState != vim.VirtualMachine.PowerState.poweredOn)
                return (datacenter._moId, _K.INSTANCE), machine.config.instanceUuid

        return change


class TestVcsim(Vmware, ProviderConformance):
    without: ClassVar[Mapping[str, str]] = {
        **Vmware.without,
        "pages": "the simulator ignores maxObjects; behind the proxy below it does not",
    }


class TestPagedVcsim(Vmware, ProviderConformance):
    """Not more than three objects come in one answer, of whatever kind."""

    without: ClassVar[Mapping[str, str]] = {
        **Vmware.without,
        "test_every_socket_is_dialled": "the proxy opens its own sockets in this process; shown above, without it",
    }

    @pytest.fixture(scope="class")
    @classmethod
    def proxy(cls, estate: VcsimServer) -> Iterator[FaultProxy]:
        with FaultProxy(f"https://{estate.host}:{estate.port}", tls=True) as standing:
            standing.rule(by_action(FIRST, NEXT), Paged(3))
            yield standing

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, estate: VcsimServer, proxy: FaultProxy) -> ConnectionForm:
        return DESCRIPTOR.connection.validated(
            {"host": "127.0.0.1", "port": proxy.port, "ca_file": str(proxy.ca_file)},
            {"username": estate.username, "password": estate.password},
        )

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls, estate: VcsimServer) -> Scope:
        with Operator(estate) as operator:
            return operator.datacenters()[0]._moId, _K.INSTANCE
