"""Pages and cursors, the same for every listing; how a request asks for them stands in `mcm.edge.paging`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel

from mcm.errors import BadRequest
from mcm.kit.text import decode_token, encode_token

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """`next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(values: list[Any]) -> str:
    return encode_token(orjson.dumps(values))


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The values `encode_cursor` was given. Raises BadRequest when the text is not a cursor of this listing."""
    try:
        values = orjson.loads(decode_token(cursor))
    except (ValueError, TypeError) as error:
        raise BadRequest("the cursor is not one that this listing gave out", next_step="start without one") from error
    if not isinstance(values, list) or len(values) != length:
        raise BadRequest("the cursor belongs to another order or listing", next_step="start without one")
    return values


@contextmanager
def of_cursor() -> Iterator[None]:
    """Around what is made of a cursor's values, which anybody can write: what does not fit is a BadRequest."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRequest("the cursor is not one that this listing gave out", next_step="start without one") from error
