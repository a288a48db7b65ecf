"""What all translations share: names, tags, times and the cloud's document."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from mcm.contract import Relation
from mcm_providers.aws.documents import Document

# Longer names and tags are cut, not refused: AWS allows 128 and 256 characters, an emulator anything.
MAX_TEXT = 1024


def short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT]


def tags_of(document: Document, key: str = "Tags") -> dict[str, str]:
    """The tags of a record that lists them; no list means no tags."""
    return {short(tag.get("Key") or ""): short(tag.get("Value") or "") for tag in document.get(key) or ()}


def named(tags: Mapping[str, str] | None, otherwise: str) -> str:
    """The Name tag; most kinds of AWS have no other name."""
    return (tags.get("Name") if tags else None) or short(otherwise)


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time of AWS as aware UTC; None when absent or in no form known."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def distinct(relations: Iterable[Relation]) -> list[Relation]:
    """Each once, in their order."""
    return list(dict.fromkeys(relations))


def without(document: Document, *keys: str) -> Document:
    """The document itself, less what must not be kept of it; the caller does not read these keys afterwards."""
    for key in keys:
        document.pop(key, None)
    return document
