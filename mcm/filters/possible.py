"""Which scopes a filter can concern: three-valued evaluation over the few things known of a scope before its rows."""

from collections.abc import Callable, Mapping

from mcm.filters.matching import text_matches
from mcm.filters.syntax import And, Condition, Expression, Not, Pattern

Facts = Mapping[str, str]
_Truth = Callable[[Facts], bool | None]


def possibility(expression: Expression | None) -> Callable[[Facts], bool]:
    """A function that is false only when no resource with these field values can match.

    Fields that are not among the given ones may be anything. To be called for many scopes: answers are remembered by
    value.
    """
    truth = None if expression is None else _truth(expression)
    if truth is None:
        return lambda _: True
    known: _Truth = truth
    return lambda facts: known(facts) is not False


def _truth(expression: Expression) -> _Truth | None:
    """None for what nothing can be said about, whatever the facts."""
    if isinstance(expression, Condition):
        return _condition(expression) if isinstance(expression.operand, Pattern) else None
    if isinstance(expression, Not):
        inner = _truth(expression.term)
        return None if inner is None else _negated(inner)
    truths = [_truth(term) for term in expression.terms]
    sayable = [truth for truth in truths if truth is not None]
    if not sayable:
        return None
    return _combined(sayable, decisive=not isinstance(expression, And), unsure=len(sayable) < len(truths))


def _condition(condition: Condition) -> _Truth | None:
    if condition.key is not None:
        return None
    field, operator, operand = condition.field, condition.operator, condition.operand
    remembered: dict[str, bool] = {}

    def truth(facts: Facts) -> bool | None:
        value = facts.get(field)
        if value is None:
            return None
        answer = remembered.get(value)
        if answer is None:
            answer = remembered[value] = text_matches(value, operator, operand)
        return answer

    return truth


def _negated(inner: _Truth) -> _Truth:
    def truth(facts: Facts) -> bool | None:
        found = inner(facts)
        return None if found is None else not found

    return truth


def _combined(terms: list[_Truth], *, decisive: bool, unsure: bool) -> _Truth:
    """decisive: the truth of one term that settles the whole (True for OR). unsure: other terms cannot be told."""

    def truth(facts: Facts) -> bool | None:
        open_terms = unsure
        for term in terms:
            found = term(facts)
            if found is decisive:
                return decisive
            open_terms = open_terms or found is None
        return None if open_terms else not decisive

    return truth
