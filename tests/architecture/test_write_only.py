"""Secrets go into the API and never come out of it: no answer has a field that is a secret in any request."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.architecture.layout import application

# A secret that mcm itself makes is shown to whoever it was made for, once, in the answer that made it; and never again.
SHOWN_ONCE: frozenset[str] = frozenset()
# Names that mean something else in answers: the code of a warning (a second factor's, in requests), how many are new
# (the new password, in requests). The properties of these two requests are in no answer's shape.
OTHERWISE = frozenset({"code", "new"})


def _document() -> dict[str, Any]:
    return application().openapi()


def _schemas(document: Mapping[str, Any], part: str) -> Iterator[Any]:
    """part: requestBody or responses."""
    for operations in document["paths"].values():
        for operation in operations.values():
            bodies = operation.get(part) or {}
            for body in [bodies] if part == "requestBody" else bodies.values():
                for media in body.get("content", {}).values():
                    yield media.get("schema") or {}


def _properties(document: Mapping[str, Any], schema: Any, seen: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(schema, list):
        for inner in schema:
            yield from _properties(document, inner, seen)
    if not isinstance(schema, Mapping):
        return
    if name := schema.get("$ref"):
        if name not in seen:
            seen.add(name)
            yield from _properties(document, document["components"]["schemas"][name.rpartition("/")[2]], seen)
        return
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        yield from _properties(document, inner, seen)
    for key in ("items", "anyOf", "allOf", "oneOf", "additionalProperties"):
        yield from _properties(document, schema.get(key), seen)


def _is_secret(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    if schema.get("format") == "password" or schema.get("writeOnly"):
        return True
    inner = [*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")]
    return any(_is_secret(one) for one in inner)


def _of(part: str) -> list[tuple[str, Mapping[str, Any]]]:
    document = _document()
    return [found for schema in _schemas(document, part) for found in _properties(document, schema, set())]


def test_requests_have_secrets() -> None:
    """Else the next test would prove nothing."""
    assert "secrets" in {name for name, schema in _of("requestBody") if _is_secret(schema)}


def test_no_answer_has_a_field_that_is_a_secret_in_a_request() -> None:
    secret = {name for name, schema in _of("requestBody") if _is_secret(schema)}
    assert {name for name, _ in _of("responses")} & secret <= SHOWN_ONCE | OTHERWISE


def test_no_answer_has_a_field_of_a_secret_type() -> None:
    assert {name for name, schema in _of("responses") if _is_secret(schema)} <= SHOWN_ONCE


def test_passwords_and_secrets_of_requests_are_declared_as_such() -> None:
    words = ("password", "secret", "passphrase", "private_key")
    plain = {
        name
        for name, schema in _of("requestBody")
        if any(word in name for word in words) and not _is_secret(schema) and schema.get("type") != "boolean"
    }
    assert not plain
