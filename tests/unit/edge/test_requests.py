"""What a request must satisfy before anything looks at it: its host, its size."""

import pytest

from mcm.edge.headers import MAX_BODY
from tests.baddays.serving import Served


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}", "[::1]"],
)
def test_names_of_this_machine_are_answered(served: Served, host: str) -> None:
    answer = served.http.get("/healthz", headers={"Host": host.format(port=served.port)})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "",
     "127.0.0.1:80:evil.example", "evil.example:127.0.0.1", "[::1].evil.example", "[::2]", "127.0.0.2",
     "127.0.0.1@evil.example"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/api/v1/accounts", "/openapi.json"])
def test_other_names_are_refused_on_every_route(served: Served, host: str, path: str) -> None:
    """DNS rebinding: a page of evil.example, whose name now leads here, would bring its own name along."""
    answer = served.http.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "accounts" not in answer.text


def test_request_without_a_host_is_refused(served: Served) -> None:
    answer = served.raw(b"GET /api/v1/accounts HTTP/1.0\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in (b"400", b"421")


def test_body_at_the_limit_is_read_and_one_byte_more_is_not(served: Served) -> None:
    for size, status in ((MAX_BODY, 422), (MAX_BODY + 1, 413)):
        body = b'"' + b"x" * (size - 2) + b'"'
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        assert served.http.post("/api/v1/accounts", content=body, headers=headers).status_code == status


def _chunked(pieces: int, size: int) -> bytes:
    head = (
        b"POST /api/v1/accounts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Idempotency-Key: k\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    piece = f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
    return head + piece * pieces + b"0\r\n\r\n"


def test_chunked_body_without_a_length_is_limited_too(served: Served) -> None:
    small = served.raw(_chunked(2, 1000))
    assert small.split()[1] == b"422"
    large = served.raw(_chunked(6, 2**20))
    assert large.split()[1] == b"413"
    assert b"application/problem+json" in large
    assert b"x-content-type-options" in large.lower()


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"99999999999999999999999", b"abc", b"0x10"])
def test_strange_length_is_refused(served: Served, length: bytes) -> None:
    answer = served.raw(
        b"POST /api/v1/accounts HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: "
        + length
        + b"\r\n\r\n"
    )
    assert answer == b"" or answer.split()[1] in (b"400", b"413")


def test_server_names_no_version_of_its_parts(served: Served) -> None:
    answer = served.get("/healthz")
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers
