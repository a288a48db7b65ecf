"""The security headers on every answer of every route: good, refused, unknown, too large, too often, streamed."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from mcm.app import build_app
from mcm.edge.headers import MAX_BODY
from mcm.edge.paging import MAX_LIMIT
from mcm.edge.routes import route_permissions
from tests import lab as labs
from tests.architecture.layout import application, client
from tests.unit.edge.test_answers import HEADERS

_ROUTES = sorted(route_permissions(application()))
_ANY = {"Idempotency-Key": "k", "Accept": "text/html"}
# What would let a page of ours run or load something of somebody else.
_LOOSE = re.compile(r"unsafe-|\*|https?:|data:|blob:")


_WITH_FORMS = ("/login", "/setup", "/device", "/password", "/security")
_BOUNDED = {
    "/api/v1/auth/sessions": "the caller's own, which end by themselves",
    "/api/v1/notice-targets": "few: people add them by hand",
    "/api/v1/roles": "the roles there are",
    "/api/v1/tokens": "the caller's own, which end by themselves",
}


@pytest.fixture(scope="module")
def folder(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("headers")
    shutil.copy(sqlite_template, made / "mcm.db")
    return made


def _connected(folder: Path, **settings: Any) -> Iterator[httpx.Client]:
    lab = labs.make(f"sqlite:///{folder / 'mcm.db'}", folder, **settings)
    app = build_app(lab.runtime, background=False)
    _extend(app)
    with client(app) as http:
        yield http
    lab.close()


def _extend(app: FastAPI) -> None:
    @app.get("/test/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse(iter([b"a", b"b"]), media_type="text/event-stream")

    @app.get("/test/broken")
    def broken() -> None:
        raise RuntimeError("a fault of ours")


@pytest.fixture(scope="module")
def http(folder: Path) -> Iterator[httpx.Client]:
    """Local mode: whoever asks may."""
    yield from _connected(folder)


@pytest.fixture(scope="module")
def strict(folder: Path) -> Iterator[httpx.Client]:
    """Behind TLS, where everybody signs in."""
    yield from _connected(folder, public_url="https://mcm.example", requests_per_second=0)


def _lacking(answer: httpx.Response) -> list[str]:
    lacking = [name for name, part in HEADERS.items() if part not in answer.headers.get(name, "")]
    if answer.headers.get("referrer-policy") == "same-origin" and answer.request.url.path in _WITH_FORMS:
        # With no-referrer browsers would send a form with `Origin: null`.
        lacking.remove("referrer-policy")
    policy = answer.headers.get("content-security-policy", "")
    if not policy.startswith("default-src 'none'") or _LOOSE.search(policy):
        lacking.append(f"content-security-policy: {policy}")
    if "x-request-id" not in answer.headers:
        lacking.append("x-request-id")
    if "server" in answer.headers or "x-powered-by" in answer.headers:
        lacking.append("names its parts")
    return lacking


@pytest.mark.parametrize(("method", "path"), _ROUTES, ids=lambda value: value.replace("/api/v1", ""))
def test_every_route_answers_with_the_headers(http: httpx.Client, strict: httpx.Client, method: str, path: str) -> None:
    url = re.sub(r"\{[^}]+\}", "nothing", path)
    for asked, connected in (("local", http), ("strict", strict)):
        answer = connected.request(method, url, headers=_ANY)
        assert not _lacking(answer), asked
        assert answer.status_code < 500 or answer.headers["content-type"] == "application/problem+json", asked
        over_tls = answer.headers.get("strict-transport-security", "")
        assert over_tls.startswith("max-age=31536000") == (asked == "strict")
    odd = http.request("TRACE", url, headers=_ANY)
    assert odd.status_code == 405
    assert not _lacking(odd)


@pytest.mark.parametrize(
    ("method", "url", "options", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/api/v1/nowhere", {}, 404),
        ("PUT", "/healthz", {}, 405),
        ("POST", "/api/v1/accounts", {"content": b"x" * (MAX_BODY + 1)}, 413),
        ("POST", "/api/v1/accounts", {"content": b"{", "headers": _ANY}, 422),
        ("GET", "/healthz", {"headers": {"host": "evil.example"}}, 421),
        ("GET", "/test/broken", {}, 500),
        ("GET", "/test/stream", {}, 200),
        ("GET", "/api/v1/resources/export", {}, 200),
        ("GET", "/api/v1/auth/oidc/nobody/start", {"headers": _ANY}, 404),
    ],
)
def test_every_kind_of_answer_has_the_headers(
    http: httpx.Client, method: str, url: str, options: dict[str, Any], status: int
) -> None:
    answer = http.request(method, url, **options)
    assert answer.status_code == status, answer.text
    assert not _lacking(answer)


def test_only_the_public_name_and_loopback_are_answered(strict: httpx.Client) -> None:
    for host, status in (("mcm.example", 200), ("MCM.example:443", 200), ("127.0.0.1:8080", 200), ("localhost", 200),
                         ("evil.example", 421), ("mcm.example.evil.example", 421), ("10.0.0.1", 421)):  # fmt: skip
        assert strict.get("/healthz", headers={"Host": host}).status_code == status, host


def test_every_list_has_a_largest_page() -> None:
    """A list is what answers with a page; those that take no limit are bounded by what they list."""
    document = application().openapi()
    unlimited, limits = [], []
    for path, operations in document["paths"].items():
        if "get" not in operations or not _is_page(document, operations["get"]):
            continue
        found = [item["schema"] for item in operations["get"].get("parameters", []) if item["name"] == "limit"]
        limits += found
        unlimited += [] if found else [path]
    assert len(limits) > 5
    assert {limit.get("maximum", 0) for limit in limits} <= set(range(1, MAX_LIMIT + 1))
    assert set(unlimited) <= set(_BOUNDED)


def _is_page(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    told = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = document["components"]["schemas"].get(told.get("$ref", "").rpartition("/")[2], told)
    return "next_cursor" in schema.get("properties", {})
