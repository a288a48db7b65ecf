"""Random checked filters: what a parser can produce, over fields of every type."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from mcm.filters import FIELDS, And, Condition, Expression, Field, FieldType, Not, Operator, Or, Source
from mcm.filters.syntax import Duration, Known, Moment, Operand, Pattern

KEYS = st.sampled_from(
    ["env", "team", "cost-center", "kubernetes.io/name", "a b", 'quo"te', "st*r", "back\\slash", "环境"]
)
WORDS = st.sampled_from(
    ["", "web", "Web", "web-01", "a*b", 'say "hi"', "it's", "c:\\temp", "50%", "under_score", "虚拟机", "é"]
)
TEXTS = st.one_of(WORDS, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
_ORDER = (Operator.LT, Operator.LE, Operator.GT, Operator.GE)
_WHOLE = (Operator.EQ, Operator.NE)


def patterns(texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Pattern]:
    return st.lists(texts, min_size=1, max_size=4).map(lambda parts: Pattern(tuple(parts)))


def literals(texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Pattern]:
    return texts.map(lambda text: Pattern((text,)))


def moments() -> st.SearchStrategy[Moment]:
    first, last = date(1000, 1, 2), date(9998, 12, 30)
    times = st.datetimes(_midnight(first).replace(tzinfo=None), _midnight(last).replace(tzinfo=None))
    return st.one_of(
        times.map(lambda at: Moment(at.replace(tzinfo=UTC))),
        st.dates(first, last).map(lambda day: Moment(_midnight(day), day=True)),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def numbers() -> st.SearchStrategy[int | float]:
    floats = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda value: not value.is_integer())
    return st.one_of(st.integers(-(2**53), 2**53), floats)


@st.composite
def conditions(draw: st.DrawFn, names: st.SearchStrategy[str] | None = None) -> Condition:
    field = FIELDS[draw(st.sampled_from(sorted(FIELDS)) if names is None else names)]
    if field.type is FieldType.MAP:
        return draw(_of_maps(field))
    operator, operand = draw(_asked(field))
    return Condition(field.name, None, operator, operand)


@st.composite
def _of_maps(draw: st.DrawFn, field: Field) -> Condition:
    if draw(st.booleans()):
        operand: Operand = draw(st.one_of(patterns().filter(_says_something), st.just(Known())))
        return Condition(field.name, None, Operator.HAS, operand)
    operator, operand = draw(_asked(Field("", FieldType.TEXT, Source.MAP, "", "")))
    return Condition(field.name, draw(KEYS), operator, operand)


@st.composite
def _asked(draw: st.DrawFn, field: Field) -> tuple[Operator, Operand]:
    if field.type is FieldType.OBJECTS or draw(st.integers(0, 9)) == 0:
        return Operator.HAS, Known()
    if field.type is FieldType.TEXT:
        operator = draw(st.sampled_from(list(Operator)))
        if operator is Operator.HAS:
            return operator, draw(patterns().filter(_says_something))
        return operator, draw(literals() if operator in _ORDER else patterns())
    if field.type is FieldType.CHOICE:
        return draw(st.sampled_from(_WHOLE)), Pattern((draw(st.sampled_from(field.choices)),))
    if field.type is FieldType.BOOLEAN:
        return draw(st.sampled_from(_WHOLE)), draw(st.booleans())
    if field.type is FieldType.AGE:
        return draw(st.sampled_from(_ORDER)), Duration(draw(st.integers(0, 10**9)))
    operator = draw(st.sampled_from(_ORDER + _WHOLE))
    return operator, draw(moments() if field.type is FieldType.TIME else numbers())


def _says_something(pattern: Pattern) -> bool:
    """`:"*"` is another way to write "known"."""
    return len(pattern.parts) == 1 or any(pattern.parts)


def expressions(leaves: st.SearchStrategy[Condition] | None = None) -> st.SearchStrategy[Expression]:
    return st.recursive(conditions() if leaves is None else leaves, _nested, max_leaves=12)


def _nested(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        inner.map(Not),
        several.map(lambda terms: And(_flat(And, terms))),
        several.map(lambda terms: Or(_flat(Or, terms))),
    )


def _flat(kind: type[And] | type[Or], terms: list[Expression]) -> tuple[Expression, ...]:
    found: list[Expression] = []
    for term in terms:
        found += term.terms if isinstance(term, kind) else [term]
    return tuple(found)
