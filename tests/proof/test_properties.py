"""Nothing can be set that the API does not name, and nothing secret comes back: read from its description."""

from collections.abc import Iterator
from typing import Any

from tests.architecture.layout import application

_SECRET = ("password", "secrets", "secret", "client_secret", "old_password", "new_password", "code", "recovery_code")
# Shown once, to whom they were made for: that is what these answers are for.
_SHOWN_ONCE = ("token", "link", "recovery_codes", "device_code", "user_code", "uri")


def _document() -> dict[str, Any]:
    return application().openapi()


def _objects(document: dict[str, Any], schema: dict[str, Any], seen: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, schema) of everything a schema is made of that has properties of its own."""
    reference = schema.get("$ref", "")
    if reference:
        name = reference.rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            yield from _objects(document, document["components"]["schemas"][name], seen)
        return
    if "properties" in schema:
        yield schema.get("title", "?"), schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("allOf", ())]
    inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for part in inner:
        yield from _objects(document, part, seen)


def _bodies(document: dict[str, Any], part: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"].values() if part == "responses" else [operation.get("requestBody", {})]
            for answer in answers:
                for media in answer.get("content", {}).values():
                    if "schema" in media:
                        yield f"{method.upper()} {path}", media["schema"]


def test_no_request_takes_a_property_that_it_does_not_name() -> None:
    document, open_ones, looked = _document(), set(), 0
    for where, schema in _bodies(document, "requestBody"):
        for name, found in _objects(document, schema, set()):
            looked += 1
            if found.get("additionalProperties") is not False:
                open_ones.add(f"{where}: {name}")
    assert not open_ones
    assert looked > 5


# What these call their code names a problem, a warning or a term of a sum.
_NAMES_BY_CODE = {
    "Problem", "FindingItem", "RemarkItem", "Said", "Told", "TermItem", "WarningItem", "BreakEvenItem", "FetchError",
}  # fmt: skip


def test_no_answer_has_a_property_that_is_a_secret_of_a_request() -> None:
    document, shown, looked = _document(), set(), 0
    for where, schema in _bodies(document, "responses"):
        for name, found in _objects(document, schema, set()):
            looked += 1
            # A form's field that says of itself that it is secret says yes or no.
            texts = {key for key, what in found["properties"].items() if what.get("type") != "boolean"}
            secret = {key for key in texts if key in _SECRET and key not in _SHOWN_ONCE}
            shown |= {f"{where}: {name}.{key}" for key in secret if key != "code" or name not in _NAMES_BY_CODE}
    assert not shown
    assert looked > 50
