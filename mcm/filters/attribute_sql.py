"""Conditions on typed attributes, which live in a JSON column; lists hold when any element does."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Float, Numeric, String, and_, case, func, literal, literal_column, not_, or_

from mcm.contract.resources import ATTRIBUTES
from mcm.filters.fields import ADDRESS_ATTRIBUTES, FIELDS, Field, FieldType
from mcm.filters.json_postgres import exact
from mcm.filters.json_values import JsonValues
from mcm.filters.syntax import Condition, Known, Moment, Operand, Operator, Pattern
from mcm.filters.text_sql import any_of, contains, text_condition

# The search column holds these addresses, after name and native id, and is cut at this length.
MAX_SEARCH = 4000
_SEARCHED = ("private_ips", "public_ips", "ips", "address")
_SEARCHED_IN_PART = sorted(
    str(kind)
    for kind, shape in ATTRIBUTES.items()
    if {item.name for item in fields(shape)} & set(ADDRESS_ATTRIBUTES) - set(_SEARCHED)
)
_SECOND = "%Y-%m-%dT%H:%M:%S"


def attribute_condition(
    json: JsonValues, column: ColumnElement[Any], dialect: str, field: Field, condition: Condition
) -> ColumnElement[bool]:
    operator, operand = condition.operator, condition.operand
    if field.type is FieldType.OBJECTS:
        return json.any_object(column, field.column)
    kind = str(field.type)
    if operator is Operator.EQ and not field.member:
        value = operand.literal if isinstance(operand, Pattern) else operand
        same = json.same(column, field.column, value, field.many)
        if same is not None:
            return same
    if not field.many:
        scalar = json.scalar(column, field.column, kind)
        return _guarded(json, column, operator, operand, value_condition(scalar, operator, operand, dialect))
    positive = Operator.EQ if operator is Operator.NE else operator

    def holds(value: ColumnElement[Any]) -> ColumnElement[bool]:
        return value_condition(value, positive, operand, dialect)

    found = json.any_element(column, field.column, field.member, kind, holds)
    if operator is Operator.NE:
        return and_(json.is_list(column, field.column), not_(found))
    return _guarded(json, column, operator, operand, found)


def address_condition(
    json: JsonValues, columns: Mapping[str, ColumnElement[Any]], dialect: str, condition: Condition
) -> ColumnElement[bool]:
    """Any of the attributes that hold addresses. `!=`: some address is known and none equals."""

    def any_address(operator: Operator, operand: Operand) -> ColumnElement[bool]:
        terms = {}
        for name in ADDRESS_ATTRIBUTES:
            field = FIELDS.get(f"attributes.{name}") or FIELDS[name]
            plain = Condition(field.name, None, operator, operand)
            terms[name] = attribute_condition(json, columns["attributes"], dialect, field, plain)
        part = _searchable(operator, operand)
        if part is None:
            return any_of(list(terms.values()))
        # Looking into every row's JSON is slow; both databases take the cheaper terms first.
        searched = or_(contains(columns["search"], part), func.length(columns["search"]) >= MAX_SEARCH)
        elsewhere = columns["kind"].in_(_SEARCHED_IN_PART)
        hidden = any_of([term for name, term in terms.items() if name not in _SEARCHED])
        found = or_(and_(searched, any_of(list(terms.values()))), and_(elsewhere, hidden))
        return and_(or_(searched, elsewhere), found)

    if condition.operator is Operator.NE:
        known = any_address(Operator.HAS, Known())
        return and_(known, not_(func.coalesce(any_address(Operator.EQ, condition.operand), literal(False))))
    return any_address(condition.operator, condition.operand)


def _searchable(operator: Operator, operand: Operand) -> str | None:
    """A part of the address that the search column must hold as well; None where that cannot be said."""
    if operator not in (Operator.EQ, Operator.HAS) or not isinstance(operand, Pattern):
        return None
    part = max(operand.parts, key=len)
    return part.lower() if part and part.isascii() else None


def value_condition(
    value: ColumnElement[Any], operator: Operator, operand: Operand, dialect: str
) -> ColumnElement[bool]:
    """One typed value against one operand; NULL or false when the value is missing."""
    if isinstance(operand, Known):
        return value.is_not(None)
    if isinstance(operand, Pattern):
        return text_condition(value, operator, operand, dialect)
    if isinstance(operand, bool):
        wanted = "true" if operand is (operator is Operator.EQ) else "false"
        return value == wanted
    if isinstance(operand, Moment):
        return _time(value, operator, operand)
    assert isinstance(operand, int | float)
    return _compared(value, operator, _number(operand, dialect))


def _number(operand: float, dialect: str) -> ColumnElement[Any]:
    if dialect == "sqlite":
        return literal(operand, Float())
    return literal(Decimal(operand) if isinstance(operand, int) else exact(operand), Numeric())


def _time(value: ColumnElement[Any], operator: Operator, operand: Moment) -> ColumnElement[bool]:
    # Attribute times are JSON texts in UTC, with or without fractions: the first 19 characters compare as text.
    second = func.substr(value, 1, 19, type_=String())
    start = operand.at.strftime(_SECOND)
    if operand.day and operator in (Operator.EQ, Operator.NE):
        end = (operand.at + timedelta(days=1)).strftime(_SECOND)
        inside = and_(second >= start, second < end)
        return inside if operator is Operator.EQ else or_(second < start, second >= end)
    return _compared(second, operator, literal(start, String()))


def _compared(value: ColumnElement[Any], operator: Operator, other: ColumnElement[Any]) -> ColumnElement[bool]:
    return {
        Operator.EQ: value == other,
        Operator.NE: value != other,
        Operator.LT: value < other,
        Operator.LE: value <= other,
        Operator.GT: value > other,
        Operator.GE: value >= other,
    }[operator]


def _cheap(
    json: JsonValues, column: ColumnElement[Any], operator: Operator, operand: Operand
) -> ColumnElement[bool] | None:
    if operator is not Operator.EQ or not isinstance(operand, Pattern):
        return None
    return json.may_contain(column, max(operand.parts, key=len))


def _guarded(
    json: JsonValues, column: ColumnElement[Any], operator: Operator, operand: Operand, found: ColumnElement[bool]
) -> ColumnElement[bool]:
    cheap = _cheap(json, column, operator, operand)
    return found if cheap is None else case((cheap, found), else_=literal_column("0"))
