"""What the server hands out of a built console, and what it says when there is none."""

import asyncio
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from mcm.console.serving import POLICY, Console

PAGE = {"Accept": "text/html,*/*"}
SCRIPT = "console.log('" + "x" * 2000 + "')"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>console</title>")
    (folder / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (folder / "assets" / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "index-1a2b.js.br").write_bytes(b"brotli stands here")
    (folder / "assets" / ".hidden").write_text("no")
    (tmp_path / "secret.txt").write_text("outside")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@dataclass
class Asking:
    """`content` is what was sent, still compressed."""

    app: Any

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", path, headers)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://mcm.invalid") as client,
                client.stream(method, path, headers={"Accept-Encoding": "identity", **(headers or {})}) as answer,
            ):
                raw = b"".join([part async for part in answer.aiter_raw()])
                kept = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
                made = httpx.Response(answer.status_code, headers=kept, content=raw)
                made.extensions["encoding"] = answer.headers.get("content-encoding")
                return made

        return asyncio.run(asking())


def _client(dist: Path) -> Asking:
    otherwise = PlainTextResponse("nothing there", status_code=404)
    return Asking(Console(otherwise, lambda: ("", "nobody signs in"), dist))


@pytest.mark.parametrize("path", ["/", "/inventory", "/accounts/my.cloud", "/accounts/a%2Fb"])
def test_every_address_of_the_browser_gets_the_page(dist: Path, path: str) -> None:
    answer = _client(dist).get(path, headers=PAGE)
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>console</title>")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == POLICY


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'; ")


@pytest.mark.parametrize("path", ["/api", "/api/v1/nothing", "/assets/index-old.js", "/assets/.hidden"])
def test_what_is_not_the_consoles_is_answered_by_others(dist: Path, path: str) -> None:
    assert _client(dist).get(path, headers=PAGE).text == "nothing there"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/link.txt", "//secret.txt"]
)
def test_nothing_outside_is_served(dist: Path, path: str) -> None:
    assert "outside" not in _client(dist).get(path, headers=PAGE).text


def test_programs_are_told_that_there_is_nothing(dist: Path) -> None:
    assert _client(dist).get("/no-such-page", headers={"Accept": "application/json"}).status_code == 404
    assert _client(dist).ask("POST", "/inventory", PAGE).status_code == 404


def test_hashed_files_are_kept_for_good(dist: Path) -> None:
    answer = _client(dist).get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == SCRIPT
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("", None),
        ("deflate", None),
        ("gzip;q=0", None),
    ],
)
def test_the_best_copy_the_browser_takes(dist: Path, accepted: str, encoding: str | None) -> None:
    answer = _client(dist).get("/assets/index-1a2b.js", headers={"Accept-Encoding": accepted})
    assert answer.extensions["encoding"] == encoding
    body = answer.content
    expected = {"br": b"brotli stands here", None: SCRIPT.encode()}.get(encoding)
    assert body == expected if expected is not None else gzip.decompress(body) == SCRIPT.encode()


def test_what_the_browser_has_is_not_sent_again(dist: Path) -> None:
    client = _client(dist)
    first = client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
    again = {"Accept-Encoding": "gzip", "If-None-Match": f'"other", W/{first.headers["etag"]}'}
    answer = client.get("/assets/index-1a2b.js", headers=again)
    assert (answer.status_code, answer.content) == (304, b"")
    # Another representation is another thing.
    again["Accept-Encoding"] = "identity"
    assert client.get("/assets/index-1a2b.js", headers=again).status_code == 200


def test_head_has_no_body(dist: Path) -> None:
    answer = _client(dist).ask("HEAD", "/assets/index-1a2b.js")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SCRIPT))


def test_a_new_build_is_seen(dist: Path) -> None:
    client = _client(dist)
    assert client.get("/assets/new-3c4d.js").status_code == 404
    (dist / "assets" / "new-3c4d.js").write_text("1")
    (dist / "index.html").write_text("<!doctype html><title>new</title>")
    assert client.get("/", headers=PAGE).text == "<!doctype html><title>new</title>"
    assert client.get("/assets/new-3c4d.js").text == "1"


def test_without_a_console_the_server_says_so(tmp_path: Path) -> None:
    answer = _client(tmp_path / "none").get("/", headers=PAGE)
    assert answer.status_code == 200
    assert "was not built" in " ".join(answer.text.split())
    assert "Nobody signs in" in answer.text
    chinese = _client(tmp_path / "none").get("/", headers=PAGE | {"Accept-Language": "zh-CN"})
    assert "浏览器控制台尚未构建" in chinese.text
    assert '<a href="/?lang=en"' in chinese.text
    assert "<script" not in answer.text
    assert _client(tmp_path / "none").get("/api/v1/x", headers=PAGE).status_code == 404
