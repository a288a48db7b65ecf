"""Syntax tree → canonical text: what is stored with a saved view, shown as tokens, and bound into cursors."""

import re

from mcm.filters.syntax import And, Condition, Duration, Expression, Known, Moment, Not, Operand, Or, Pattern

_BARE_KEY = re.compile(r"\w[\w\-/@+]*(?:\.\w[\w\-/@+]*)*")
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60))


def canonical(expression: Expression | None) -> str:
    """`parse(canonical(tree)) == tree`. "" for no filter."""
    if expression is None:
        return ""
    if isinstance(expression, Condition):
        return _condition(expression)
    if isinstance(expression, Not):
        return f"NOT {_inner(expression.term)}"
    word = " AND " if isinstance(expression, And) else " OR "
    return word.join(_inner(term) for term in expression.terms)


def quoted(text: str, *, star: str = "\\*") -> str:
    """A quoted literal that reads back as `text`."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("*", star) + '"'


def _inner(expression: Expression) -> str:
    text = canonical(expression)
    return f"({text})" if isinstance(expression, And | Or) else text


def _condition(condition: Condition) -> str:
    name = condition.field
    if condition.key is not None:
        name += "." + (condition.key if _BARE_KEY.fullmatch(condition.key) else quoted(condition.key))
    operator = str(condition.operator)
    value = operand_text(condition.operand)
    return f"{name}:{value}" if operator == ":" else f"{name} {operator} {value}"


def operand_text(operand: Operand) -> str:
    if isinstance(operand, Known):
        return "*"
    if isinstance(operand, Pattern):
        return '"' + "*".join(quoted(part)[1:-1] for part in operand.parts) + '"'
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, Duration):
        return _duration(operand.seconds)
    if isinstance(operand, Moment):
        at = operand.at
        if operand.day:
            return f'"{at:%Y-%m-%d}"'
        return f'"{at.isoformat().replace("+00:00", "Z")}"'
    return repr(operand)


def _duration(seconds: int) -> str:
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
