"""A TLS proxy is trusted through its authority, and every wrong certificate is refused by real clients."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import SSLError

from tests.harness.proxy import FaultProxy, HangAtAccept, Identity, ResetAtAccept, WrongCertificate, anything
from tests.integration.harness_proxy.stub import Reply, Stub


@pytest.fixture
def tls_proxy(stub: Stub) -> Iterator[FaultProxy]:
    with FaultProxy(stub.url, tls=True) as running:
        yield running


def trusting(proxy: FaultProxy, timeout: float = 30) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(proxy.ca_file))
    return httpx.Client(verify=context, trust_env=False, timeout=timeout)


def test_the_authority_makes_the_proxy_trusted(stub: Stub, tls_proxy: FaultProxy) -> None:
    stub.answer = lambda seen: Reply(b"x" * 300_000)
    with trusting(tls_proxy) as client:
        assert client.get(tls_proxy.url).content == b"x" * 300_000
        assert client.get(tls_proxy.url.replace("127.0.0.1", "localhost")).status_code == 200
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(tls_proxy.url, trust_env=False)


@pytest.mark.parametrize(
    ("identity", "complaint"),
    [
        (Identity.WRONG_NAME, "IP address mismatch"),
        (Identity.UNTRUSTED, "verify failed"),
        (Identity.SELF_SIGNED, "self.signed certificate"),
        (Identity.EXPIRED, "certificate has expired"),
    ],
)
def test_a_wrong_certificate_is_refused(tls_proxy: FaultProxy, identity: Identity, complaint: str) -> None:
    rule = tls_proxy.rule(anything, WrongCertificate(identity))
    with trusting(tls_proxy) as client, pytest.raises(httpx.ConnectError, match=complaint):
        client.get(tls_proxy.url)
    assert rule.struck == 1
    assert len(tls_proxy.ledger) == 0
    tls_proxy.clear()
    with trusting(tls_proxy) as client:
        assert client.get(tls_proxy.url).status_code == 200


def test_boto3_through_tls(moto_url: str, ec2: Any) -> None:
    with FaultProxy(moto_url, tls=True) as proxy:
        assert ec2(proxy.url, verify=str(proxy.ca_file)).describe_vpcs()["Vpcs"]
        proxy.rule(anything, WrongCertificate(Identity.UNTRUSTED))
        with pytest.raises(SSLError):
            ec2(proxy.url, verify=str(proxy.ca_file)).describe_vpcs()


def test_the_upstream_may_speak_tls_with_any_certificate(stub: Stub, tls_proxy: FaultProxy) -> None:
    with FaultProxy(tls_proxy.url, tls=True) as outer, trusting(outer) as client:
        assert client.post(outer.url, content=b"hello").status_code == 200
        assert stub.seen[0].body == b"hello"
        assert len(outer.ledger) == len(tls_proxy.ledger) == 1


def test_reset_and_silence_before_the_handshake(tls_proxy: FaultProxy) -> None:
    tls_proxy.rule(anything, ResetAtAccept(), times=1)
    with trusting(tls_proxy) as client, pytest.raises(httpx.TransportError):
        client.get(tls_proxy.url)
    tls_proxy.rule(anything, HangAtAccept(), times=1)
    with trusting(tls_proxy, timeout=0.3) as client, pytest.raises(httpx.ConnectTimeout):
        client.get(tls_proxy.url)
    with trusting(tls_proxy) as client:
        assert client.get(tls_proxy.url).status_code == 200


def test_only_a_tls_proxy_has_certificates(stub_proxy: FaultProxy) -> None:
    with pytest.raises(ValueError, match="tls=True"):
        stub_proxy.rule(anything, WrongCertificate())
    with pytest.raises(RuntimeError, match="TLS"):
        _ = stub_proxy.ca_file


def test_the_private_keys_are_gone_after_stop(stub: Stub) -> None:
    proxy = FaultProxy(stub.url, tls=True).start()
    folder = proxy.ca_file.parent
    assert folder.is_dir()
    proxy.stop()
    proxy.stop()
    assert not folder.exists()
