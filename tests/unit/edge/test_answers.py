"""Every answer, good or bad, carries the security headers and the request id; every error has one shape."""

import re
from typing import Any

import httpx
import pytest

from tests.baddays.serving import Served

HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
PROBLEM = {"type", "title", "status", "code", "detail", "next_step", "request_id"}
ACCOUNT = {"name": "a", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}


@pytest.fixture(scope="module")
def answers(served: Served) -> dict[str, httpx.Response]:
    """One of each kind of answer there is."""
    long = {"x-request-id": "given-by-the-client"}
    return {
        "page": served.get("/"),
        "list": served.get("/api/v1/accounts"),
        "metrics": served.get("/metrics"),
        "description": served.get("/openapi.json"),
        "documentation": served.get("/docs"),
        "nothing there": served.get("/api/v1/no-such-thing"),
        "nothing with this id": served.get("/api/v1/accounts/no-such-account"),
        "method": served.http.request("PATCH", "/healthz"),
        "invalid query": served.get("/api/v1/accounts", limit=0),
        "invalid cursor": served.get("/api/v1/accounts", cursor="x"),
        "invalid body": served.send("POST", "/api/v1/accounts", {"name": ""}),
        "no json": served.http.post("/api/v1/accounts", content=b"{", headers={"Idempotency-Key": "k"}),
        "no key": served.send("POST", "/api/v1/accounts", ACCOUNT, key=None),
        "wrong host": served.http.get("/api/v1/accounts", headers={"Host": "evil.example"}),
        "too large": served.http.post("/api/v1/accounts", content=b"x" * (4 * 2**20 + 1)),
        "unforeseen": served.get("/test/unforeseen"),
        "refused by a cloud": served.get("/test/refused"),
        "request id of the client": served.http.get("/healthz", headers=long),
    }


def test_every_answer_has_the_security_headers(answers: dict[str, httpx.Response]) -> None:
    # The console's one page, where it was built, holds nothing of anybody, and is asked for again at each use.
    of_the_page = HEADERS | ({"cache-control": "no-cache"} if 'id="console"' in answers["page"].text else {})
    lacking = {
        (name, header): answer.headers.get(header)
        for name, answer in answers.items()
        for header, part in (of_the_page if name == "page" else HEADERS).items()
        if part not in answer.headers.get(header, "")
    }
    assert not lacking


def test_every_answer_has_a_request_id_and_errors_repeat_it(answers: dict[str, httpx.Response]) -> None:
    seen = set()
    for name, answer in answers.items():
        request_id = answer.headers.get("x-request-id", "")
        assert re.fullmatch(r"[A-Za-z0-9._-]{8,100}", request_id), name
        seen.add(request_id)
        if answer.status_code >= 400:
            assert answer.json()["request_id"] == request_id, name
    assert len(seen) == len(answers)
    assert "given-by-the-client" in seen


@pytest.mark.parametrize("given", ["short", "a" * 101, "with space in it", "new\tline-and-more", "<script>alert(1)"])
def test_request_id_that_could_do_harm_is_replaced(served: Served, given: str) -> None:
    assert served.http.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"] != given


def test_every_error_is_a_problem_of_one_shape(answers: dict[str, httpx.Response]) -> None:
    for name, answer in answers.items():
        if answer.status_code < 400:
            continue
        assert answer.headers["content-type"] == "application/problem+json", name
        body: dict[str, Any] = answer.json()
        assert set(body) >= PROBLEM, name
        assert set(body) - PROBLEM <= {"details"}, name
        assert body["status"] == answer.status_code, name
        assert body["type"] == f"urn:mcm:error:{body['code']}", name
        assert body["title"], name
        assert body["detail"], name


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("nothing there", 404, "not_found"),
        ("nothing with this id", 404, "account_not_found"),
        ("method", 405, "method_not_allowed"),
        ("invalid query", 422, "invalid_input"),
        ("invalid cursor", 400, "bad_request"),
        ("invalid body", 422, "invalid_input"),
        ("no json", 422, "invalid_input"),
        ("no key", 400, "bad_request"),
        ("wrong host", 421, "wrong_host"),
        ("too large", 413, "too_large"),
        ("unforeseen", 500, "error"),
        ("refused by a cloud", 422, "cloud_failure"),
    ],
)
def test_errors_have_their_status_and_code(
    answers: dict[str, httpx.Response], name: str, status: int, code: str
) -> None:
    answer = answers[name]
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_unforeseen_error_shows_neither_stack_nor_sql_nor_path(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    answer = served.get("/test/unforeseen")
    assert "canary" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "canary-4711" in caplog.text


def test_failure_of_a_cloud_names_its_code_and_its_request_id(served: Served) -> None:
    details = served.get("/test/refused").json()["details"]
    assert details == {"code": "permission_denied", "provider_request_id": "req-17"}


def test_validation_error_does_not_repeat_what_was_sent(served: Served) -> None:
    body = {**ACCOUNT, "secrets": {"token": ["canary-secret"]}, "unknown-field": "canary-value"}
    answer = served.send("POST", "/api/v1/accounts", body)
    assert answer.status_code == 422
    assert "canary" not in answer.text
    assert {fault["where"] for fault in answer.json()["details"]["faults"]} >= {"body.unknown-field"}
