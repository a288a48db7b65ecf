"""The grammar. AND and OR are separate rules without precedence, so a mixture needs parentheses.

The parser's lexer is contextual: behind an operator only a value can stand, so bare values may hold dots, colons and
dashes (2026-01-01T00:00:00Z) that would mean something else elsewhere.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
start: expression?
?expression: term | conjunction | disjunction
conjunction: term (AND term)+
disjunction: term (OR term)+
?term: negation | group | comparison
negation: (NOT | MINUS) term
group: "(" expression ")"
comparison: FIELD OPERATOR (QUOTED | BARE)

AND.3: /AND(?![\w.])/i
OR.3: /OR(?![\w.])/i
NOT.3: /NOT(?![\w.])/i
MINUS: "-"
OPERATOR: /<=|>=|!=|=|<|>|:/
QUOTED: /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/s
FIELD.2: /(?!(?:AND|OR)(?![\w.]))[^\W\d]\w*(?:\.(?:\w[\w\-\/@+]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))*/is
BARE: /(?!(?:AND|OR|NOT)(?![^\s()]))[^\s()"'=<>!:,][^\s()"'=<>!]*/i

%ignore /\s+/
"""


@cache
def lark() -> "Lark":
    """The parser, built once in a process (some milliseconds; importing lark takes longer, hence here)."""
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=False)
