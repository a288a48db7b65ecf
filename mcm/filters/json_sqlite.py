"""Values inside JSON columns on SQLite. A value of another type than asked for counts as missing, never as an error."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, exists, func, literal, literal_column, select, type_coerce
from sqlalchemy.types import Float

_TYPES = {"text": ("text",), "number": ("integer", "real"), "boolean": ("true", "false"), "time": ("text",)}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .:_-@#=+")

Element = Callable[[ColumnElement[Any]], ColumnElement[bool]]


class SqliteJson:
    """`name` is always a name of the contract (letters and underscores), so it may stand in the SQL text."""

    def scalar(self, column: ColumnElement[Any], name: str, kind: str) -> ColumnElement[Any]:
        """Text, number, or for booleans the texts true and false; NULL when missing."""
        path: ColumnElement[Any] = literal_column(f"'$.{name}'")
        of_type = func.json_type(column, path)
        if kind == "boolean":
            return case((of_type.in_(_TYPES[kind]), of_type))
        value = case((of_type.in_(_TYPES[kind]), func.json_extract(column, path)))
        return type_coerce(value, Float() if kind == "number" else String())

    def same(self, _column: ColumnElement[Any], _name: str, _value: object, _many: bool) -> ColumnElement[bool] | None:
        """There is no shorter way here."""
        return None

    def any_element(
        self, column: ColumnElement[Any], name: str, member: str, kind: str, holds: Element
    ) -> ColumnElement[bool]:
        """Some element of the list, or its member of that name, fulfils `holds`."""
        path: ColumnElement[Any] = literal_column(f"'$.{name}'")
        each = func.json_each(column, path).table_valued("value", "type", name="e")
        if member:
            of_type: ColumnElement[Any] = func.json_type(each.c.value, literal_column(f"'$.{member}'"))
            value: ColumnElement[Any] = func.json_extract(each.c.value, literal_column(f"'$.{member}'"))
            guard = each.c.type == "object"
        else:
            of_type, value, guard = each.c.type, each.c.value, each.c.type.in_(_TYPES[kind])
        if kind == "boolean":
            value = of_type
        typed = type_coerce(value, Float() if kind == "number" else String())
        # CASE fixes the order: json_extract must not see an element that is no object.
        inner = case((guard, of_type.in_(_TYPES[kind]) & holds(typed))) if member else guard & holds(typed)
        return self.is_list(column, name) & exists(select(literal_column("1")).select_from(each).where(inner))

    def is_list(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return func.coalesce(func.json_type(column, literal_column(f"'$.{name}'")) == "array", literal_column("0"))

    def any_object(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        each = func.json_each(column, literal_column(f"'$.{name}'")).table_valued("type", name="e")
        found: Select[Any] = select(literal_column("1")).select_from(each).where(each.c.type == "object")
        return self.is_list(column, name) & exists(found)

    def entry(self, column: ColumnElement[Any], name: str, key: str) -> ColumnElement[Any]:
        """The text under `key` of an object: the column itself, or its member `name`."""
        each = self._entries(column, name)
        found = select(each.c.value).where(each.c.key == key, each.c.type == "text").limit(1)
        return type_coerce(found.scalar_subquery(), String())

    def any_key(self, column: ColumnElement[Any], name: str, holds: Element) -> ColumnElement[bool]:
        each = self._entries(column, name)
        return exists(select(literal_column("1")).select_from(each).where(holds(type_coerce(each.c.key, String()))))

    def may_contain(self, column: ColumnElement[Any], text: str) -> ColumnElement[bool] | None:
        """A cheap necessary condition: the document's own text holds `text`. None where that cannot be said."""
        if not text or not _PLAIN.issuperset(text):
            return None
        return func.instr(column, literal(text, String())) > 0

    def _entries(self, column: ColumnElement[Any], name: str) -> Any:
        arguments = (column, literal_column(f"'$.{name}'")) if name else (column,)
        kind = func.json_type(*arguments)
        safe = case((kind == "object", func.json_extract(*arguments) if name else column), else_=literal_column("'{}'"))
        return func.json_each(safe).table_valued("key", "value", "type", name="t")
