"""Text → checked syntax tree. Raises FilterError, and nothing else."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from mcm.filters.checking import Checker
from mcm.filters.errors import FilterError
from mcm.filters.grammar import lark
from mcm.filters.syntax import And, Expression, Not, Or

if TYPE_CHECKING:
    from lark import Tree, UnexpectedInput

MAX_LENGTH = 4000
MAX_DEPTH = 50
MAX_TERMS = 200

_WORDS = {
    "FIELD": ["a field"],
    "OPERATOR": ["=", "!=", "<", "<=", ">", ">=", ":"],
    "QUOTED": ["a value"],
    "BARE": [],
    "AND": ["AND"],
    "OR": ["OR"],
    "NOT": ["NOT"],
    "MINUS": [],
    "LPAR": ["'('"],
    "RPAR": ["')'"],
    "$END": ["the end"],
}


def parse(text: str, known: Mapping[str, Collection[str]] | None = None) -> Expression | None:
    """None for an empty filter. `known`: the values that exist now for fields whose choices change (account names)."""
    from lark import UnexpectedInput

    _check_text(text)
    try:
        tree = lark().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    if not tree.children:
        return None
    return _Builder(text, Checker(text, known or {})).build(tree.children[0], 0)


class _Builder:
    def __init__(self, text: str, checker: Checker) -> None:
        self.text, self.checker, self.terms = text, checker, 0

    def build(self, tree: Any, depth: int) -> Expression:
        """The recursion is bounded by the depth that is checked here."""
        if tree.data == "comparison":
            self.terms += 1
            if self.terms > MAX_TERMS:
                raise FilterError(f"more than {MAX_TERMS} conditions", self.text, _offset(tree))
            return self.checker.condition(*tree.children)
        if depth >= MAX_DEPTH:
            raise FilterError(f"nested more than {MAX_DEPTH} deep", self.text, _offset(tree))
        if tree.data == "group":
            return self.build(tree.children[0], depth + 1)
        if tree.data == "negation":
            return Not(self.build(tree.children[1], depth + 1))
        kind = And if tree.data == "conjunction" else Or
        terms: list[Expression] = []
        for child in tree.children[::2]:
            term = self.build(child, depth)
            terms += term.terms if isinstance(term, kind) else [term]
        return kind(tuple(terms))


def _offset(tree: "Tree[Any]") -> int:
    node: Any = tree
    while not hasattr(node, "start_pos"):
        node = node.children[0]
    return int(node.start_pos or 0)


def _check_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise FilterError(f"it has {len(text)} characters, more than {MAX_LENGTH}", text, MAX_LENGTH, found="")
    for offset, char in enumerate(text):
        if char == "\0" or "\ud800" <= char <= "\udfff":
            raise FilterError("a character that no name can hold", text, offset)


def _syntax_error(text: str, error: "UnexpectedInput") -> FilterError:
    allowed = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
    allowed |= set(getattr(error, "allowed", None) or ())
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    offset = len(text.rstrip()) if at_end else int(error.pos_in_stream or 0)
    expected = [word for name in _WORDS if name in allowed for word in _WORDS[name]]
    what, expected = _explanation(text, offset, allowed, expected)
    return FilterError(what, text, offset, expected=expected)


def _explanation(text: str, offset: int, allowed: set[str], expected: list[str]) -> tuple[str, list[str]]:
    rest = text[offset:].lstrip()
    word = rest.split(None, 1)[0].split("(", 1)[0].upper() if rest else ""
    value_expected = "BARE" in allowed
    behind_condition = "FIELD" not in allowed and bool(allowed & {"AND", "OR", "$END", "RPAR"})
    if word in ("AND", "OR") and behind_condition:
        return "AND and OR may not be mixed without parentheses: write a AND (b OR c) or (a AND b) OR c", expected
    if rest[:1] in ("'", '"'):
        if value_expected:
            return "the quote that opens here is not closed", ["a closing quote"]
        return "a quoted text stands where none can", expected
    if not rest:
        if "OPERATOR" in allowed:
            return "a condition needs an operator and a value; plain text is what the search is for", expected
        missing = "a value" if value_expected else "')'" if "RPAR" in allowed else "a condition"
        return f"it ends where {missing} should follow", expected
    if value_expected:
        hint = "write = once" if rest[0] == "=" else "put quotes around values with special characters"
        return f"there is no value here ({hint})", expected
    if behind_condition and rest[0] == ")":
        return "a ')' too many", expected
    if behind_condition:
        return "AND or OR is missing, or quotes around a value with spaces or special characters", expected
    if "OPERATOR" in allowed:
        return "a condition needs an operator and a value; plain text is what the search is for", expected
    return "no condition can begin like this", expected
