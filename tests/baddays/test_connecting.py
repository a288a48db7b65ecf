"""Adding an account on a bad day: wrong address, certificate or clock, added twice. Nothing half is stored."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.baddays.serving import Served, serving
from tests.harness.proxy import Certificates, ExpiredToken, FaultProxy, Identity, Status, WrongCertificate, anything
from tests.harness.replay import ec2
from tests.lab import Lab

SECRET = "kanari7-Pa55word"
ADDRESSES: dict[str, dict[str, Any]] = {
    "aws": {"region": "us-east-1", "endpoint_url": "https://{host}:{port}"},
    "openstack": {"auth.auth_url": "https://{host}:{port}/v3", "auth.username": "u", "auth.project_name": "p",
                  "auth.user_domain_name": "d", "auth.project_domain_name": "d"},
    "vmware": {"host": "{host}", "port": "{port}"},
}  # fmt: skip
SECRETS: dict[str, dict[str, str]] = {
    "aws": {"access_key_id": "AKIACANARY", "secret_access_key": SECRET},
    "openstack": {"auth.password": SECRET},
    "vmware": {"username": "u", "password": SECRET},
}
CA_KEY = {"aws": "ca_file", "openstack": "cacert", "vmware": "ca_file"}
providers = pytest.mark.parametrize("provider", list(ADDRESSES))


@pytest.fixture
def own_served(sqlite_lab: Lab) -> Iterator[Served]:
    with serving(sqlite_lab) as made:
        yield made


@contextmanager
def _speaking(words: bytes) -> Iterator[int]:
    """A port where something else lives: it says these words to whoever connects, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.sendall(words)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture(scope="module")
def certificates() -> Iterator[Certificates]:
    made = Certificates()
    yield made
    made.close()


def _add(
    served: Served, provider: str, *, host: str = "127.0.0.1", port: int = 443, scheme: str = "https", **config: Any
) -> httpx.Response:
    address = {
        key: value.format(host=host, port=port).replace("https://", f"{scheme}://")
        for key, value in ADDRESSES[provider].items()
    }
    body = {
        "name": "new",
        "provider": provider,
        "ownership": "private",
        "config": address | config,
        "secrets": SECRETS[provider],
    }
    return served.send("POST", "/api/v1/accounts", body)


def _refused(lab: Lab, answer: httpx.Response, *codes: str) -> str:
    """Nothing is stored, and the sentence is one. Returns it."""
    assert 400 <= answer.status_code < 600
    body = answer.json()
    assert {body["code"], (body.get("details") or {}).get("code", "")} & set(codes), body
    assert SECRET not in answer.text
    assert len(body["detail"]) > 20
    assert body["detail"].isprintable()
    for table in ("account", "secret", "scope", "idempotency_key"):
        assert lab.count(table) == 0
    return str(body["detail"])


@providers
def test_nothing_listens_there(empty_lab: Lab, empty_served: Served, provider: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _refused(empty_lab, _add(empty_served, provider, port=port), "unreachable")


@providers
def test_name_does_not_exist(empty_lab: Lab, empty_served: Served, provider: str) -> None:
    assert "no-such-host.invalid" in _refused(
        empty_lab, _add(empty_served, provider, host="no-such-host.invalid"), "unreachable"
    )


@providers
@pytest.mark.parametrize(
    "words",
    [b"SSH-2.0-OpenSSH_9.2p1\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"", b"\x00\xff" * 500],
    ids=["ssh", "plain http", "nothing", "noise"],
)
def test_something_else_lives_there(empty_lab: Lab, empty_served: Served, provider: str, words: bytes) -> None:
    with _speaking(words) as port:
        _refused(empty_lab, _add(empty_served, provider, port=port), "unreachable", "unexpected_response")


@pytest.mark.parametrize("provider", ["aws", "openstack"])
@pytest.mark.parametrize("code", [200, 301, 404, 500])
def test_web_site_lives_there(empty_lab: Lab, empty_served: Served, provider: str, code: int) -> None:
    page = b"<html><head><title>Welcome</title></head><body>Sign in</body></html>"
    head = f"HTTP/1.1 {code} X\r\nContent-Type: text/html\r\nLocation: https://evil.invalid/\r\n"
    words = f"{head}Content-Length: {len(page)}\r\nConnection: close\r\n\r\n".encode() + page
    with _speaking(words) as port:
        answer = _add(empty_served, provider, port=port, scheme="http")
    _refused(empty_lab, answer, "unreachable", "unexpected_response", "not_found", "invalid_request", "not_supported")


@providers
@pytest.mark.parametrize("host", ["169.254.169.254", "100.100.100.200", "metadata.invalid", "2852039166"])
def test_metadata_address_is_no_cloud(
    empty_lab: Lab, empty_served: Served, provider: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def resolve(name: str, *args: Any, **options: Any) -> Any:
        return real("169.254.169.254" if name == "metadata.invalid" else name, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    said = _refused(empty_lab, _add(empty_served, provider, host=host), "invalid_request", "invalid_input")
    assert "never allowed" in said


@providers
@pytest.mark.parametrize("identity", list(Identity)[1:])
def test_wrong_certificate(
    empty_lab: Lab, empty_served: Served, provider: str, identity: Identity, certificates: Certificates
) -> None:
    with FaultProxy("http://127.0.0.1:9", tls=True, certificates=certificates) as proxy:
        proxy.rule(anything, WrongCertificate(identity))
        answer = _add(empty_served, provider, port=proxy.port, **{CA_KEY[provider]: str(proxy.ca_file)})
        assert len(proxy.ledger) == 0
    said = _refused(empty_lab, answer, "unreachable")
    assert "certificate" in said.lower() or "TLS failed" in said


@providers
def test_own_authority_is_not_trusted_unless_it_is_named(
    empty_lab: Lab, empty_served: Served, provider: str, certificates: Certificates
) -> None:
    with FaultProxy("http://127.0.0.1:9", tls=True, certificates=certificates) as proxy:
        answer = _add(empty_served, provider, port=proxy.port)
        assert len(proxy.ledger) == 0
    assert "certificate" in _refused(empty_lab, answer, "unreachable").lower()


@providers
@pytest.mark.parametrize("content", [None, "", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_authority_file_that_is_none(
    empty_lab: Lab, empty_served: Served, provider: str, content: str | None, tmp_path: Path, certificates: Certificates
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with FaultProxy("http://127.0.0.1:9", tls=True, certificates=certificates) as proxy:
        answer = _add(empty_served, provider, port=proxy.port, **{CA_KEY[provider]: str(file)})
    _refused(empty_lab, answer, "invalid_request", "invalid_input", "unreachable")


@pytest.mark.parametrize("minutes", [-40, 40])
def test_wrong_clock_of_this_machine_is_named_and_not_the_credentials(
    sqlite_lab: Lab, own_served: Served, minutes: int
) -> None:
    """Amazon refuses signatures from another time; what its answers say of the time tells why."""
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    with ec2.start(instances=5) as replay, FaultProxy(replay.endpoint_url) as proxy:
        fault = Status(
            403,
            error_code="SignatureDoesNotMatch",
            message="Signature expired: 20260101T000000Z is now earlier than 20260101T003000Z",
            headers=(("Date", theirs),),
        )
        proxy.rule(anything, fault)
        said = _refused(sqlite_lab, _add(own_served, "aws", port=proxy.port, scheme="http"), "unreachable")
        assert "clock" in said
        proxy.clear()
        proxy.rule(anything, ExpiredToken())
        _refused(
            sqlite_lab, _add(own_served, "aws", port=proxy.port, scheme="http"), "unreachable", "authentication_failed"
        )
        proxy.clear()
        assert _add(own_served, "aws", port=proxy.port, scheme="http").status_code == 201


SIMULATED = {"provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}


def test_same_name_twice_is_refused_and_the_first_stays(sqlite_lab: Lab, own_served: Served) -> None:
    first = {**SIMULATED, "name": "shop", "config": {"cloud_id": "c-twice", "instances": 3}}
    assert own_served.send("POST", "/api/v1/accounts", first).status_code == 201
    again = {**first, "ownership": "public", "secrets": {"token": "y"}}
    answer = own_served.send("POST", "/api/v1/accounts", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_exists")
    assert own_served.get("/api/v1/accounts/shop").json()["ownership"] == "private"
    assert sqlite_lab.count("account") == 1


def test_same_cloud_under_two_names_is_said_and_seen_once(sqlite_lab: Lab, own_served: Served) -> None:
    body = {**SIMULATED, "config": {"cloud_id": "c-shared", "instances": 30, "regions": "1"}}
    one = own_served.send("POST", "/api/v1/accounts", {**body, "name": "one"}).json()
    assert one["check"]["warnings"] == []
    two = own_served.send("POST", "/api/v1/accounts", {**body, "name": "two"}).json()
    [warning] = two["check"]["warnings"]
    assert "one" in warning
    for name in ("one", "two"):
        sqlite_lab.sync(name, kinds=("instance",))
    listed = own_served.get("/api/v1/instances", limit=1000).json()["items"]
    assert len(listed) == 30
    of_instances = "EXISTS (SELECT 1 FROM resource r WHERE r.id = s.resource_id AND r.kind = 'instance')"
    assert sqlite_lab.count("sighting s", of_instances) == 60


@pytest.mark.parametrize("token", ["wrong", "expired"])
def test_wrong_credentials_are_refused_before_anything_is_stored(
    empty_lab: Lab, empty_served: Served, token: str
) -> None:
    answer = empty_served.send("POST", "/api/v1/accounts", {**SIMULATED, "name": "shop", "secrets": {"token": token}})
    _refused(empty_lab, answer, "authentication_failed")


def test_unknown_and_misplaced_keys_are_refused_with_the_known_ones(empty_lab: Lab, empty_served: Served) -> None:
    for config, secrets in (({"regoins": "2"}, {}), ({"token": "x"}, {}), ({}, {"instances": "3"})):
        body = {**SIMULATED, "name": "shop", "config": config, "secrets": secrets}
        answer = empty_served.send("POST", "/api/v1/accounts", body)
        assert answer.status_code == 422
        assert any(word in answer.json()["detail"] for word in ("did you mean", "give it as"))
    assert empty_lab.count("account") == 0


def test_native_state_that_no_table_knows_is_kept_counted_and_shown(sqlite_lab: Lab, own_served: Served) -> None:
    sqlite_lab.account()
    sqlite_lab.sync(kinds=("instance",))
    native_id = sqlite_lab.world().ids()[0]
    strange = "RECONFIGURING_\u91cf\u5b50"
    # Counted by the process, in which other tests may have met some.
    before = _counted(own_served)
    sqlite_lab.world().change(native_id, status=strange)
    run = sqlite_lab.run("instance", sqlite_lab.by_native_id(native_id).region)
    assert (run.outcome, run.unknown_states) == ("complete", 1)
    row = sqlite_lab.by_native_id(native_id)
    assert (row.state, row.native_state) == ("unknown", strange)
    found = own_served.get("/api/v1/instances", filter='state = "unknown"').json()["items"]
    assert [(item["native_id"], item["native_state"]) for item in found] == [(native_id, strange)]
    assert _counted(own_served) == before + 1


def _counted(served: Served) -> float:
    told = re.search(
        r'^mcm_unknown_states_total{account="lab",kind="instance"} (\S+)$', served.get("/metrics").text, re.M
    )
    return float(told[1]) if told else 0.0


def test_no_permission_on_one_kind_leaves_the_others(sqlite_lab: Lab, own_served: Served) -> None:
    sqlite_lab.account(faults="kind:volume=denied")
    outcomes = sqlite_lab.sync()
    assert outcomes["failed"] == 2
    assert outcomes["complete"] > 10
    scopes = {
        (scope["kind"], scope["region"]): scope for scope in own_served.get("/api/v1/accounts/lab").json()["scope_list"]
    }
    denied = [scope for (kind, _), scope in scopes.items() if kind == "volume"]
    assert {(scope["status"], scope["error_code"]) for scope in denied} == {("failing", "permission_denied")}
    runs = own_served.get("/api/v1/sync/runs", kind="volume").json()["items"]
    assert {run["missing_permission"] for run in runs} == {"simulated:volume:list"}
    assert own_served.get("/api/v1/accounts/lab").json()["status"] == "ok"
