"""How requests leave: guarded sockets, the governor, deadlines, size caps, proxies, no environment, no leaks."""

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.contract import (
    ConnectionForm,
    InvalidRequest,
    ProviderError,
    ProxySettings,
    ResourceKind,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws import transport
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.proxy import FaultProxy, Identity, WrongCertificate, anything
from tests.providers.aws.cloud import (
    ACCESS_KEY,
    REGION,
    SECRET_KEY,
    TOKEN,
    Asked,
    Cloud,
    Reply,
    connected,
    form_for,
    xml,
)

VPCS = xml("DescribeVpcs", "<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>")
ANSWERS = {"DescribeVpcs": VPCS}


class Recorded(PlainContext):
    """Remembers what the adapter reports."""

    def __init__(self, seconds: float = 20.0, **given: object) -> None:
        super().__init__(seconds=seconds, **given)  # type: ignore[arg-type]
        self.services: list[tuple[str, str]] = []
        self.statuses: list[int] = []
        self.allowed: list[str] = []
        self.dialled_to: list[tuple[str, int]] = []

    def before_call(self, service: str, region: str = "") -> None:
        super().before_call(service, region)
        self.services.append((service, region))

    def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
        super().after_call(status=status, received=received, retry_after=retry_after)
        self.statuses.append(status)

    def allow_url(self, url: str) -> None:
        self.allowed.append(url)

    def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
        self.dialled_to.append((host, port))
        return super().dial(host, port, timeout)


def read(provider: AwsProvider) -> list[str]:
    return [one.native_id for one in provider.collect(ResourceKind.NETWORK, REGION)]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(ANSWERS) as running:
        yield running


def test_one_socket_one_report_for_each_request(cloud: Cloud) -> None:
    context = Recorded()
    provider = connected(cloud, context)
    assert not context.dialled_to
    assert read(provider) == read(provider) == ["vpc-1"]
    assert context.services == [("ec2", "eu-central-1")] * 2
    assert context.statuses == [200, 200]
    assert context.received == 2 * len(VPCS.body)
    assert len(context.dialled_to) == 1, "the connection is kept"
    assert len(context.allowed) >= 2, "every address is shown to the guard"


def test_what_the_guard_forbids_is_not_asked(cloud: Cloud) -> None:
    class Forbidding(PlainContext):
        def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
            raise InvalidRequest(f"{host} is forbidden")

    with pytest.raises(InvalidRequest, match="forbidden"):
        read(connected(cloud, Forbidding()))
    assert not cloud.asked


def test_a_failed_request_is_reported_and_not_repeated(cloud: Cloud) -> None:
    cloud.answers["DescribeVpcs"] = Reply(b"", 500)
    context = Recorded()
    with pytest.raises(Unreachable):
        read(connected(cloud, context))
    assert context.statuses == [500]
    assert len(cloud.asked) == 1


def test_a_deadline_that_passed_asks_nothing(cloud: Cloud) -> None:
    context = Recorded()
    provider = connected(cloud, context)
    context.arm(0.0)
    with pytest.raises(Unreachable):
        read(provider)
    assert not cloud.asked


def test_a_silent_service_ends_with_the_deadline(cloud: Cloud) -> None:
    release = threading.Event()

    def silent(_: Asked) -> Reply:
        release.wait(30)
        return VPCS

    cloud.answers["DescribeVpcs"] = silent
    context = Recorded(seconds=3.0)
    try:
        with pytest.raises(Unreachable):
            read(connected(cloud, context))
    finally:
        release.set()
    assert context.statuses == [0]


@pytest.mark.parametrize("chunked", [False, True])
def test_an_endless_answer_is_cut_off(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, chunked: bool) -> None:
    monkeypatch.setattr(transport, "MAX_BODY_BYTES", 1000)
    cloud.answers["DescribeVpcs"] = Reply(VPCS.body + b" " * 1000, chunked=chunked)
    with pytest.raises(UnexpectedResponse, match="more than 1000 bytes"):
        read(connected(cloud))


def test_a_chunked_answer_is_read_whole(cloud: Cloud) -> None:
    cloud.answers["DescribeVpcs"] = Reply(VPCS.body, chunked=True)
    assert read(connected(cloud)) == ["vpc-1"]


def test_signed_with_the_credentials_of_the_form_and_nothing_else(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not with those of the environment or the home folder, nor sent where these say."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAHOME\naws_secret_access_key = home\n[other]\n"
    )
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nregion = ap-south-1\nendpoint_url = http://127.0.0.1:9/\nca_bundle = /nowhere\nretry_mode = wild\n"
    )
    for name, value in {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT",
        "AWS_SECRET_ACCESS_KEY": "environment",
        "AWS_SESSION_TOKEN": "environment",
        "AWS_PROFILE": "missing",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9/",
        "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:9/",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_RETRY_MODE": "nonsense",
        "AWS_MAX_ATTEMPTS": "7",
        "AWS_DATA_PATH": str(tmp_path),
        "AWS_USE_FIPS_ENDPOINT": "true",
        "REQUESTS_CA_BUNDLE": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    assert read(connected(cloud)) == ["vpc-1"]
    (asked,) = cloud.asked
    assert f"Credential={ACCESS_KEY}/" in asked.headers["authorization"]
    assert "/eu-central-1/ec2/aws4_request" in asked.headers["authorization"]
    assert "x-amz-security-token" not in asked.headers


def test_a_session_token_is_sent_when_there_is_one(cloud: Cloud) -> None:
    assert read(connected(cloud, token=TOKEN)) == ["vpc-1"]
    assert cloud.asked[0].headers["x-amz-security-token"] == TOKEN


def test_no_secret_in_logs_or_in_what_is_shown(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        provider = connected(cloud, token=TOKEN)
        read(provider)
        cloud.answers["DescribeVpcs"] = Reply(b"<html/>", 403)
        with pytest.raises(ProviderError) as caught:
            read(provider)
    shown = caplog.text + repr(provider) + repr(vars(provider)["_settings"]) + repr(caught.value)
    for secret in (ACCESS_KEY, SECRET_KEY, TOKEN):
        assert secret not in shown


def test_connecting_needs_no_network_and_refuses_what_cannot_work(tmp_path: Path) -> None:
    for config, said in (
        ({"region": "eu-central-1/../x"}, "region"),
        ({"region": "eu-central-1", "regions": "cn-north-1"}, "partition"),
        ({"partition": "aws-moon"}, "aws-moon"),
        ({"endpoint_url": "http://"}, "endpoint"),
        ({"endpoint_url": "http://user:word@127.0.0.1"}, "endpoint_url"),
        ({"ca_file": str(tmp_path / "missing.pem")}, "ca_file"),
    ):
        secrets = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY}
        with pytest.raises(InvalidRequest, match=said):
            AwsProvider.connect(DESCRIPTOR.connection.validated(config, secrets), PlainContext())
    with pytest.raises(InvalidRequest, match="secret_access_key"):
        AwsProvider.connect(ConnectionForm({}, {"access_key_id": ACCESS_KEY}), PlainContext())


def test_the_configured_proxy_is_used_and_its_exceptions_are_not(cloud: Cloud) -> None:
    with Cloud(ANSWERS) as proxy:
        context = Recorded(proxy=ProxySettings(proxy.url))
        assert read(connected(cloud, context)) == ["vpc-1"]
        assert len(proxy.asked) == 1
        assert not cloud.asked
        context = Recorded(proxy=ProxySettings(proxy.url, no_proxy=("127.0.0.1",)))
        assert read(connected(cloud, context)) == ["vpc-1"]
        assert len(proxy.asked) == len(cloud.asked) == 1


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_tls_is_verified(cloud: Cloud) -> None:
    with FaultProxy(cloud.url, tls=True) as tls:
        trusting = form_for(tls.url, ca_file=str(tls.ca_file))
        assert read(AwsProvider.connect(trusting, PlainContext())) == ["vpc-1"]
        in_context = PlainContext(tls=TlsSettings(ca_file=str(tls.ca_file)))
        assert read(AwsProvider.connect(form_for(tls.url), in_context)) == ["vpc-1"]
        with pytest.raises(Unreachable, match="TLS"):
            read(AwsProvider.connect(form_for(tls.url), PlainContext()))
        unverified = form_for(tls.url, verify_tls="false")
        assert read(AwsProvider.connect(unverified, PlainContext())) == ["vpc-1"]


@pytest.mark.parametrize("identity", sorted(set(Identity) - {Identity.TRUSTED}, key=str))
def test_wrong_certificates_are_refused(cloud: Cloud, identity: Identity) -> None:
    with FaultProxy(cloud.url, tls=True) as tls:
        tls.rule(anything, WrongCertificate(identity))
        with pytest.raises(Unreachable, match="TLS"):
            read(AwsProvider.connect(form_for(tls.url, ca_file=str(tls.ca_file)), PlainContext()))
    assert not cloud.asked
