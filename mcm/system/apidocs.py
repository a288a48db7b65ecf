"""The API's description as a page for people: plain HTML without script or style, nothing fetched from elsewhere.

It is made on the server from the OpenAPI document, so that it holds under the content security policy and air-gapped.
Headings are in English and Chinese; the descriptions are those of the document.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from mcm.system.apitypes import anchor, media_text, type_text

Json = Mapping[str, Any]

_METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
_TAGS = {
    "accounts": "账号",
    "inventory": "资源清单",
    "providers": "云类型",
    "sync": "同步",
    "system": "系统",
}
# The numbers 200 and 422 say as much; the document's own words for them are the framework's.
_SAYS_NOTHING = ("Successful Response", "Validation Error")
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mcm: HTTP API / HTTP 接口</title>
</head>
<body>
<h1>mcm {version}: HTTP API <span lang="zh-CN">/ HTTP 接口</span></h1>
<p>The same as <a href="/openapi.json">openapi.json</a>, for people. Every change needs an <code>Idempotency-Key</code>
header. An error is <code>application/problem+json</code> with a code that <code>mcm explain CODE</code> explains.</p>
<p lang="zh-CN">内容与 <a href="/openapi.json">openapi.json</a> 相同，便于阅读。每个修改请求都需要
<code>Idempotency-Key</code> 请求头。错误以 <code>application/problem+json</code> 返回，
其中的代码可用 <code>mcm explain CODE</code> 查询说明。</p>"""


def render(document: Json) -> str:
    """`document`: an OpenAPI 3.1 description."""
    groups = _groups(document["paths"])
    schemas: Json = document.get("components", {}).get("schemas", {})
    lines = [
        _HEAD.replace("{version}", escape(str(document["info"]["version"]))),
        *_contents(groups, schemas),
        *(line for tag, operations in groups.items() for line in _group(tag, operations)),
        *_shapes(schemas),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _groups(paths: Json) -> dict[str, list[tuple[str, str, Json]]]:
    """Tag → its operations as (method, path, description), in the document's order."""
    groups: dict[str, list[tuple[str, str, Json]]] = {}
    for path, methods in paths.items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                tag = next(iter(operation.get("tags", ())), "other")
                groups.setdefault(tag, []).append((method.upper(), path, operation))
    return dict(sorted(groups.items()))


def _contents(groups: Mapping[str, list[tuple[str, str, Json]]], schemas: Json) -> Iterator[str]:
    yield f"<nav>\n<h2>{_both('Contents', '目录')}</h2>\n<ul>"
    for tag, operations in groups.items():
        yield f'<li><a href="#{anchor("tag", tag)}">{_tag(tag)}</a> ({len(operations)})<ul>'
        for method, path, _ in operations:
            yield f'<li><a href="#{anchor(method, path)}"><code>{method} {escape(path)}</code></a></li>'
        yield "</ul></li>"
    if schemas:
        yield f'<li><a href="#shapes">{_both("Shapes", "数据结构")}</a> ({len(schemas)})</li>'
    yield "</ul>\n</nav>"


def _group(tag: str, operations: list[tuple[str, str, Json]]) -> Iterator[str]:
    yield f'<section id="{anchor("tag", tag)}">\n<h2>{_tag(tag)}</h2>'
    for method, path, operation in operations:
        yield f'<article id="{anchor(method, path)}">\n<h3><code>{method} {escape(path)}</code></h3>'
        if said := operation.get("description") or operation.get("summary"):
            yield f"<p>{escape(said)}</p>"
        yield from _parameters(operation.get("parameters", []))
        if body := operation.get("requestBody"):
            required = _both("required", "必需") if body.get("required") else _both("optional", "可选")
            yield f"<h4>{_both('Body', '请求正文')}</h4>\n<p>{media_text(body)} ({required})</p>"
        yield from _answers(operation.get("responses", {}))
        yield "</article>"
    yield "</section>"


def _parameters(given: list[Json]) -> Iterator[str]:
    if not given:
        return
    titles = (("Name", "名称"), ("In", "位置"), ("Type", "类型"), ("Required", "必需"), ("Meaning", "说明"))
    rows = [
        (
            f"<code>{escape(item['name'])}</code>",
            escape(item["in"]),
            type_text(item.get("schema", {})),
            _yes(bool(item.get("required"))),
            escape(item.get("description", "")),
        )
        for item in given
    ]
    yield from _table(_both("Parameters", "参数"), titles, rows)


def _answers(responses: Json) -> Iterator[str]:
    titles = (("Status", "状态码"), ("Content", "内容"), ("Meaning", "说明"))
    rows = [
        (
            escape(status),
            media_text(answer),
            escape("" if answer.get("description") in _SAYS_NOTHING else answer.get("description", "")),
        )
        for status, answer in responses.items()
    ]
    yield from _table(_both("Answers", "响应"), titles, rows)


def _shapes(schemas: Json) -> Iterator[str]:
    if not schemas:
        return
    yield f'<section id="shapes">\n<h2>{_both("Shapes", "数据结构")}</h2>'
    titles = (("Field", "字段"), ("Type", "类型"), ("Required", "必需"), ("Meaning", "说明"))
    for name, schema in sorted(schemas.items()):
        yield f'<article id="{anchor("shape", name)}">\n<h3><code>{escape(name)}</code></h3>'
        if said := schema.get("description"):
            yield f"<p>{escape(said)}</p>"
        fields = schema.get("properties", {})
        required = schema.get("required", [])
        rows = [
            (
                f"<code>{escape(key)}</code>",
                type_text(inner),
                _yes(key in required),
                escape(inner.get("description", "")),
            )
            for key, inner in fields.items()
        ]
        if rows:
            yield from _table(_both("Fields", "字段"), titles, rows)
        else:
            yield f"<p>{type_text(schema)}</p>"
        yield "</article>"
    yield "</section>"


def _table(caption: str, titles: tuple[tuple[str, str], ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"<h4>{caption}</h4>\n<table border>\n<thead><tr>"
    yield "".join(f'<th scope="col">{_both(*title)}</th>' for title in titles)
    yield "</tr></thead>\n<tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</tbody>\n</table>"


def _both(english: str, chinese: str) -> str:
    return f'{escape(english)} <span lang="zh-CN">/ {escape(chinese)}</span>'


def _tag(tag: str) -> str:
    return _both(tag, _TAGS[tag]) if tag in _TAGS else escape(tag)


def _yes(value: bool) -> str:
    return _both("yes", "是") if value else _both("no", "否")
