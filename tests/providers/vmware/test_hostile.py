"""Answers of a network that means no good, and a network that does not work."""

import socket
import threading
from collections.abc import Callable

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    ProxySettings,
    RateLimited,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware import soap
from mcm_providers.vmware.soap import text
from mcm_providers.vmware.transport import Transport
from tests.harness.proxy.certificates import Identity
from tests.providers.vmware.answers import Answer, Reply, answer, content, document, fault, machine, page, uuid
from tests.providers.vmware.vcenter import DATACENTER, Vcenter

RETRIEVE = "RetrievePropertiesEx"
HOST = ResourceKind.HOST
_DATACENTERS = page([content("Datacenter", "datacenter-2", {"name": "DC0"})])


def raised(reply: Answer, kind: ResourceKind = HOST) -> ProviderError:
    with Vcenter({RETRIEVE: reply}) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        with pytest.raises(ProviderError) as caught:
            list(provider.collect(kind, DATACENTER))
        provider.close()
        assert context.calls == context.finished
    return caught.value


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"<html></html>", content_type="text/html"), UnexpectedResponse),
        (Reply(b"", 404), UnexpectedResponse),
        (Reply(b"", 302, headers={"Location": "https://169.254.169.254/"}), UnexpectedResponse),
        (Reply(b"no", 401, content_type="text/plain"), AuthenticationFailed),
        (Reply(b"no", 403, content_type="text/html"), PermissionDenied),
        (fault("NoPermission", "no", "<privilegeId>System.View</privilegeId>"), PermissionDenied),
        (Reply(fault("NoPermission").body, 403), PermissionDenied),
        (Reply(b"", 429), RateLimited),
        (Reply(b"busy", 503, headers={"Retry-After": "7"}), RateLimited),
        (Reply(b"busy", 503), Unreachable),
        (Reply(b"<html>", 502, content_type="text/html"), Unreachable),
        (Reply(b"<html>", 500, content_type="text/html"), Unreachable),
        (Reply(b"x", 504), Unreachable),
        (Reply(b"<a/>", 500), UnexpectedResponse),
        (Reply(page([]).body, 500), UnexpectedResponse),
        (Reply(b"<root/>"), UnexpectedResponse),
        (Reply(b"\xff\xfe\x00"), UnexpectedResponse),
        (Reply(page([machine(1)]).body.replace(b"vm-1", b"vm-\xff\xfe")), UnexpectedResponse),
        (answer(RETRIEVE, "<returnval><objects/></returnval>"), UnexpectedResponse),
        (answer(RETRIEVE, "<returnval><objects><name>x</name></objects></returnval>"), UnexpectedResponse),
        (answer(RETRIEVE, "<returnval><objects><obj>x</obj></objects></returnval>"), UnexpectedResponse),
        (
            answer(
                RETRIEVE,
                '<returnval><objects><obj type="HostSystem">host-1</obj><propSet/></objects></returnval>',
            ),
            UnexpectedResponse,
        ),
        (fault("SystemError", "out of memory"), Unreachable),
        (fault("HostCommunication"), Unreachable),
        (fault("InvalidProperty", "", "<name>config.newer</name>"), InvalidRequest),
        (fault("MethodNotFound"), NotSupported),
        (fault("TaskInProgress"), ResourceBusy),
        (fault("NotFound"), InvalidRequest),
        (fault("SomethingNew", "what?"), UnexpectedResponse),
        (Reply(document("<soapenv:Fault><faultcode>x</faultcode></soapenv:Fault>"), 500), UnexpectedResponse),
        # A fault under status 200, as some gateways rewrite it.
        (Reply(fault("SystemError").body), Unreachable),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value.status}",
)
def test_each_refusal_becomes_what_mcm_reacts_to(reply: Reply, error: type[ProviderError]) -> None:
    assert type(raised(reply)) is error


def test_how_long_to_wait_is_passed_on() -> None:
    error = raised(Reply(b"", 429, headers={"Retry-After": "7"}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7.0


def test_an_object_that_is_not_there_says_so() -> None:
    error = raised(fault("ManagedObjectNotFound", "", '<obj type="HostSystem">host-9</obj>'))
    assert isinstance(error, ResourceNotFound)


def test_a_broken_second_value_is_no_listing() -> None:
    strange = page([machine(1, config__hardware__numCPU="four")])
    assert type(raised(lambda asked: strange, ResourceKind.INSTANCE)) is UnexpectedResponse


def test_a_property_of_three_parts_is_no_listing() -> None:
    body = page([machine(1)]).body.replace(b"</name>", b"</name><between/>", 1)
    assert type(raised(lambda asked: Reply(body), ResourceKind.INSTANCE)) is UnexpectedResponse


def test_entities_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    body = page([content("HostSystem", "host-1", {"name": "NAME"})]).body
    body = body.replace(b"<soapenv:Envelope", f"<!DOCTYPE x [{bomb}]><soapenv:Envelope".encode(), 1)
    with Vcenter({RETRIEVE: Reply(body.replace(b"NAME", b"&e8;"))}) as vcenter:
        try:
            (found,) = vcenter.connect().collect(HOST, DATACENTER)
        except UnexpectedResponse:
            return
        assert len(found.name) <= 1024


def test_files_are_not_read(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret.txt"
    with open(secret, "w", encoding="utf-8") as file:
        file.write("canary-file-content")
    body = page([content("HostSystem", "host-1", {"name": "NAME"})]).body
    dtd = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}">]><soapenv:Envelope'.encode()
    body = body.replace(b"<soapenv:Envelope", dtd, 1).replace(b"NAME", b"a&f;")
    with Vcenter({RETRIEVE: Reply(body)}) as vcenter:
        try:
            found = list(vcenter.connect().collect(HOST, DATACENTER))
        except UnexpectedResponse:
            return
        assert "canary" not in repr(found)


def test_a_huge_name_is_cut_or_refused() -> None:
    with Vcenter({RETRIEVE: lambda asked: page([machine(1, name="n" * 9_000_000)])}) as vcenter:
        found = list(vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER))
    assert [len(one.name) for one in found] == [1024]
    too_long = page([machine(1, name="n" * 11_000_000)])
    assert type(raised(lambda asked: too_long, ResourceKind.INSTANCE)) is UnexpectedResponse


def test_an_object_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soap, "_LARGEST_ELEMENT", 100_000)
    values = "<val>" + "<x>y</x>" * 50_000 + "</val>"
    assert type(raised(page([content("HostSystem", "host-1", {"name": values})]))) is UnexpectedResponse


def test_deep_nesting_is_refused() -> None:
    value = "<val>" + "<x>" * 400 + "</x>" * 400 + "</val>"
    assert type(raised(page([content("HostSystem", "host-1", {"name": value})]))) is UnexpectedResponse


def test_names_with_every_kind_of_sign_survive() -> None:
    name = "<script>alert(1)</script> & 'quote' \u202e right 名字 \U0001f4bb =cmd|' /C calc'!A0"
    with Vcenter({RETRIEVE: lambda asked: page([machine(1, name=name)])}) as vcenter:
        (found,) = vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER)
    assert found.name == name


def test_what_is_sent_cannot_break_out_of_its_element() -> None:
    assert text("uuid", "</uuid><x>&") == "<uuid>&lt;/uuid&gt;&lt;x&gt;&amp;</uuid>"
    with pytest.raises(InvalidRequest):
        text("uuid", "a\x00b")


def test_gzip_is_understood_and_bounded() -> None:
    with Vcenter({RETRIEVE: page([machine(number) for number in range(500)])}) as vcenter:
        context = PlainContext()
        form = vcenter.form()
        provider = vcenter.connect(context)
        session = provider._session
        session.transport = Transport(
            context, "127.0.0.1", vcenter.port, TlsSettings(ca_file=form.text("ca_file")), compress=True
        )
        session._soap._transport = session.transport
        assert [one.native_id for one in provider.collect(HOST, DATACENTER)][:1] == ["vm-0"]
        assert context.received < 20_000
        assert "gzip" in vcenter.bodies(RETRIEVE)[0].headers["Accept-Encoding"]
        provider.close()


@pytest.mark.parametrize("headers", [{"Content-Encoding": "br"}, {"Content-Encoding": "gzip"}])
def test_a_coding_nobody_asked_for_or_a_wrong_one(headers: dict[str, str]) -> None:
    whole = page([machine(1)])
    assert type(raised(Reply(whole.body, headers=headers))) is UnexpectedResponse


def test_without_gzip_on_loopback() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        vcenter.connect().regions()
        assert vcenter.bodies(RETRIEVE)[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("identity", [Identity.UNTRUSTED, Identity.SELF_SIGNED, Identity.WRONG_NAME, Identity.EXPIRED])
def test_a_certificate_that_is_not_trusted_is_named_with_the_cure(identity: Identity) -> None:
    with Vcenter(identity=identity) as vcenter:
        with pytest.raises(Unreachable, match="ca_file") as caught:
            vcenter.connect().check()
        assert caught.value.native_code == "certificate_not_trusted"
        assert not vcenter.asked


def test_verification_can_be_switched_off() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}, identity=Identity.SELF_SIGNED) as vcenter:
        assert len(vcenter.connect(verify_tls=False, ca_file="").regions()) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    ending = Reply(_DATACENTERS.body, ends=True)
    with Vcenter({RETRIEVE: [ending, ending, _DATACENTERS]}) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        for _ in range(3):
            assert len(provider.regions()) == 1
        assert context.dialled == 3
        assert context.calls == context.finished
        provider.close()


def test_connections_are_kept() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        for _ in range(5):
            provider.regions()
        assert context.dialled == 1


def test_a_port_where_nobody_listens() -> None:
    with Vcenter() as vcenter:
        pass
    with pytest.raises(Unreachable):
        vcenter.connect(ca_file="", verify_tls=False).check()


def test_a_server_that_hangs_up_and_one_that_speaks_no_tls() -> None:
    def serve(answered: bytes) -> tuple[int, Callable[[], None]]:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(answered)

        threading.Thread(target=run, daemon=True).start()
        return listener.getsockname()[1], listener.close

    for answered in (b"", b"SSH-2.0-OpenSSH_9.2\r\n" * 20):
        port, close = serve(answered)
        with Vcenter() as vcenter, pytest.raises(Unreachable):
            vcenter.connect(port=port).check()
        close()


def test_a_proxy_is_asked_for_a_tunnel_and_refusing_is_unreachable() -> None:
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=refuse, daemon=True).start()
    proxy = ProxySettings(f"http://operator:pw%21@127.0.0.1:{listener.getsockname()[1]}")
    with Vcenter() as vcenter, pytest.raises(Unreachable, match="407") as caught:
        vcenter.connect(PlainContext(proxy=proxy)).check()
    listener.close()
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{vcenter.port} HTTP/1.".encode())
    assert b"Proxy-Authorization: Basic b3BlcmF0b3I6cHch" in asked[0]
    assert "pw" not in str(caught.value)


def test_an_excepted_host_goes_past_the_proxy() -> None:
    proxy = ProxySettings("http://127.0.0.1:9", no_proxy=("127.0.0.1",))
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        assert len(vcenter.connect(PlainContext(proxy=proxy)).regions()) == 1


def test_a_name_that_repeats_is_two_machines() -> None:
    with Vcenter({RETRIEVE: lambda asked: page([machine(1, name="a"), machine(2, name="a")])}) as vcenter:
        found = list(vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER))
    assert [(one.name, one.native_id) for one in found] == [("a", uuid(1)), ("a", uuid(2))]
