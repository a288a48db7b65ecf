"""TLS: verified unless an operator says otherwise, for every service, with their own authority where they have one."""

from collections.abc import Callable, Iterator

import pytest

from mcm.contract import Region, ResourceKind, TlsSettings, Unreachable
from mcm.contract.conformance.context import PlainContext
from tests.harness.proxy.certificates import Certificates, Identity
from tests.providers.openstack.stub import Stub, running

REGION = Region("RegionOne", "RegionOne", frozenset({ResourceKind.SUBNET}))


@pytest.fixture(scope="module")
def certificates() -> Iterator[Certificates]:
    made = Certificates()
    yield made
    made.close()


@pytest.fixture
def server(certificates: Certificates) -> Iterator[Callable[[Identity], Stub]]:
    started = []

    def start(identity: Identity) -> Stub:
        block = running(certificates.context(identity))
        stub = block.__enter__()
        started.append(block)
        stub.put("network", "/subnets", {"subnets": []})
        return stub

    yield start
    for block in started:
        block.__exit__(None, None, None)


def read(stub: Stub, context: PlainContext | None = None, **config: object) -> None:
    provider = stub.connect(context, **config)
    try:
        assert list(provider.collect(ResourceKind.SUBNET, REGION)) == []
    finally:
        provider.close()


def test_an_unknown_authority_is_refused(server: Callable[[Identity], Stub]) -> None:
    with pytest.raises(Unreachable, match="not trusted; give its certificate authority with 'cacert'"):
        read(server(Identity.TRUSTED))


def test_an_own_authority_is_trusted(server: Callable[[Identity], Stub], certificates: Certificates) -> None:
    stub = server(Identity.TRUSTED)
    read(stub, cacert=str(certificates.ca_file))
    read(stub, PlainContext(tls=TlsSettings(ca_file=str(certificates.ca_file))))


@pytest.mark.parametrize("identity", [Identity.UNTRUSTED, Identity.SELF_SIGNED, Identity.WRONG_NAME, Identity.EXPIRED])
def test_a_wrong_certificate_is_refused(
    server: Callable[[Identity], Stub], certificates: Certificates, identity: Identity
) -> None:
    with pytest.raises(Unreachable, match="certificate"):
        read(server(identity), cacert=str(certificates.ca_file))


def test_verification_can_be_switched_off(server: Callable[[Identity], Stub]) -> None:
    stub = server(Identity.SELF_SIGNED)
    read(stub, verify="false")
    read(stub, PlainContext(tls=TlsSettings(verify=False)))


def test_a_server_without_tls(stub: Stub) -> None:
    with pytest.raises(Unreachable, match="does not speak TLS"):
        stub.connect(auth_url=stub.url.replace("http://", "https://")).check()
