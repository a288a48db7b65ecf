"""Ten thousand machines of the simulator."""

import pytest

from mcm.contract import ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.descriptor import DESCRIPTOR
from tests.harness import HarnessUnavailable
from tests.harness import vcsim as harness

pytestmark = [pytest.mark.vcsim, pytest.mark.soak]


def test_ten_thousand_instances_and_their_disks() -> None:
    try:
        server = harness.start(clusters=10, hosts=10, standalone_hosts=0, vms=1000)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    try:
        form = DESCRIPTOR.connection.validated(
            {"host": server.host, "port": server.port, "ca_file": str(server.certificate_file)},
            {"username": server.username, "password": server.password},
        )
        provider = VmwareProvider.connect(form, PlainContext(280.0))
        (region,) = provider.regions()
        for kind in (ResourceKind.INSTANCE, ResourceKind.VOLUME):
            assert len({one.native_id for one in provider.collect(kind, region)}) == 10_000
        provider.close()
    finally:
        server.stop()
