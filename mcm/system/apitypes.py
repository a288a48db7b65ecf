"""JSON schemas of the API's description as short texts in HTML: types, limits, links to named shapes."""

from collections.abc import Mapping
from html import escape
from typing import Any

_LIMITS = (
    ("minimum", "≥ "),
    ("exclusiveMinimum", "> "),
    ("maximum", "≤ "),
    ("exclusiveMaximum", "< "),
    ("minLength", "length ≥ "),
    ("maxLength", "length ≤ "),
    ("minItems", "items ≥ "),
    ("maxItems", "items ≤ "),
    ("maxProperties", "keys ≤ "),
    ("pattern", "pattern "),
)


def anchor(kind: str, name: str) -> str:
    """What may stand in an address behind # without quoting; different names keep different anchors."""
    return f"{kind.lower()}-" + "".join(
        char if char.isalnum() and char.isascii() else f"-{ord(char):x}-" for char in name
    )


def media_text(part: Mapping[str, Any]) -> str:
    """What a body or an answer holds, by media type."""
    shown = []
    for media, inner in part.get("content", {}).items():
        kind = type_text(inner.get("schema") or {})
        shown.append(f"<code>{escape(media)}</code>{': ' if kind else ''}{kind}")
    return "<br>".join(shown)


def type_text(schema: Mapping[str, Any]) -> str:
    """ "" for a schema that allows anything."""
    kind = _kind(schema)
    notes = [f"{sign}{escape(str(schema[key]))}" for key, sign in _LIMITS if key in schema]
    if "default" in schema and schema["default"] is not None:
        notes.append(f"default <code>{escape(_literal(schema['default']))}</code>")
    return f"{kind} ({', '.join(notes)})" if notes else kind


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f'<a href="#{anchor("shape", name)}">{escape(name)}</a>'
    for joined, word in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if joined in schema:
            return word.join(dict.fromkeys(type_text(inner) or "anything" for inner in schema[joined]))
    if "const" in schema:
        return f"<code>{escape(_literal(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(_literal(item))}</code>" for item in schema["enum"])
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {type_text(schema.get('items') or {}) or 'anything'}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map of text to {type_text(schema['additionalProperties']) or 'anything'}"
    shown = escape(" or ".join(kind) if isinstance(kind, list) else str(kind))
    return f"{shown}, {escape(str(schema['format']))}" if "format" in schema else shown


def _literal(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
