"""The unit format of FOCUS: which texts are units (https://focus.finops.org/focus-specification/v1-2/#unitformat).

Nouns of counts are open: whatever is not listed counts as one, when it begins with a capital letter.
"""

import re

_SIZES = frozenset(
    {"b", "B"}
    | {f"{prefix}{unit}" for prefix in "KMGTPE" for unit in "bB"}
    | {f"{prefix}i{unit}" for prefix in "KMGTPE" for unit in "bB"}
)
_TIMES = frozenset({"Year", "Month", "Day", "Hour", "Minute", "Second"})
_PLURAL_TIMES = frozenset(f"{name}s" for name in _TIMES)
# What a listed word may not be written as.
_FOLDED = {name.lower(): name for name in _TIMES | _PLURAL_TIMES}
_LONG = re.compile(r"(kilo|mega|giga|tera|peta|exa|kibi|mebi|gibi|tebi|pebi|exbi)?(bit|byte)s?", re.IGNORECASE)
_QUANTITY = re.compile(r"[1-9][0-9]* ")


def is_unit(text: str) -> bool:
    """`GB`, `GB-Hours`, `Requests/Day`, `1000 Tokens`, `Units/3 Months`."""
    if found := _QUANTITY.match(text):
        return _plural(text[found.end() :])
    first, slash, second = text.partition("/")
    if slash:
        interval = _QUANTITY.match(second)
        ends = second[interval.end() :] in _PLURAL_TIMES if interval else second in _TIMES
        return _plural(first) and ends
    before, hyphen, after = text.rpartition("-")
    if hyphen:
        return after in _PLURAL_TIMES and _singular(before)
    return _plural(text)


def _plural(word: str) -> bool:
    return word in _SIZES or word in _PLURAL_TIMES or _count(word)


def _singular(word: str) -> bool:
    return word in _SIZES or word in _TIMES or _count(word)


def _count(word: str) -> bool:
    """A noun nobody listed; not a listed one in other letters, nor a size written out."""
    return (
        bool(re.fullmatch(r"[A-Z][A-Za-z0-9]*(?:[ -][A-Z0-9][A-Za-z0-9]*)*", word))
        and word.lower() not in _FOLDED
        and not _LONG.fullmatch(word)
        and not (word.endswith("s") and word[:-1] in _SIZES and len(word) > 2)
    )
