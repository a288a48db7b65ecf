"""Pages and cursors, the same for every listing; how a request asks for them stands in `mcm.edge.paging`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, Generic, TypeVar, get_args

import orjson
from pydantic import BaseModel

from mcm.errors import BadRequest
from mcm.kit import clock
from mcm.kit.text import decode_token, encode_token

T = TypeVar("T")
_STRANGE = "the cursor is not one that this listing gave out"
_OTHER = "the cursor belongs to another order or listing"
_AGAIN = "start without one"


class Page(BaseModel, Generic[T]):
    """`next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A page before it is shown."""

    items: Sequence[T]
    next_cursor: str | None


def encode_cursor(values: Iterable[Any]) -> str:
    """Of texts, whole numbers, dates and instants, by which the listing is ordered."""
    return encode_token(orjson.dumps([clock.to_text(one) if isinstance(one, datetime) else one for one in values]))


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The values `encode_cursor` was given, as JSON has them. Raises BadRequest when the text is not a cursor of this
    listing. Whoever passes them on to a database asks `after` instead."""
    try:
        values = orjson.loads(decode_token(cursor))
    except (ValueError, TypeError) as error:
        raise BadRequest(_STRANGE, next_step=_AGAIN) from error
    if not isinstance(values, list) or len(values) != length:
        raise BadRequest(_OTHER, next_step=_AGAIN)
    return values


def after(cursor: str | None, *types: type | UnionType) -> tuple[Any, ...] | None:
    """What the last row of the page before was ordered by, each of its type; None on the first page.

    types: of `str`, `int`, `date` and `datetime`, `… | None` where nothing is a value too. Anybody can write a cursor:
    raises BadRequest for what no listing gave out.
    """
    if cursor is None:
        return None
    values = decode_cursor(cursor, len(types))
    try:
        return tuple(_read(value, wanted) for value, wanted in zip(values, types, strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRequest(_STRANGE, next_step=_AGAIN) from error


def _read(value: Any, wanted: type | UnionType) -> Any:
    if isinstance(wanted, UnionType):
        (inner,) = (one for one in get_args(wanted) if one is not type(None))
        return None if value is None else _read(value, inner)
    if wanted is int and type(value) is int and abs(value) < 2**63:
        return value
    # PostgreSQL knows no text with a NUL.
    if wanted is int or not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    if wanted is datetime:
        return clock.from_text(value)
    return date.fromisoformat(value) if wanted is date else value


def page_of_few(items: Sequence[T], limit: int, cursor: str | None, key: Callable[[T], str]) -> Page[T]:
    """Of a listing that is short and read whole, in its own order. key: what names an item in it."""
    start = 0
    if found := after(cursor, str):
        start = next((place for place, item in enumerate(items, 1) if key(item) == found[0]), -1)
        if start < 0:
            raise BadRequest("what the page before ended with is no longer there", next_step=_AGAIN)
    page = list(items[start : start + limit])
    return Page(items=page, next_cursor=encode_cursor([key(page[-1])]) if len(items) > start + limit else None)
