"""What text operators mean, in Python: for choices, account names and whatever is decided before the database."""

import re
from collections.abc import Iterable

from mcm.filters.syntax import Known, Operand, Operator, Pattern

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def ascii_lower(text: str) -> str:
    """As both databases do it: only A-Z."""
    return text.translate(_ASCII_LOWER)


def text_matches(value: str, operator: Operator, operand: Operand) -> bool:
    """For a value that is known."""
    if isinstance(operand, Known):
        return True
    assert isinstance(operand, Pattern)
    if operator is Operator.HAS:
        inner = ".*".join(re.escape(ascii_lower(part)) for part in operand.parts)
        return re.search(inner, ascii_lower(value), re.DOTALL) is not None
    if operator in (Operator.EQ, Operator.NE):
        whole = ".*".join(re.escape(part) for part in operand.parts)
        return (re.fullmatch(whole, value, re.DOTALL) is not None) == (operator is Operator.EQ)
    other = operand.literal or ""
    return {
        Operator.LT: value < other,
        Operator.LE: value <= other,
        Operator.GT: value > other,
        Operator.GE: value >= other,
    }[operator]


def matching(values: Iterable[str], operator: Operator, operand: Operand) -> tuple[str, ...]:
    return tuple(value for value in values if text_matches(value, operator, operand))
