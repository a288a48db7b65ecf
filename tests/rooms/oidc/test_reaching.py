"""Where mcm goes to reach a provider, and what it does when that does not answer as it should."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

import pytest

from mcm.gateway.egress import EgressGuard
from mcm.oidc import metadata as metadatas
from mcm.oidc import transport as transports
from mcm.oidc.errors import OidcUnavailable
from mcm.oidc.metadata import Directory
from mcm.oidc.transport import Peer, Transport
from mcm.settings import Settings
from tests.baddays.serving import Served
from tests.harness.oidc.hostile import HostileProvider
from tests.harness.ports import free_port
from tests.harness.proxy.certificates import Certificates, Identity
from tests.lab import Lab
from tests.rooms.oidc.browser import Browser
from tests.rooms.oidc.conftest import register
from tests.unit.gateway.test_egress import IN_IPV6, METADATA_4, METADATA_6, NUMERIC

OPEN = EgressGuard(private=("*",), loopback=True)
METADATA_HOSTS = [
    *METADATA_4,
    *(f"[{address}]" for address in METADATA_6),
    *(spell(address) for spell in NUMERIC for address in METADATA_4),
    *(f"[{hide(address)}]" for hide in IN_IPV6.values() for address in METADATA_4),
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the database."""
    return sqlite_url


def _transport(guard: EgressGuard = OPEN) -> Transport:
    return Transport(Settings(), guard)


@pytest.mark.parametrize("host", METADATA_HOSTS)
def test_a_metadata_address_is_never_an_issuer(host: str) -> None:
    peer = Peer("bad", f"https://{host}")
    with pytest.raises(OidcUnavailable, match=r"never allowed|no address of a single host|refused|cannot be reached"):
        _transport().send(peer, "discovery document", "GET", f"https://{host}/.well-known/openid-configuration")


@pytest.mark.parametrize("address", METADATA_4 + METADATA_6)
def test_a_name_that_leads_to_metadata_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, *args: object, **options: object) -> Sequence[tuple[object, ...]]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(OidcUnavailable, match="never allowed"):
        _transport().send(Peer("bad", "https://idp.example"), "key set", "GET", "https://idp.example/jwks")


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "userinfo_endpoint", "authorization_endpoint"])
@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "2852039166", "[64:ff9b::a9fe:a9fe]"])
def test_a_discovered_endpoint_leads_nowhere_forbidden(hostile: HostileProvider, name: str, host: str) -> None:
    hostile.behaviour.document = {name: f"https://{host}/latest/meta-data"}
    with pytest.raises(OidcUnavailable, match="never allowed"):
        Directory(_transport()).metadata(Peer("bad", hostile.issuer))


def test_a_private_address_is_for_the_issuer_itself_only(hostile: HostileProvider) -> None:
    guarded = _transport(EgressGuard(loopback=True))
    hostile.behaviour.document = {"token_endpoint": "https://10.1.2.3/token"}
    with pytest.raises(OidcUnavailable, match="private address"):
        Directory(guarded).metadata(Peer("bad", hostile.issuer))
    hostile.behaviour.document = {}
    assert Directory(guarded).metadata(Peer("good", hostile.issuer)).token_endpoint.startswith(hostile.issuer)
    with pytest.raises(OidcUnavailable, match="loopback"):
        Directory(_transport(EgressGuard())).metadata(Peer("bad", hostile.issuer.replace("http:", "https:")))


@pytest.mark.parametrize(
    "url",
    ["http://idp.example/token", "ftp://idp.example/", "https://user:word@idp.example/", "file:///etc/passwd", "token",
     "https://idp.example/#part", "https://idp.example/ x", "https://[::1", "javascript:alert(1)"],
)  # fmt: skip
def test_an_endpoint_that_is_not_plainly_https_is_refused(hostile: HostileProvider, url: str) -> None:
    hostile.behaviour.document = {"token_endpoint": url}
    with pytest.raises(OidcUnavailable):
        Directory(_transport()).metadata(Peer("bad", hostile.issuer))


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://127.0.0.1:1/", "/elsewhere"])
def test_redirects_are_not_followed(hostile: HostileProvider, target: str) -> None:
    hostile.behaviour.redirect = target
    with pytest.raises(OidcUnavailable, match="redirect"):
        Directory(_transport()).metadata(Peer("bad", hostile.issuer))
    assert hostile.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "document",
    [{"issuer": "https://other.example"}, {"issuer": None}, {"jwks_uri": None}, {"token_endpoint": 7},
     {"code_challenge_methods_supported": ["plain"]}, {"authorization_endpoint": ""}],
    ids=str,
)  # fmt: skip
def test_a_document_that_does_not_fit_is_refused(hostile: HostileProvider, document: dict[str, Any]) -> None:
    hostile.behaviour.document = document
    with pytest.raises(OidcUnavailable):
        Directory(_transport()).metadata(Peer("bad", hostile.issuer))


def test_the_issuer_is_compared_letter_by_letter(hostile: HostileProvider) -> None:
    with pytest.raises(OidcUnavailable, match="another issuer"):
        Directory(_transport()).metadata(Peer("bad", f"{hostile.issuer}/"))


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"{" * 100_000, b"\xff", b"x" * 600_000])
def test_an_answer_that_is_no_document_is_refused(hostile: HostileProvider, body: bytes) -> None:
    hostile.behaviour.body = body
    with pytest.raises(OidcUnavailable):
        Directory(_transport()).metadata(Peer("bad", hostile.issuer))


def test_a_provider_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; the whole never does."""
    monkeypatch.setattr(transports, "_DEADLINE_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip() -> None:
            connected, _ = listener.accept()
            with connected:
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10_000:
                    try:
                        connected.sendall(bytes([letter]))
                    except OSError:
                        break
                    if ended.wait(0.05):
                        break

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(OidcUnavailable, match="time ran out"):
            Directory(_transport()).metadata(Peer("slow", issuer))
        ended.set()
        thread.join(10)


def test_a_provider_that_is_down_is_not_asked_by_every_click(hostile: HostileProvider) -> None:
    directory, peer = Directory(_transport()), Peer("down", hostile.issuer)
    hostile.behaviour.status = 503
    for _ in range(5):
        with pytest.raises(OidcUnavailable):
            directory.metadata(peer)
    assert len(hostile.asked) == 1
    hostile.behaviour.status = 200
    assert directory.metadata(peer, fresh=True).issuer == hostile.issuer
    assert metadatas._FAILED_KEEP_S < 60


def test_a_provider_that_is_down_is_not_asked_for_its_keys_by_every_click(hostile: HostileProvider) -> None:
    directory, peer = Directory(_transport()), Peer("down", hostile.issuer)
    metadata = directory.metadata(peer)
    hostile.behaviour.status = 503
    before = len(hostile.asked)
    for _ in range(5):
        with pytest.raises(OidcUnavailable):
            directory.keys(peer, metadata, "one")
    assert len(hostile.asked) == before + 1
    hostile.behaviour.status = 200
    directory.metadata(peer, fresh=True)
    assert directory.keys(peer, metadata, None) is not None


def test_a_provider_that_hangs_keeps_few_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """One asks, some wait for a while, and all others are told at once; afterwards nobody asks for a time."""
    asking, answer, asked, refused = threading.Event(), threading.Event(), [], []

    def hanging(*_: object) -> None:
        asked.append(1)
        asking.set()
        answer.wait(60)
        raise OidcUnavailable("it hangs")

    monkeypatch.setattr(metadatas, "discovered", hanging)
    monkeypatch.setattr(metadatas, "_PATIENCE_S", 60.0)
    directory, peer = Directory(_transport()), Peer("slow", "https://slow.example")

    def ask() -> None:
        with pytest.raises(OidcUnavailable) as error:
            directory.metadata(peer)
        refused.append(error.value.message)

    first = threading.Thread(target=ask, daemon=True)
    first.start()
    assert asking.wait(60)
    others = [threading.Thread(target=ask, daemon=True) for _ in range(metadatas._WAITING + 5)]
    for other in others:
        other.start()
    while len(refused) < 5:
        assert first.is_alive()
        sleep(0.01)
    assert set(refused) == {"the OpenID provider answers too slowly"}
    monkeypatch.setattr(metadatas, "_PATIENCE_S", 0.01)
    answer.set()
    for thread in (first, *others):
        thread.join(60)
    assert len(refused) == metadatas._WAITING + 6
    assert len(asked) == 1


def test_who_waits_for_a_provider_that_hangs_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadatas, "_PATIENCE_S", 0.01)
    directory, peer = Directory(_transport()), Peer("slow", "https://slow.example")
    with directory._own(peer), pytest.raises(OidcUnavailable, match="too slowly"):
        directory.metadata(peer)


def test_a_provider_that_is_down_gives_a_page_and_mcm_goes_on(lab: Lab, served: Served, browser: Browser) -> None:
    register(
        served, "down", issuer=f"http://127.0.0.1:{free_port()}", client_id="mcm", client_secret="kanari7-client-secret"
    )
    answer = browser.start("down")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert "local account" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    programs = served.get("/api/v1/auth/oidc/down/start")
    assert (programs.status_code, programs.json()["code"]) == (503, "oidc_unavailable")
    checked = served.send("POST", "/api/v1/oidc-providers/down/check").json()
    assert (checked["ok"], "does not answer" in checked["problem"]) == (False, True)
    assert served.get("/api/v1/accounts").status_code == 200
    assert served.get("/api/v1/auth/oidc").status_code == 200


class _Tls(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def certificates() -> Iterator[Certificates]:
    made = Certificates()
    yield made
    made.close()


@pytest.mark.parametrize("identity", list(Identity))
def test_only_the_own_authority_is_trusted_where_one_is_given(certificates: Certificates, identity: Identity) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tls)
    server.socket = certificates.context(identity).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"https://127.0.0.1:{server.server_address[1]}"
    try:
        own = Peer("tls", url, certificates.ca_file.read_text())
        if identity is Identity.TRUSTED:
            assert _transport().send(own, "document", "GET", url).body == b"{}"
        else:
            with pytest.raises(OidcUnavailable, match="does not answer"):
                _transport().send(own, "document", "GET", url)
        with pytest.raises(OidcUnavailable, match="does not answer"):
            _transport().send(Peer("tls", url), "document", "GET", url)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_old_tls_is_not_spoken() -> None:
    assert transports._context(Peer("x", "https://x.example")).minimum_version is ssl.TLSVersion.TLSv1_2
