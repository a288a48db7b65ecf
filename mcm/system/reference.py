"""The API's description as a plain page: no script, nothing from elsewhere, so that it works air-gapped."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>mcm: HTTP API</title><meta name="viewport" content="width=device-width"></head>
<body>
<h1>mcm: HTTP API</h1>
<p>The same as <a href="/openapi.json">openapi.json</a>, for people. Every change needs an Idempotency-Key header;
errors are problem+json with a code that <code>mcm explain CODE</code> explains.</p>
"""


def render(document: Mapping[str, Any]) -> str:
    """`document`: an OpenAPI description."""
    return "\n".join(
        [_HEAD, *_operations(document["paths"]), *_schemas(document["components"]["schemas"]), "</body>\n"]
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p>"
            given = operation.get("parameters", [])
            if given:
                yield "<table border><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr>"
                for item in given:
                    name = escape(item["name"]) + (" (required)" if item.get("required") else "")
                    cells = (name, item["in"], _type(item.get("schema", {})), escape(item.get("description", "")))
                    yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
                yield "</table>"
            if body := operation.get("requestBody"):
                yield f"<p>Body: {_content(body)}</p>"
            for status, answer in operation["responses"].items():
                yield f"<p>{escape(status)}: {_content(answer)}</p>"


def _schemas(schemas: Mapping[str, Any]) -> Iterator[str]:
    yield "<h1>Shapes</h1>"
    for name, schema in schemas.items():
        yield f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(schema.get("description", ""))}</p><ul>'
        required = schema.get("required", [])
        for key, inner in schema.get("properties", {}).items():
            mark = " (required)" if key in required else ""
            yield f"<li><code>{escape(key)}</code>{mark}: {_type(inner)} {escape(inner.get('description', ''))}</li>"
        yield "</ul>"


def _content(part: Mapping[str, Any]) -> str:
    shown = [f"{escape(media)} {_type(inner.get('schema', {}))}" for media, inner in part.get("content", {}).items()]
    return ", ".join(shown) or escape(part.get("description", ""))


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in schema:
            return " or ".join(_type(inner) for inner in schema[joined])
    if "enum" in schema or "const" in schema:
        return " or ".join(f"<code>{escape(str(item))}</code>" for item in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {})) or 'anything'}"
    return escape(str(schema.get("type", "")))
