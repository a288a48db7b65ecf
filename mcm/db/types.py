"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import DateTime, Numeric, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from mcm.kit import clock, money


class UtcTime(TypeDecorator[datetime]):
    """timestamptz on PostgreSQL; on SQLite fixed-width text that sorts as time. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: times are aware and UTC")
        return value.astimezone(UTC) if dialect.name == "postgresql" else clock.to_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else clock.from_text(value)


class Json(TypeDecorator[Any]):
    """JSONB on PostgreSQL, JSON text on SQLite; None is NULL on both."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Here, as the dialect with its drivers is a large import that SQLite has no use for.
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        # PostgreSQL's driver has read it already: a string is a JSON string, and not JSON.
        return value if value is None or dialect.name == "postgresql" else orjson.loads(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal of 38 digits, 18 of them after the point. SQLite has none: there it is text, which neither sorts nor
    adds up as a number. Sums are `mcm.db.exact.exact_sum`; a comparison casts and says that it is about."""

    impl = Numeric(38, 18)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric(38, 18) if dialect.name == "postgresql" else String(41))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        if not isinstance(value, Decimal):
            raise TypeError(f"amounts are decimals, not {type(value).__name__}")
        # Of one shape, so that adding up needs no parsing: without its point it is a whole number of the 18th place.
        return format(value, ".18f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else money.plain(Decimal(value))


def key_text(length: int | None = None) -> TypeEngine[str]:
    """Text compared byte by byte on both databases, so that order and cursors agree and indexes serve LIKE 'x%'."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")
