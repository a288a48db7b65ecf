"""Which scopes a filter can concern: three-valued evaluation over the few things known of a scope before its rows."""

from collections.abc import Mapping

from mcm.filters.matching import text_matches
from mcm.filters.syntax import And, Condition, Expression, Not, Pattern


def may_match(expression: Expression | None, known: Mapping[str, str]) -> bool:
    """False only when no resource with these field values can match. Fields that are not in `known` may be anything."""
    return expression is None or _truth(expression, known) is not False


def _truth(expression: Expression, known: Mapping[str, str]) -> bool | None:
    if isinstance(expression, Condition):
        value = known.get(expression.field)
        if value is None or not isinstance(expression.operand, Pattern):
            return None
        return text_matches(value, expression.operator, expression.operand)
    if isinstance(expression, Not):
        inner = _truth(expression.term, known)
        return None if inner is None else not inner
    truths = [_truth(term, known) for term in expression.terms]
    decisive = not isinstance(expression, And)
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive
