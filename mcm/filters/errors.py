"""The error of a filter: where, what was found, what was expected, and what was probably meant."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from mcm.contract.errors import clean_text
from mcm.errors import InvalidInput

_AROUND = 60
_LONGEST = 40


class FilterError(InvalidInput):
    """`offset` counts from 0 in `text`; what people see counts from 1."""

    code = "invalid_filter"

    def __init__(
        self,
        what: str,
        text: str,
        offset: int,
        *,
        found: str | None = None,
        expected: Sequence[str] = (),
        suggestion: str | None = None,
    ) -> None:
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        place = f"column {column}" if "\n" not in text else f"line {line}, column {column}"
        hint = f"; did you mean {suggestion}?" if suggestion else ""
        super().__init__(
            f"the filter is not valid at {place}: {what}{hint}",
            next_step=f"expected here: {_listed(expected)}" if expected else "",
            details={
                "position": offset + 1,
                "line": line,
                "column": column,
                "excerpt": excerpt(text, offset),
                "found": found_at(text, offset) if found is None else found,
                "expected": list(expected),
                "suggestion": suggestion,
            },
        )
        self.offset = offset


def excerpt(text: str, offset: int) -> str:
    """The line that holds `offset`, at most 60 characters to each side, and below it a line with a caret."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    left, right = max(start, offset - _AROUND), min(end, offset + _AROUND)
    before = _printable(("…" if left > start else "") + text[left:offset])
    after = _printable(text[offset:right] + ("…" if right < end else ""))
    return f"{before}{after}\n{' ' * _width(before)}^"


def found_at(text: str, offset: int) -> str:
    """The word at `offset`, for people; "the end" behind the last character."""
    rest = text[offset:].lstrip()
    if not rest:
        return "the end"
    word = rest.split(None, 1)[0]
    return f"'{clean_text(word[:_LONGEST])}{'…' if len(word) > _LONGEST else ''}'"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; None when nothing is near."""
    by_lower = {item.lower(): item for item in known}
    exact = by_lower.get(word.lower())
    if exact is not None:
        return exact
    near = difflib.get_close_matches(word.lower()[:_LONGEST], by_lower, 1, 0.6)
    return by_lower[near[0]] if near else None


def _listed(expected: Sequence[str]) -> str:
    return expected[0] if len(expected) == 1 else f"{', '.join(expected[:-1])} or {expected[-1]}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
