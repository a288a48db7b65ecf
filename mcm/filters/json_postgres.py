"""Values inside JSONB columns on PostgreSQL, with exactly the answers of the SQLite variant."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    String,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

_TYPES = {"text": "string", "number": "number", "boolean": "boolean", "time": "string"}
_ROOT: ColumnElement[Any] = literal_column("'{}'::text[]")

Element = Callable[[ColumnElement[Any]], ColumnElement[bool]]


class PostgresJson:
    """`name` is always a name of the contract (letters and underscores), so it may stand in the SQL text."""

    def scalar(self, column: ColumnElement[Any], name: str, kind: str) -> ColumnElement[Any]:
        """Text, number, or for booleans the texts true and false; NULL when missing."""
        return _typed(_member(column, name), kind)

    def same(self, column: ColumnElement[Any], name: str, value: object, many: bool) -> ColumnElement[bool] | None:
        """The member, or an element of it, is exactly `value`: one look instead of several. None for other operands."""
        if not isinstance(value, str | int | float):
            return None
        return type_coerce(column, JSONB).contains({name: [value] if many else value})

    def any_element(
        self, column: ColumnElement[Any], name: str, member: str, kind: str, holds: Element
    ) -> ColumnElement[bool]:
        """Some element of the list, or its member of that name, fulfils `holds`."""
        each = self._elements(column, name)
        value = _member(each.c.value, member) if member else each.c.value
        # A number's cast stands behind its type's check inside `_typed`, which is NULL for any other type.
        found: Select[Any] = select(literal_column("1")).select_from(each).where(holds(_typed(value, kind)))
        return exists(found)

    def is_list(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return func.coalesce(func.jsonb_typeof(_member(column, name)) == "array", literal_column("false"))

    def any_object(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        each = self._elements(column, name)
        of_type = func.jsonb_typeof(each.c.value)
        return exists(select(literal_column("1")).select_from(each).where(of_type == "object"))

    def entry(self, column: ColumnElement[Any], name: str, key: str) -> ColumnElement[Any]:
        """The text under `key` of an object: the column itself, or its member `name`."""
        base = _member(column, name) if name else column
        return _typed(type_coerce(base.op("->")(cast(key, String)), JSONB), "text")

    def any_key(self, column: ColumnElement[Any], name: str, holds: Element) -> ColumnElement[bool]:
        base = _member(column, name) if name else column
        is_object = func.jsonb_typeof(base) == "object"
        safe = case((is_object, base), else_=literal_column("'{}'::jsonb"))
        each = func.jsonb_object_keys(safe).table_valued("key", name="t").render_derived()
        key = type_coerce(each.c.key, String()).collate("C")
        return exists(select(literal_column("1")).select_from(each).where(holds(key)))

    def may_contain(self, _column: ColumnElement[Any], _text: str) -> ColumnElement[bool] | None:
        """No cheap test here: a JSONB document has no text of its own."""
        return None

    def _elements(self, column: ColumnElement[Any], name: str) -> Any:
        value = _member(column, name)
        safe = case((func.jsonb_typeof(value) == "array", value), else_=literal_column("'[]'::jsonb"))
        return func.jsonb_array_elements(safe).table_valued("value", name="e")


def _member(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return type_coerce(type_coerce(column, JSONB).op("->")(literal_column(f"'{name}'")), JSONB)


def _typed(value: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    of_type = func.jsonb_typeof(value) == _TYPES[kind]
    as_text = type_coerce(value.op("#>>")(_ROOT), String())
    if kind == "number":
        return case((of_type, cast(as_text, Numeric)))
    # The database's own collation may sort like a dictionary; everything here sorts by bytes.
    return case((of_type, as_text)).collate("C")


def exact(value: float) -> Decimal:
    """As PostgreSQL's numeric compares it: the number as written, not its nearest binary fraction."""
    return Decimal(repr(value))
