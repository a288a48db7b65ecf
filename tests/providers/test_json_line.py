"""The plumbing that price lists come through: amounts without floats, TLS, sizes, what leaks of a URL."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mcm.contract import TlsSettings, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers._transport.amounts import amount, loads
from mcm_providers._transport.json_line import JsonLine
from tests.harness.replay.http import Ask, Reply, listen
from tests.harness.replay.inside import answering, reply


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (Decimal("0.10"), Decimal("0.10")),
        ("0.0800000000", Decimal("0.08")),
        (3, Decimal(3)),
        ("1E-7", Decimal("1E-7")),
        (0.1, None),
        (True, None),
        ("", None),
        ("NaN", None),
        ("0x10", None),
        ("1,5", None),
        (10**12, None),
        (Decimal("1E-19"), None),
        (None, None),
    ],
)
def test_amounts(told: object, value: Decimal | None) -> None:
    assert amount(told) == value


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[NaN]", b"[1e999999999]", b"[" * 100_000, b"\xff", b"[1." + b"1" * 99 + b"]"]
)
def test_what_is_no_honest_document(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        loads(raw)


def test_numbers_keep_their_digits() -> None:
    assert loads(b'{"a": 0.1000000000000000055511151231257827}') == {
        "a": Decimal("0.1000000000000000055511151231257827")
    }


def test_an_answer_that_never_ends_is_cut_off() -> None:
    with answering(lambda _: reply(b"[" + b"1," * 2_000_000 + b"1]")) as url:
        line = JsonLine(PlainContext(), "prices", max_bytes=1 << 20)
        with pytest.raises(UnexpectedResponse, match="larger than 1 MiB"):
            line.get(url, doing="reading")


def test_a_key_in_the_url_is_in_no_error() -> None:
    listener = listen()
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(Unreachable) as refused:
        JsonLine(PlainContext(), "prices").get(
            f"http://127.0.0.1:{port}/", params={"key": "s3cr3t-key"}, doing="reading"
        )
    assert "s3cr3t-key" not in repr(refused.value) + repr(refused.value.__cause__)


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[int]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    listener = listen()

    def run() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(taken, server_side=True) as sock:
                sock.recv(65_536)
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    with suppress(OSError):
        listener.shutdown(2)
    listener.close()
    thread.join(5)


def test_a_certificate_that_nobody_vouches_for_is_refused(self_signed: int, tmp_path: Path) -> None:
    url = f"https://127.0.0.1:{self_signed}/"
    with pytest.raises(Unreachable, match="TLS failed"):
        JsonLine(PlainContext(), "prices").get(url, doing="reading")
    for tls in (TlsSettings(ca_file=str(tmp_path / "ca.pem")), TlsSettings(verify=False)):
        assert JsonLine(PlainContext(tls=tls), "prices").get(url, doing="reading").document == {}
        # What is asked beside the cloud itself may be vouched for by others.
        assert JsonLine(PlainContext(), "prices", tls=tls).get(url, doing="reading").document == {}


def test_a_long_question_goes_into_the_body() -> None:
    asked: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        asked.append(ask)
        return reply({"a": 1})

    with answering(answer) as url:
        line = JsonLine(PlainContext(), "prices")
        told = line.post(f"{url}/x", form=[("a", "b&c"), ("a", "ü")], headers={"X-One": "1"}, doing="reading")
        line.close()
    assert told.document == {"a": 1}
    (one,) = asked
    assert (one.method, one.target, one.body, one.headers["x-one"]) == ("POST", "/x", b"a=b%26c&a=%C3%BC", "1")


def test_each_call_is_reported_once_with_what_came() -> None:
    context = PlainContext()
    with answering(lambda ask: reply(b'{"a": 1}', 500 if ask.target == "/bad" else 200)) as url:
        line = JsonLine(context, "prices")
        for path in ("/good", "/bad"):
            line.get(url + path, doing="reading")
        assert (context.calls, context.finished, context.received) == (2, 2, 16)
        with pytest.raises(UnexpectedResponse, match="cut"):
            list(line.lines(f"{url}/good", doing="reading", refused=lambda *_: Unreachable("none")))
        line.close()
    with pytest.raises(Unreachable):
        line.get(f"{url}/gone", doing="reading")
    assert context.calls == context.finished
