"""libcloud's HTTP goes through the CallContext, whatever the driver and the environment say."""

from typing import Any

import pytest
from libcloud.common.base import Connection
from libcloud.compute.providers import DRIVERS
from libcloud.http import LibcloudConnection

from mcm.contract import InvalidRequest, NotSupported, ProxySettings, ResourceKind, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers._transport.requests_session import GuardedAdapter
from mcm_providers.libcloud.client import GuardedConnection, Line, NoRetry, driver_class
from mcm_providers.libcloud.drivers.table import driver_status
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve


class StrictContext(PlainContext):
    def allow_url(self, url: str) -> None:
        raise InvalidRequest("this address is forbidden")


def test_connecting_needs_no_network_and_no_time(connect: Connect, serve: Serve) -> None:
    context = PlainContext()
    context.arm(0.0)
    connect(serve(), context=context)
    assert context.dialled == context.calls == 0


def test_a_forbidden_address_is_refused_when_connecting(connect: Connect, serve: Serve) -> None:
    with pytest.raises(InvalidRequest, match="forbidden"):
        connect(serve(), context=StrictContext())


def test_every_request_is_counted_and_every_socket_dialled(serve: Serve, connect: Connect) -> None:
    server, context = serve(), PlainContext()
    provider = connect(server, context=context)
    provider.check()
    list(provider.collect(ResourceKind.INSTANCE, GLOBAL))
    assert context.calls == context.finished == sum(server.server.control.calls.values())
    assert context.dialled == 1
    assert context.received > 10_000


def test_the_environment_is_not_asked(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert connect(serve()).check().version == "4.20.0.0"


def test_the_configured_proxy_is_used(serve: Serve, connect: Connect) -> None:
    context = PlainContext(proxy=ProxySettings("http://127.0.0.1:9"))
    with pytest.raises(Unreachable):
        connect(serve(), context=context).check()


def test_a_connection_outside_of_a_call_is_refused() -> None:
    driver_class("cloudstack")
    with pytest.raises(RuntimeError):
        GuardedConnection("127.0.0.1", 80)


def test_a_client_certificate_would_take_another_transport() -> None:
    line = Line(PlainContext(), "test", "")
    with line.in_use(), pytest.raises(NotSupported):
        GuardedConnection("127.0.0.1", 443, secure=True, cert_file="cert.pem")


@pytest.mark.parametrize(
    ("host", "port", "secure", "address"),
    [
        ("cloud.example", 443, 1, "https://cloud.example:443"),
        ("cloud.example", 80, None, "http://cloud.example:80"),
        # libcloud drops these ports, and goes to another.
        ("cloud.example", 80, 1, "https://cloud.example:80"),
        ("cloud.example", 443, 0, "http://cloud.example:443"),
        ("::1", 8080, 0, "http://[::1]:8080"),
    ],
)
def test_the_address_is_the_one_given(host: str, port: int, secure: int | None, address: str) -> None:
    line = Line(PlainContext(), "test", "")
    with line.in_use():
        made = GuardedConnection(host, port, secure=secure)
    assert made.host == address
    assert isinstance(made.session.get_adapter("https://x"), GuardedAdapter)
    assert made.session.trust_env is False
    line.close()


def _subclasses(of: type[Any]) -> list[type[Any]]:
    return [of, *(one for inner in of.__subclasses__() for one in _subclasses(inner))]


def test_no_driver_that_may_be_used_escapes() -> None:
    """Every connection class of every driver that can be had, by force or not, is guarded and never retries."""
    usable = [str(name) for name in DRIVERS if driver_status(str(name)).forcible]
    assert len(usable) > 25
    for name in usable:
        found = driver_class(name)
        assert issubclass(found.connectionCls, Connection), name
    for connection in _subclasses(Connection):
        assert connection.conn_class is GuardedConnection, connection
        assert connection.retryCls is NoRetry, connection
    assert issubclass(GuardedConnection, LibcloudConnection)
