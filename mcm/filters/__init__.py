"""The one filter grammar of mcm: text → checked syntax tree → SQL, and back to canonical text.

    kind = "instance" AND (state = "running" OR tags.env = "prod") AND vcpus >= 8

`=` and `!=` compare whole values (`*` in them stands for any text), `:` asks for a part (`name:"web"`), for a key
(`tags:env`) or, with `*`, for a known value (`zone:*`). `!=`, `<` and their like never match what is missing; `NOT`
is the plain complement and does. On lists a condition holds when any element fulfils it, and `!=` when none equals.
`=` and wildcards are exact; `:` ignores the case of ASCII letters. Times are compared in UTC, those inside attributes
to the second; a date alone means its first instant, and after `=` the whole day.
"""

from mcm.filters.canonical import canonical
from mcm.filters.compile import FilterContext, compile_filter
from mcm.filters.errors import FilterError
from mcm.filters.fields import FIELDS, Field, FieldType, Source
from mcm.filters.parser import parse
from mcm.filters.possible import possibility
from mcm.filters.syntax import And, Condition, Expression, Not, Operator, Or, conditions, conjuncts

__all__ = [
    "FIELDS",
    "And",
    "Condition",
    "Expression",
    "Field",
    "FieldType",
    "FilterContext",
    "FilterError",
    "Not",
    "Operator",
    "Or",
    "Source",
    "canonical",
    "compile_filter",
    "conditions",
    "conjuncts",
    "parse",
    "possibility",
]
