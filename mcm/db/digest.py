"""A checksum of a table's contents that does not depend on the order of rows, nor on the kind of database."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from mcm.kit.money import written

_SIZE = 32


class Digest:
    """`rows` and `hex` after the rows were added. The sum of the rows' hashes: two equal rows count twice."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Mapping[str, Any]) -> None:
        # Without the names, which SQLAlchemy has as a type of its own: the columns' order is the models'.
        told = orjson.dumps(list(row.values()), default=_told, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(told).digest(), "big")

    @property
    def hex(self) -> str:
        return (self._sum % (1 << 8 * _SIZE)).to_bytes(_SIZE, "big").hex()


def _told(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return written(value)
    raise TypeError(f"{type(value).__name__} in a table")
