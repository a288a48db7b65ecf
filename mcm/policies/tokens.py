"""The words of a CEL text: enough to see which variables it asks for, how deep it goes and where its whole numbers are.

The grammar of words: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mcm.policies.facts import VARIABLES, Type

_STRING = r"""[bB]?[rR]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_PATTERN = re.compile(
    rf"""(?P<space>\s+|//[^\n]*)|(?P<string>{_STRING})
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<whole>0[xX][0-9a-fA-F]+[uU]?|\d+[uU]|(?P<int>\d+))|(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{{}}])|(?P<other>.)""",
    re.VERBOSE | re.ASCII,
)
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    found = []
    for match in _PATTERN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(Token("int" if match["int"] is not None else kind, match[0], match.start()))
    return found


def depth(words: Sequence[Token]) -> int:
    """Of brackets, and of signs that stand before something."""
    deepest = current = signs = 0
    for word in words:
        signs = signs + 1 if word.text in ("!", "-") else 0
        if word.kind == "sign":
            current += (word.text in _OPEN) - (word.text in _CLOSE)
        deepest = max(deepest, current + signs)
    return deepest


def chains(words: Sequence[Token]) -> Iterator[tuple[int, int, list[str]]]:
    """Names that are joined by points: index of the first and behind the last word, and the names."""
    place = 0
    while place < len(words):
        if words[place].kind != "name":
            place += 1
            continue
        behind, names = place + 1, [words[place].text]
        while behind + 1 < len(words) and words[behind].text == "." and words[behind + 1].kind == "name":
            names.append(words[behind + 1].text)
            behind += 2
        yield place, behind, names
        place = behind


def variable(names: Sequence[str]) -> tuple[str, list[str]] | None:
    """The variable that a chain begins with, and the names behind it."""
    for length in (2, 1):
        if (name := ".".join(names[:length])) in VARIABLES and len(names) >= length:
            return name, list(names[length:])
    return None


def asked(words: Sequence[Token]) -> tuple[frozenset[str], Mapping[str, frozenset[str] | None]]:
    """The variables, and of each map of labels the keys, or None where they cannot be told from the text."""
    found: set[str] = set()
    keys: dict[str, frozenset[str] | None] = {}
    for first, behind, names in chains(words):
        one = variable(names)
        if one is None:
            continue
        name, rest = one
        found.add(name)
        if VARIABLES[name] is Type.LABELS:
            key = _key(words, first, behind, rest)
            before = keys.get(name, frozenset())
            keys[name] = None if key is None or before is None else before | {key}
    return frozenset(found), keys


def _key(words: Sequence[Token], first: int, behind: int, rest: Sequence[str]) -> str | None:
    """`labels.key`, `labels["key"]` or `"key" in labels`."""
    after = words[behind].text if behind < len(words) else ""
    if rest:
        return rest[0] if len(rest) > 1 or after != "(" else None
    if after == "[" and behind + 2 < len(words) and words[behind + 2].text == "]":
        return _plain(words[behind + 1])
    if first > 1 and words[first - 1].text == "in" and after not in (".", "["):
        return _plain(words[first - 2])
    return None


def _plain(word: Token) -> str | None:
    """The text of a string without escapes."""
    simple = re.fullmatch(r"""(['"])([^'"\\]*)\1""", word.text)
    return simple[2] if word.kind == "string" and simple else None


def operands(words: Sequence[Token], offset: int) -> list[int]:
    """The whole numbers right before and behind the operator at an offset: those in its nearest operands."""
    place = next((index for index, word in enumerate(words) if word.start <= offset < word.end), None)
    if place is None:
        return []
    found: list[int] = []
    for step in (-1, 1):
        found += _operand(words, place + step, step)
    return [index for index in found if words[index].kind == "int"]


def _operand(words: Sequence[Token], place: int, step: int) -> list[int]:
    while 0 <= place < len(words) and step > 0 and words[place].text == "-":
        place += step
    if not 0 <= place < len(words):
        return []
    inwards, outwards = (_OPEN, _CLOSE) if step > 0 else (_CLOSE, _OPEN)
    if words[place].text not in inwards or words[place].kind != "sign":
        return [place]
    level, taken = 0, []
    while 0 <= place < len(words):
        if words[place].kind == "sign":
            level += (words[place].text in inwards) - (words[place].text in outwards)
        taken.append(place)
        if level == 0:
            return taken
        place += step
    return taken
