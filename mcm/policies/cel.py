"""CEL by Google's engine, made to fail closed.

Its traps, each with a test: an error comes back as a value that counts as true; a text may give something else than a
truth; a whole number does not compare with a quantity; a loop bomb is stopped by the engine, at run time or before."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from mcm.kit.documents import close
from mcm.policies.engine import NO, YES, Answer, NotCompiled, Problem
from mcm.policies.facts import VARIABLES, Type, Value
from mcm.policies.tokens import Token, asked, chains, depth, operands, tokens, variable

MAX_CHARACTERS, MAX_DEPTH = 4_000, 24
_MAX_REPAIRS = 200
_TYPES: dict[Type, Any] = {
    Type.STRING: cel.Type.STRING,
    Type.DOUBLE: cel.Type.DOUBLE,
    Type.BOOL: cel.Type.BOOL,
    Type.TIMESTAMP: cel.Type.TIMESTAMP,
    Type.STRINGS: cel.Type.List(cel.Type.STRING),
    Type.LABELS: cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
}
_SAID = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?=\n \||\nERROR:|$)", re.DOTALL)
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*)'")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_OPERATOR = re.compile(r"^@?_?(in|[^\w@]+)_?$")


class CelProgram:
    def __init__(self, expression: Any, words: Sequence[Token]) -> None:
        self._expression = expression
        self.names, self.label_keys = asked(words)

    def ask(self, values: Mapping[str, Value]) -> Answer:
        try:
            found = self._expression.eval(data={name: values[name] for name in self.names if name in values}).value()
        except Exception as error:  # noqa: BLE001 - whatever the engine does, the rule has not said yes
            return Answer(None, self._why(str(error), values))
        # Not `if found`: an error is a value too, and a true one.
        if found is True:
            return YES
        return NO if found is False else Answer(None, self._why(str(found), values))

    def _why(self, said: str, values: Mapping[str, Value]) -> str:
        if missing := sorted(self.names - values.keys()):
            return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known"
        return re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$", "", said).strip()[:300] or "it gave neither yes nor no"


class CelEngine:
    def __init__(self) -> None:
        self._env = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in VARIABLES.items()})

    @lru_cache(maxsize=2_000)  # noqa: B019 - there is one engine
    def compile(self, text: str) -> CelProgram:
        words = tokens(text)
        _require_bounds(text, words)
        expression = self._repaired(text, words)
        if expression.return_type() != cel.Type.BOOL:
            kind = expression.return_type().name().lower()
            raise NotCompiled([Problem(0, f"the rule gives a {kind}; a rule must be true or false", _caret(text, 0))])
        return CelProgram(expression, words)

    def _repaired(self, text: str, words: Sequence[Token]) -> Any:
        """Quantities are doubles; people write `> 4`. A whole number beside one is read as one."""
        doubled: set[int] = set()
        for _ in range(_MAX_REPAIRS):
            written, places = _written(text, words, doubled)
            try:
                return self._env.compile(written)
            except Exception as error:  # noqa: BLE001 - the engine knows RuntimeError only
                said = _said(str(error), written, places)
            further = {
                index
                for offset, message in said
                if (found := _OVERLOAD.search(message)) and "double" in found[2] and "int" in found[2]
                for index in operands(words, offset)
            } - doubled
            if not further:
                raise NotCompiled([_problem(text, words, offset, message) for offset, message in said])
            doubled |= further
        raise NotCompiled([Problem(0, "too many numbers whose kind does not fit", _caret(text, 0))])


def _require_bounds(text: str, words: Sequence[Token]) -> None:
    if len(text) > MAX_CHARACTERS:
        raise NotCompiled([Problem(0, f"the rule has more than {MAX_CHARACTERS:,} characters")])
    if not words:
        raise NotCompiled([Problem(0, "the rule is empty")])
    if depth(words) > MAX_DEPTH:
        raise NotCompiled([Problem(0, f"the rule is nested deeper than {MAX_DEPTH} levels")])
    for index, word in enumerate(words):
        # What is of any type fits everything, and is equal to nothing.
        if word.text == "`" or (word.text == "dyn" and index + 1 < len(words) and words[index + 1].text == "("):
            what = "names in backquotes are" if word.text == "`" else "dyn() is"
            raise NotCompiled([Problem(word.start, f"{what} not accepted", _caret(text, word.start))])
    for first, _, names in chains(words):
        one = variable(names)
        if one and not one[1] and first > 1 and words[first - 2].text == "has" and words[first - 1].text == "(":
            message = f"has() asks for an entry, such as has(workload.labels.team); {one[0]} is a value"
            hint = "a value that is not known fails the rule by itself"
            raise NotCompiled([Problem(words[first].start, message, _caret(text, words[first].start), hint)])


def _written(text: str, words: Sequence[Token], doubled: set[int]) -> tuple[str, list[int]]:
    """The text with `.0` behind some numbers, and where these were put in."""
    pieces, places, last, longer = [], [], 0, 0
    for index in sorted(doubled):
        pieces += [text[last : words[index].end], ".0"]
        last = words[index].end
        places.append(last + longer)
        longer += 2
    return "".join([*pieces, text[last:]]), places


def _said(error: str, written: str, places: Sequence[int]) -> list[tuple[int, str]]:
    """(offset in the text as it was given, message) for each error."""
    found = []
    for match in _SAID.finditer(error):
        line, column = int(match[1]), int(match[2])
        offset = sum(len(one) + 1 for one in written.split("\n")[: line - 1]) + column - 1
        found.append((offset - 2 * sum(place < offset for place in places), match[3].strip()))
    return found or [(0, re.sub(r"^[A-Z_]+: ", "", error.split("\n")[0])[:300])]


def _problem(text: str, words: Sequence[Token], offset: int, message: str) -> Problem:
    offset = min(max(offset, 0), max(len(text) - 1, 0))
    hint = None
    if found := _UNDECLARED.search(message):
        # The engine points at the last point of the name.
        name = found[1]
        spans = [(words[first].start, words[behind - 1].end) for first, behind, _ in chains(words)]
        offset = next((start for start, end in spans if start <= offset < end), offset)
        message = f"there is no variable '{name}'"
        hint = _meant(name) or _meant(".".join(name.split(".")[:2])) or "docs/policies.md lists those there are"
    elif found := _OVERLOAD.search(message):
        operator = _OPERATOR.sub(r"\1", found[1])
        message = f"'{operator}' does not fit what stands beside it: {found[2].strip('()').replace(', ', ' and ')}"
        if "double" in found[2] and "int" in found[2]:
            hint = "write double(…) around what is a whole number"
    elif message.startswith("Syntax error: "):
        message = re.sub(r" expecting \{.*\}$", "", message.removeprefix("Syntax error: ")).replace("<EOF>", "the end")
        message = f"this cannot be read: {message}"
    return Problem(offset, message, _caret(text, offset), hint)


def _meant(name: str) -> str | None:
    begun = next((one for one in VARIABLES if one.startswith(name) and len(name) > len("workload.")), None)
    return f"did you mean '{begun}'?" if begun else close(name, list(VARIABLES))


def _caret(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].split("\n", 1)[0]
    # As wide as what stands before it.
    before = "".join("\u3000" if ord(one) > 0x2E80 else " " for one in line[: offset - start])
    return f"{line[:200]}\n{before}^" if offset - start < 200 else line[:200]


ENGINE = CelEngine()
