"""In which language the server's own pages speak, and what their shell lets in."""

import base64
import hashlib
import re
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from mcm.edge.html import POLICY, field, page, rich, table
from mcm.edge.tongue import Text, Tongue, accepted, remember, tongue_of

_HELLO = Text("Hello {name}", "你好，{name}")


def _request(url: str = "/login", *, method: str = "GET", **headers: str) -> Request:
    path, _, query = url.partition("?")
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": given,
        "server": ("127.0.0.1", 80), "scheme": "http",
    }  # fmt: skip
    return Request(scope)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB,zh;q=0.9", "en"),
        ("de,fr;q=0.9,zh;q=0.5,en;q=0.4", "zh-CN"),
        ("en;q=0.3, zh;q=0.7", "zh-CN"),
        ("zh;q=0", "en"),
        ("*", "en"),
        ("zhx", "en"),
        (";;q=,,q=zh;" * 200, "en"),
    ],
)
def test_the_browser_is_asked(header: str, language: str) -> None:
    assert accepted(header) == language


def test_a_choice_goes_before_what_the_browser_asks() -> None:
    assert tongue_of(_request(cookie="a=b; mcm_language=zh-CN", accept_language="en")).language == "zh-CN"
    assert tongue_of(_request("/login?lang=en", cookie="mcm_language=zh-CN")).language == "en"
    strange = tongue_of(_request('/login?lang="><script>', cookie="mcm_language=xx", accept_language="zh"))
    assert (strange.language, strange.chosen) == ("zh-CN", False)


def test_only_a_choice_is_remembered() -> None:
    for url, kept in (("/login", False), ("/login?lang=zh-CN", True)):
        answer = Response()
        remember(answer, tongue_of(_request(url, accept_language="zh")), over_tls=True)
        assert ("set-cookie" in answer.headers) is kept
    assert {part.strip().lower() for part in answer.headers["set-cookie"].split(";")} == {
        "mcm_language=zh-cn", "path=/", "samesite=lax", "secure", f"max-age={366 * 24 * 3600}",
    }  # fmt: skip


def test_the_links_lead_to_the_same_page() -> None:
    say = tongue_of(_request("/login?next=%2Fa%3Fb%3D1%26c%3D2&lang=en"))
    assert say.link("zh-CN") == "/login?next=%2Fa%3Fb%3D1%26c%3D2&lang=zh-CN"
    assert tongue_of(_request("/device?code=AB", method="POST")).link("en") == "/device?lang=en"
    hostile = page(Tongue("en", '/x?a="><script>'), "t", "")
    assert "<script" not in hostile
    assert "<nav" not in page(Tongue("en"), "t", "")


def test_values_stand_in_both_languages_as_they_came() -> None:
    assert Tongue("en")(_HELLO, name="{name}") == "Hello {name}"
    assert Tongue("zh-CN")(_HELLO, name="安娜") == "你好，安娜"


def test_the_page_has_one_style_that_the_policy_names() -> None:
    made = page(Tongue("zh-CN", "/login"), "<T>", "<p>body</p>", said="it `<b>` failed")
    (style,) = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"<script|<link|<img|style=|\son\w+=", made)
    assert '<html lang="zh-CN">' in made
    assert "<title>&lt;T&gt; · mcm</title>" in made
    assert 'role="alert" tabindex="-1" autofocus>it <code>&lt;b&gt;</code> failed</p>' in made
    assert '<a href="/login?lang=en" lang="en" hreflang="en">English</a>' in made


def test_what_is_written_is_escaped() -> None:
    assert rich("<a> `b<c`") == "&lt;a&gt; <code>b&lt;c</code>"
    assert field('"><x', "n", "text", autocomplete="off").count("<") == 5
    assert 'data-name="&quot;&gt;"' in table(['">'], [["<b>x</b>"]])
    assert table(["a"], []) == ""
