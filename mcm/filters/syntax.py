"""The syntax tree of a checked filter: plain values, equal when they mean the same."""

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Operator(StrEnum):
    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    HAS = ":"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text split at its wildcards: ("web-", "") is "web-*"; one part is a literal."""

    parts: tuple[str, ...]

    @property
    def literal(self) -> str | None:
        return self.parts[0] if len(self.parts) == 1 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """day: only a date was given, so `=` means the whole day."""

    at: datetime
    day: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    seconds: int


@dataclass(frozen=True, slots=True)
class Known:
    """`field:*`: whatever it is, it is known."""


Operand = Pattern | Moment | Duration | Known | bool | int | float


@dataclass(frozen=True, slots=True)
class Condition:
    """field: a name in `FIELDS`. key: of a map (tags.KEY), else None. offset: where it stands in the text."""

    field: str
    key: str | None
    operator: Operator
    operand: Operand
    offset: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    term: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple["Expression", ...]


Expression = Condition | Not | And | Or


def conditions(expression: Expression | None) -> Iterator[Condition]:
    """Every condition, wherever it stands."""
    if isinstance(expression, Condition):
        yield expression
    elif isinstance(expression, Not):
        yield from conditions(expression.term)
    elif expression is not None:
        for term in expression.terms:
            yield from conditions(term)


def also(condition: Expression, expression: Expression | None) -> Expression:
    """Both."""
    if expression is None:
        return condition
    return And((condition, *(expression.terms if isinstance(expression, And) else (expression,))))


def without(expression: Expression | None, terms: Collection[Expression]) -> Expression | None:
    """What is left of a filter whose terms these are."""
    left = tuple(term for term in conjuncts(expression) if term not in terms)
    if len(left) < 2:
        return left[0] if left else None
    return And(left)


def conjuncts(expression: Expression | None) -> tuple[Expression, ...]:
    """The terms that must all hold."""
    if expression is None:
        return ()
    return expression.terms if isinstance(expression, And) else (expression,)
