"""Starts the clouds that are acted on, each with its fault proxy."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from tests.baddays.acting.amazon import Amazon
from tests.baddays.acting.openstack import OpenStack
from tests.baddays.acting.vsphere import Vsphere
from tests.baddays.acting.ways import Cloud
from tests.harness import moto, vcsim
from tests.harness.openstack import cloud as openstacks
from tests.harness.proxy import FaultProxy, OpenStackProxies
from tests.integration.aws.acting import REGION
from tests.integration.vmware.operator import Operator


@contextmanager
def vsphere(instances: int = 30) -> Iterator[Cloud]:
    """One cluster of two hosts, with a template."""
    server = vcsim.start(clusters=1, hosts=2, standalone_hosts=0, vms=instances)
    try:
        with FaultProxy(f"https://{server.host}:{server.port}", tls=True) as proxy, Operator(server) as operator:
            yield Vsphere(server, proxy, operator)
    finally:
        server.stop()


@contextmanager
def amazon() -> Iterator[Cloud]:
    server = moto.start(region=REGION)
    try:
        with FaultProxy(server.endpoint_url, tls=True) as proxy:
            yield Amazon(server, proxy)
    finally:
        server.stop()


@contextmanager
def openstack(name: str) -> Iterator[Cloud]:
    """The one that is up under this name, else one of its own that ends with it."""
    found = openstacks.find(name)
    with (
        nullcontext(found) if found is not None else openstacks.start() as running,
        OpenStackProxies(running.auth_url) as proxies,
        running.connect("admin") as connection,
    ):
        yield OpenStack(running, proxies, connection)
