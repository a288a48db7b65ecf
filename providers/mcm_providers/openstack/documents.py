"""Reading values out of a service's JSON: a value of another type than promised is unknown, never an exception.

What a resource cannot do without (its id, the list it stands in) is an UnexpectedResponse when it is wrong.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mcm.contract import UnexpectedResponse

Document = dict[str, Any]

# Names longer than this are shown shortened: a database column and a page have to hold them.
TEXT_LIMIT = 1024
_ID_LIMIT = 255
# Above this, JSON readers and databases lose digits; an IPv6 subnet has more addresses.
_COUNT_LIMIT = 2**53


def parsed(body: bytes, about: str) -> Document:
    """The JSON object in `body`. Raises UnexpectedResponse for cut, garbled or other content."""
    try:
        document = orjson.loads(body)
    except ValueError as error:
        cut = " and ends too early" if "unexpected end" in str(error) or "EOF" in str(error) else ""
        raise UnexpectedResponse(f"{about}: the answer is not valid JSON{cut}") from error
    if not isinstance(document, dict):
        raise UnexpectedResponse(f"{about}: the answer is not a JSON object")
    return document


def rows(document: Document, key: str, about: str) -> list[Document]:
    """The list of objects under `key`, which must be there."""
    found = document.get(key)
    if not isinstance(found, list):
        raise UnexpectedResponse(f"{about}: the answer has no list '{key}'")
    for row in found:
        if not isinstance(row, dict):
            raise UnexpectedResponse(f"{about}: the list '{key}' holds something that is not an object")
    return found


def identifier(row: Document, key: str = "id") -> str:
    found = row.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str) or not found or len(found) > _ID_LIMIT:
        raise UnexpectedResponse(f"an entry has no usable '{key}'")
    return found


def text(value: object) -> str | None:
    """None for anything that is not a text, and for an empty one."""
    if type(value) is not str or not value:
        return None
    return value if len(value) <= TEXT_LIMIT else value[:TEXT_LIMIT]


def name_of(row: Document, key: str = "name") -> str:
    """What people call it: its name, else its id. (Names may be empty in OpenStack.)"""
    return text(row.get(key)) or identifier(row)


def owner_of(row: Document) -> str | None:
    """The project, by neutron's new and old word for it."""
    return text(row.get("project_id")) or text(row.get("tenant_id"))


def integer(value: object) -> int | None:
    return value if type(value) is int else None


def count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _COUNT_LIMIT else None


def flag(value: object) -> bool | None:
    """Also cinder's "true" and "false" in quotes."""
    if type(value) is bool:
        return value
    return {"true": True, "false": False}.get(value.lower()) if type(value) is str else None


def when(value: object) -> datetime | None:
    """A service's timestamp, which is UTC whether it says so or not."""
    if type(value) is not str:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def texts(value: object) -> list[str]:
    if type(value) is not list:
        return []
    return [shown for item in value if (shown := text(item)) is not None]


def mapping(value: object) -> Mapping[str, Any]:
    return value if type(value) is dict else {}


def mappings(value: object) -> list[Document]:
    return [item for item in value if type(item) is dict] if type(value) is list else []


def tags(metadata: object, labels: object = None) -> dict[str, str] | None:
    """`metadata` is a mapping of texts, `labels` a list of words; both are tags to people."""
    found: dict[str, str] = {}
    if type(labels) is list:
        found = {label[:TEXT_LIMIT]: "" for label in labels if type(label) is str and label}
    if type(metadata) is dict:
        for key, value in metadata.items():
            found[key[:TEXT_LIMIT]] = (value if type(value) is str else "" if value is None else str(value))[
                :TEXT_LIMIT
            ]
    return found or None


def gib(size_bytes: object) -> float | None:
    return round(size_bytes / 2**30, 3) if type(size_bytes) is int and size_bytes >= 0 else None


def without(row: Document, *keys: str) -> Document:
    """`row` less `keys`, changed in place: pages are read once and large."""
    for key in keys:
        row.pop(key, None)
    return row
