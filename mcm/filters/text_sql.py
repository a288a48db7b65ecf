"""Text operators as SQL that answers alike on both databases: bytes are compared, only A-Z have a lower case."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal, or_, true

from mcm.filters.matching import ascii_lower
from mcm.filters.syntax import Known, Operand, Operator, Pattern

_ESCAPE = "/"


def text_condition(
    value: ColumnElement[Any], operator: Operator, operand: Operand, dialect: str
) -> ColumnElement[bool]:
    """NULL or false where the value is missing. Prefix patterns become ranges, which an index can serve."""
    if isinstance(operand, Known):
        return value.is_not(None)
    assert isinstance(operand, Pattern)
    if operator is Operator.HAS:
        parts = [_like_escaped(ascii_lower(part)) for part in operand.parts]
        return func.lower(value).like("%" + "%".join(parts) + "%", escape=_ESCAPE)
    text = operand.literal
    if text is not None:
        other = literal(text, String())
        return {
            Operator.EQ: value == other,
            Operator.NE: value != other,
            Operator.LT: value < other,
            Operator.LE: value <= other,
            Operator.GT: value > other,
            Operator.GE: value >= other,
        }[operator]
    if operator is Operator.NE:
        return and_(value.is_not(None), ~func.coalesce(_matches(value, operand.parts, dialect), literal(False)))
    return _matches(value, operand.parts, dialect)


def starts_with(value: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    end = _after_prefix(prefix)
    bounds = [value >= literal(prefix, String())]
    if end is not None:
        bounds.append(value < literal(end, String()))
    return and_(*bounds)


def contains(value: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """`text` somewhere in `value`; both already in one case."""
    return value.like(f"%{_like_escaped(text)}%", escape=_ESCAPE)


def any_of(terms: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*terms) if terms else ~true()


def _matches(value: ColumnElement[Any], parts: tuple[str, ...], dialect: str) -> ColumnElement[bool]:
    first = parts[0]
    conditions: list[ColumnElement[bool]] = [starts_with(value, first)] if first else []
    if len(parts) > 2 or parts[-1] or not first:
        if dialect == "sqlite":
            # LIKE ignores case here, GLOB does not.
            conditions.append(value.op("GLOB", is_comparison=True)(literal("*".join(map(_glob_escaped, parts)))))
        else:
            conditions.append(value.like("%".join(map(_like_escaped, parts)), escape=_ESCAPE))
    return and_(*conditions)


def _after_prefix(prefix: str) -> str | None:
    """The smallest text that sorts behind everything that begins so; None when there is none."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index])
        if code < 0x10FFFF:
            following = code + 1
            # Surrogates are no characters: UTF-8 goes on behind them.
            return prefix[:index] + chr(0xE000 if 0xD800 <= following <= 0xDFFF else following)
    return None


def _like_escaped(text: str) -> str:
    return text.replace(_ESCAPE, _ESCAPE * 2).replace("%", _ESCAPE + "%").replace("_", _ESCAPE + "_")


def _glob_escaped(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)
