"""What a filter means, once more and in plain Python over plain rows; the databases have to agree with it."""

import fnmatch
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mcm.filters import FIELDS, And, Condition, Expression, FieldType, Not, Operator, Source
from mcm.filters.fields import ADDRESS_ATTRIBUTES
from mcm.filters.syntax import Duration, Known, Moment, Operand, Pattern

Row = Mapping[str, Any]


def holds(expression: Expression, row: Row, now: datetime) -> bool:
    """row: a stored row and `_account`, `_accounts`, `_ownership`, `_presence` (as derived)."""
    if isinstance(expression, Condition):
        return _condition(expression, row, now)
    if isinstance(expression, Not):
        return not holds(expression.term, row, now)
    truths = [holds(term, row, now) for term in expression.terms]
    return all(truths) if isinstance(expression, And) else any(truths)


def _condition(condition: Condition, row: Row, now: datetime) -> bool:
    field = FIELDS[condition.field]
    if field.type is FieldType.AGE:
        return _age(condition, row["created_at"], now)
    if field.source is Source.MAP:
        return _map(condition, row[field.column] if field.column in row else row["attributes"].get(field.column))
    known, values = _values(condition.field, row)
    if isinstance(condition.operand, Known):
        return bool(values)
    if condition.operator is Operator.NE:
        return known and not any(_equal(value, condition.operand) for value in values)
    return any(_compare(value, condition.operator, condition.operand) for value in values)


def _values(name: str, row: Row) -> tuple[bool, list[Any]]:
    """(whether the field is known at all, its values)."""
    field = FIELDS[name]
    if field.source is Source.ATTRIBUTE:
        return _attribute(row["attributes"], field.column, field.member, field.type, field.many)
    if field.source is Source.ADDRESS:
        found = [_attribute(row["attributes"], item, "", FieldType.TEXT, item.endswith(("ips", "addresses")))[1]
                 for item in ADDRESS_ATTRIBUTES]  # fmt: skip
        every = [value for values in found for value in values]
        return bool(every), every
    if field.source in (Source.ACCOUNT, Source.ACCOUNT_ID):
        return True, list(row["_accounts"] if field.source is Source.ACCOUNT else row["_account_ids"])
    if field.source is Source.PROJECT:
        every = [value for value in (row["project"], row["project_name"]) if value is not None]
        return bool(every), every
    special = {Source.OWNERSHIP: "_ownership", Source.PRESENCE: "_presence"}.get(field.source, field.column)
    value = row[special]
    return value is not None, [] if value is None else [value]


def _attribute(attributes: Row, name: str, member: str, kind: FieldType, many: bool) -> tuple[bool, list[Any]]:
    stored = attributes.get(name)
    if not many:
        right = _is(stored, kind)
        return right, [stored] if right else []
    if not isinstance(stored, list):
        return False, []
    if kind is FieldType.OBJECTS:
        return True, [item for item in stored if isinstance(item, dict)]
    items: Iterable[Any] = stored
    if member:
        items = [item.get(member) for item in stored if isinstance(item, dict)]
    return True, [item for item in items if _is(item, kind)]


def _is(value: Any, kind: FieldType) -> bool:
    if kind is FieldType.BOOLEAN:
        return isinstance(value, bool)
    if kind is FieldType.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _map(condition: Condition, stored: Any) -> bool:
    entries = stored if isinstance(stored, dict) else {}
    if condition.key is None:
        if isinstance(condition.operand, Known):
            return bool(entries)
        return any(_equal(key, condition.operand) for key in entries)
    value = entries.get(condition.key)
    if not isinstance(value, str):
        return False
    return isinstance(condition.operand, Known) or _compare(value, condition.operator, condition.operand)


def _age(condition: Condition, created: datetime | None, now: datetime) -> bool:
    if created is None:
        return False
    if isinstance(condition.operand, Known):
        return True
    assert isinstance(condition.operand, Duration)
    age, limit = now - created, timedelta(seconds=condition.operand.seconds)
    return _ordered(age, condition.operator, limit)


def _compare(value: Any, operator: Operator, operand: Operand) -> bool:
    if operator is Operator.EQ:
        return _equal(value, operand)
    if operator is Operator.NE:
        return not _equal(value, operand)
    if operator is Operator.HAS:
        assert isinstance(operand, Pattern)
        return _matches(_lower(value), ("", *(_lower(part) for part in operand.parts), ""))
    if isinstance(operand, Moment):
        if isinstance(value, str):
            return _ordered(value[:19], operator, operand.at.strftime("%Y-%m-%dT%H:%M:%S"))
        return _ordered(value, operator, operand.at)
    if isinstance(operand, Pattern):
        return _ordered(value.encode(), operator, operand.parts[0].encode())
    return _ordered(value, operator, operand)


def _equal(value: Any, operand: Operand) -> bool:
    if isinstance(operand, Pattern):
        return _matches(value, operand.parts)
    if isinstance(operand, Moment):
        at = value
        if isinstance(value, str):
            try:
                at = datetime.fromisoformat(value[:19]).replace(tzinfo=UTC)
            except ValueError:
                return False
            if not operand.day:
                return at == operand.at.replace(microsecond=0)
        return operand.at <= at < operand.at + timedelta(days=1) if operand.day else bool(at == operand.at)
    return bool(value == operand)


def _matches(text: str, parts: tuple[str, ...]) -> bool:
    pattern = "*".join(re.sub(r"([*?[])", r"[\1]", part) for part in parts)
    return fnmatch.fnmatchcase(text, pattern)


def _lower(text: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def _ordered(one: Any, operator: Operator, other: Any) -> bool:
    return bool(
        {
            Operator.LT: one < other,
            Operator.LE: one <= other,
            Operator.GT: one > other,
            Operator.GE: one >= other,
        }[operator]
    )
