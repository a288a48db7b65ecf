"""What one webhook looks like on the wire, and what becomes of it when the receiver does not behave."""

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from mcm.notices import signing, webhook
from mcm.settings import Settings
from tests.harness.ports import free_port
from tests.harness.proxy.certificates import Certificates, Identity
from tests.rooms.notices.receiver import SECRET, Receiver, talking

DOCS = Path(__file__).parents[3] / "docs" / "notices.md"
BODY = '{"type":"test","data":{"title":"试"}}'.encode()


def _send(url: str, secret: str = SECRET, body: bytes = BODY) -> webhook.Outcome:
    return webhook.send(Settings(), url, secret, "ntd_1", body)


def test_it_carries_the_very_bytes_and_a_signature_over_them(receiver: Receiver) -> None:
    assert _send(receiver.url) == webhook.Outcome(True, 204)
    (taken,) = receiver.taken
    assert (taken.path, taken.body, taken.ident) == ("/hook", BODY, "ntd_1")
    assert taken.signed_with(SECRET)
    assert not taken.signed_with("whsec_" + "B" * 32)
    assert taken.headers["content-type"] == "application/json"
    assert set(taken.headers) == {
        "host", "content-length", "content-type", "user-agent", "accept-encoding",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip


def test_the_signature_of_the_published_example() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, spec: id, time, body and key of its example."""
    made = signing.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_documented_check_accepts_what_is_ours_and_nothing_else(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    found: dict[str, Any] = {}
    exec(source, found)
    _send(receiver.url)
    (taken,) = receiver.taken
    assert found["verified"](SECRET, taken.headers, taken.body) is True
    assert found["verified"](SECRET, taken.headers, taken.body + b" ") is False
    assert found["verified"]("whsec_" + "B" * 32, taken.headers, taken.body) is False
    old = taken.headers | {"webhook-timestamp": "1600000000"}
    assert found["verified"](SECRET, old, taken.body) is False


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "kanari7", "whsec_" + "A" * 28, "A" * 92, "whsec_" + "é" * 40, "-" * 40]
)
def test_what_is_no_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook's secret") as refused:
        signing.key_of(secret)
    assert not secret or secret not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "ok", "gone", "said"),
    [(200, True, False, ""), (299, True, False, ""), (410, False, True, "wants no notices"), (500, False, False, "500"),
     (404, False, False, "404"), (429, False, False, "429"), (304, False, False, "redirect")],
)  # fmt: skip
def test_the_status_decides(receiver: Receiver, status: int, ok: bool, gone: bool, said: str) -> None:
    receiver.statuses = [status]
    outcome = _send(receiver.url)
    assert (outcome.ok, outcome.gone, outcome.answer) == (ok, gone, status)
    assert said in outcome.problem


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://169.254.169.254/latest", "http://10.0.0.1/", "own"])
def test_redirects_are_not_followed(receiver: Receiver, status: int, where: str) -> None:
    receiver.statuses, receiver.location = [status], receiver.url if where == "own" else where
    outcome = _send(receiver.url)
    assert (outcome.ok, outcome.answer) == (False, status)
    assert "not followed" in outcome.problem
    assert len(receiver.taken) == 1


def _request(connected: socket.socket) -> None:
    seen = b""
    while BODY not in seen:
        piece = connected.recv(65_536)
        if not piece:
            raise ConnectionResetError
        seen += piece


def _drip(connected: socket.socket) -> None:
    _request(connected)
    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000:
        connected.sendall(bytes([letter]))
        time.sleep(0.005)


def _hang(connected: socket.socket) -> None:
    _request(connected)
    connected.recv(1)


def _interim(connected: socket.socket) -> None:
    _request(connected)
    while True:
        connected.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)


@pytest.mark.parametrize("talk", [_drip, _hang, _interim])
def test_a_receiver_that_takes_its_time_is_given_up(talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "DEADLINE_S", 0.5)
    with talking(talk) as port:
        outcome = _send(f"http://127.0.0.1:{port}/")
    assert outcome == webhook.Outcome(False, problem="it did not answer in time")


def test_a_body_without_end_is_not_waited_for() -> None:
    def endless(connected: socket.socket) -> None:
        _request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connected.sendall(b"ffff\r\n" + b"kanari7" * 9362 + b"\n\r\n")

    with talking(endless) as port:
        assert _send(f"http://127.0.0.1:{port}/") == webhook.Outcome(True, 200)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-kanari7\r\n", b"HTTP/1.1 kanari7\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000]
)
def test_what_is_no_answer_is_a_failure_and_its_words_are_not_used(answer: bytes) -> None:
    def talk(connected: socket.socket) -> None:
        _request(connected)
        connected.sendall(answer)

    with talking(talk) as port:
        outcome = _send(f"http://127.0.0.1:{port}/")
    assert (outcome.ok, outcome.answer) == (False, None)
    assert outcome.problem.startswith("it does not answer (")


def test_nobody_there() -> None:
    assert "does not answer" in _send(f"http://127.0.0.1:{free_port()}/").problem


@pytest.mark.parametrize("identity", list(Identity))
def test_only_a_certificate_that_is_right_is_trusted(
    certificates: Certificates, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(certificates.context(identity))
    try:
        assert "certificate is not trusted" in _send(receiver.url).problem
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
        outcome = _send(receiver.url)
        assert outcome.ok is (identity is Identity.TRUSTED)
        assert len(receiver.taken) == outcome.ok
    finally:
        receiver.stop()
