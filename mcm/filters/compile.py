"""Checked syntax tree → SQL condition, the same on SQLite and PostgreSQL, on current rows and on past ones.

A condition is NULL or false where it does not hold; NOT turns both into true. Operands are reordered so that the
deepest comes first: SQLite's parser has a stack of 100, and text nested to the right would use three of it per level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    TEXT,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import Integer

from mcm.db.types import Json
from mcm.filters.attribute_sql import address_condition, attribute_condition
from mcm.filters.fields import FIELDS, Field, FieldType, Source
from mcm.filters.json_values import JsonValues, json_values
from mcm.filters.matching import matching, text_matches
from mcm.filters.syntax import And, Condition, Duration, Expression, Known, Moment, Not, Operand, Operator, Pattern
from mcm.filters.text_sql import any_of, text_condition
from mcm.models import MAX_TAG_KEY, MAX_TAG_VALUE, ResourceTag, Sighting

_FEW = 10
_COMPLEMENT = {Operator.NE: Operator.EQ}
_ORDERED = {Operator.LT: "__lt__", Operator.LE: "__le__", Operator.GT: "__gt__", Operator.GE: "__ge__"}


@dataclass(frozen=True)
class AccountFacts:
    """What a filter may ask of an account."""

    id: str
    name: str
    ownership: str
    provider: str


@dataclass(frozen=True)
class FilterContext:
    """Where the rows come from and what is known beside them.

    columns: every envelope column by name. current: the rows are today's, so that tags and sightings have tables; past
    rows carry tags as JSON, and whose sightings they were is known of their source only.
    fresh, unreachable: ids of scopes whose last read is recent, and of those that fail; all others are stale.
    limited: whoever asks may see a part of everything: `accounts` are all there are for them.
    """

    dialect: str
    columns: Mapping[str, ColumnElement[Any]]
    current: bool
    now: datetime
    accounts: Sequence[AccountFacts] = ()
    fresh: frozenset[int] = frozenset()
    unreachable: frozenset[int] = frozenset()
    limited: bool = False

    @cached_property
    def json(self) -> JsonValues:
        return json_values(self.dialect)

    def among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """`column IN values` as one bound parameter, however many there are."""
        number = bool(values) and isinstance(values[0], int)
        if not values:
            return false()
        if len(values) <= _FEW:
            return column.in_(values)
        if self.dialect == "sqlite":
            each = func.json_each(literal(list(values), Json())).table_valued("value")
            return column.in_(select(each.c.value))
        kind = Integer() if number else TEXT()
        return column == func.any(cast(list(values), ARRAY(kind)))


def compile_filter(expression: Expression | None, context: FilterContext) -> ColumnElement[bool]:
    """What to put into WHERE; true() for no filter."""
    return true() if expression is None else _Compiler(context).compile(expression)


def negated(term: ColumnElement[bool]) -> ColumnElement[bool]:
    return not_(func.coalesce(term, false()))


class _Compiler:
    def __init__(self, context: FilterContext) -> None:
        self.context = context

    def compile(self, expression: Expression) -> ColumnElement[bool]:
        if isinstance(expression, Condition):
            return self._condition(expression)
        if isinstance(expression, Not):
            return negated(self.compile(expression.term))
        terms = [self.compile(term) for term in sorted(expression.terms, key=_depth, reverse=True)]
        return and_(*terms) if isinstance(expression, And) else or_(*terms)

    def _condition(self, condition: Condition) -> ColumnElement[bool]:
        field = FIELDS[condition.field]
        return {
            Source.COLUMN: self._column,
            Source.ATTRIBUTE: self._attribute,
            Source.MAP: self._map,
            Source.ACCOUNT: self._account,
            Source.ACCOUNT_ID: self._account_id,
            Source.OWNERSHIP: self._ownership,
            Source.PROJECT: self._project,
            Source.PRESENCE: self._presence,
            Source.ADDRESS: self._address,
        }[field.source](condition)

    def _column(self, condition: Condition) -> ColumnElement[bool]:
        field = FIELDS[condition.field]
        column = self.context.columns[field.column]
        if isinstance(condition.operand, Known):
            return column.is_not(None)
        if field.type is FieldType.TIME:
            assert isinstance(condition.operand, Moment)
            return time_condition(column, condition.operator, condition.operand)
        if field.type is FieldType.AGE:
            assert isinstance(condition.operand, Duration)
            return self._age(column, condition.operator, condition.operand)
        if field.type is FieldType.CHOICE:
            return self._choice(column, field, condition)
        return text_condition(column, condition.operator, condition.operand, self.context.dialect)

    def _choice(self, column: ColumnElement[Any], field: Field, condition: Condition) -> ColumnElement[bool]:
        operator, operand = condition.operator, condition.operand
        literal_text = operand.literal if isinstance(operand, Pattern) else None
        if operator is not Operator.HAS and literal_text is not None:
            return text_condition(column, operator, operand, self.context.dialect)
        chosen = matching(field.choices, _COMPLEMENT.get(operator, operator), operand)
        inside = column.in_(chosen)
        return and_(column.is_not(None), not_(inside)) if operator is Operator.NE else inside

    def _age(self, column: ColumnElement[Any], operator: Operator, operand: Duration) -> ColumnElement[bool]:
        # Older than 30 days means created before; the operators turn round.
        turned = {
            Operator.LT: Operator.GT,
            Operator.GT: Operator.LT,
            Operator.LE: Operator.GE,
            Operator.GE: Operator.LE,
        }[operator]
        try:
            then = self.context.now - timedelta(seconds=operand.seconds)
        except OverflowError:
            then = datetime(1000, 1, 1, tzinfo=self.context.now.tzinfo)
        return time_condition(column, turned, Moment(then))

    def _attribute(self, condition: Condition) -> ColumnElement[bool]:
        field = FIELDS[condition.field]
        return attribute_condition(
            self.context.json, self.context.columns["attributes"], self.context.dialect, field, condition
        )

    def _address(self, condition: Condition) -> ColumnElement[bool]:
        return address_condition(self.context.json, self.context.columns, self.context.dialect, condition)

    def _map(self, condition: Condition) -> ColumnElement[bool]:
        field, key = FIELDS[condition.field], condition.key
        if field.column == "tags" and self.context.current and len(key or "") <= MAX_TAG_KEY:
            return self._tag_rows(condition)
        own = field.column in ("tags", "labels")
        column = self.context.columns[field.column if own else "attributes"]
        name, json, dialect = "" if own else field.column, self.context.json, self.context.dialect
        if key is None:
            return json.any_key(column, name, lambda found: _key_condition(found, condition, dialect))
        return text_condition(json.entry(column, name, key), condition.operator, condition.operand, dialect)

    def _tag_rows(self, condition: Condition) -> ColumnElement[bool]:
        tag, dialect = ResourceTag.__table__.alias(), self.context.dialect
        operator, operand = condition.operator, condition.operand
        ident = self.context.columns["id"]
        found: Select[Any] = select(literal_column("1")).select_from(tag).where(tag.c.resource_id == ident)
        if condition.key is None:
            return exists(found.where(_key_condition(tag.c.key, condition, dialect)))
        holds = text_condition(tag.c.value, operator, operand, dialect)
        if not _decided_by_beginning(operator, operand):
            # The row holds the beginning only of a long value.
            whole = self.context.json.entry(self.context.columns["tags"], "", condition.key)
            cut = func.length(tag.c.value) >= MAX_TAG_VALUE
            holds = case((cut, text_condition(whole, operator, operand, dialect)), else_=holds)
        return exists(found.where(tag.c.key == condition.key, holds))

    def _account(self, condition: Condition) -> ColumnElement[bool]:
        operator = condition.operator
        positive = _COMPLEMENT.get(operator, operator)
        ids = [a.id for a in self.context.accounts if text_matches(a.name, positive, condition.operand)]
        return self._of_accounts(operator, ids)

    def _of_accounts(self, operator: Operator, ids: list[str]) -> ColumnElement[bool]:
        """Read through one of the accounts, or sighted by one."""
        source = self.context.columns["account_id"]
        holds = self.context.among(source, ids)
        if ids and self.context.current:
            sighting = Sighting.__table__.alias()
            seen = exists(
                select(literal_column("1"))
                .select_from(sighting)
                .where(
                    sighting.c.resource_id == self.context.columns["id"],
                    self.context.among(sighting.c.account_id, ids),
                )
            )
            holds = or_(holds, seen)
        return negated(holds) if operator is Operator.NE else holds

    def _account_id(self, condition: Condition) -> ColumnElement[bool]:
        operator = condition.operator
        positive = _COMPLEMENT.get(operator, operator)
        dialect = self.context.dialect
        if self.context.limited:
            # An account outside could see a resource inside; nobody may find that out by guessing its id.
            ids = [a.id for a in self.context.accounts if text_matches(a.id, positive, condition.operand)]
            return self._of_accounts(operator, ids)
        holds = text_condition(self.context.columns["account_id"], positive, condition.operand, dialect)
        if self.context.current:
            sighting = Sighting.__table__.alias()
            seen = exists(
                select(literal_column("1"))
                .select_from(sighting)
                .where(
                    sighting.c.resource_id == self.context.columns["id"],
                    text_condition(sighting.c.account_id, positive, condition.operand, dialect),
                )
            )
            holds = or_(holds, seen)
        return negated(holds) if operator is Operator.NE else holds

    def _ownership(self, condition: Condition) -> ColumnElement[bool]:
        ids = [a.id for a in self.context.accounts if text_matches(a.ownership, condition.operator, condition.operand)]
        return self.context.among(self.context.columns["account_id"], ids)

    def _project(self, condition: Condition) -> ColumnElement[bool]:
        both = [self.context.columns["project"], self.context.columns["project_name"]]
        positive = _COMPLEMENT.get(condition.operator, condition.operator)
        holds = any_of([text_condition(item, positive, condition.operand, self.context.dialect) for item in both])
        if condition.operator is Operator.NE:
            return and_(or_(*(item.is_not(None) for item in both)), negated(holds))
        return holds

    def _presence(self, condition: Condition) -> ColumnElement[bool]:
        field = FIELDS[condition.field]
        chosen = matching(field.choices, condition.operator, condition.operand)
        return any_of([self._present_as(name) for name in chosen])

    def _present_as(self, name: str) -> ColumnElement[bool]:
        stored, scope = self.context.columns["presence"], self.context.columns["scope_id"]
        if name in ("missing", "gone"):
            return stored == name
        fresh, unreachable = sorted(self.context.fresh), sorted(self.context.unreachable)
        if name == "present":
            return and_(stored == "present", self.context.among(scope, fresh))
        if name == "unreachable":
            return and_(stored == "present", self.context.among(scope, unreachable))
        return and_(stored == "present", not_(self.context.among(scope, fresh + unreachable)))


def time_condition(column: ColumnElement[Any], operator: Operator, operand: Moment) -> ColumnElement[bool]:
    at = operand.at
    if operator in _ORDERED:
        condition: ColumnElement[bool] = getattr(column, _ORDERED[operator])(at)
        return condition
    if operand.day:
        within = and_(column >= at, column < at + timedelta(days=1))
        return or_(column < at, column >= at + timedelta(days=1)) if operator is Operator.NE else within
    return column != at if operator is Operator.NE else column == at


def _key_condition(key: ColumnElement[Any], condition: Condition, dialect: str) -> ColumnElement[bool]:
    return text_condition(key, Operator.EQ, condition.operand, dialect)


def _decided_by_beginning(operator: Operator, operand: Operand) -> bool:
    """Whether the first MAX_TAG_VALUE characters of a value tell what the whole would."""
    if isinstance(operand, Known):
        return True
    text = operand.literal if isinstance(operand, Pattern) else None
    return text is not None and len(text) < MAX_TAG_VALUE and operator in (Operator.EQ, Operator.NE)


def _depth(expression: Expression) -> int:
    if isinstance(expression, Condition):
        return 0
    if isinstance(expression, Not):
        return 1 + _depth(expression.term)
    return 1 + max(_depth(term) for term in expression.terms)
