"""Values as cells of a table that people open in a spreadsheet: hostile names must neither calculate nor hide.

Texts that begin with = + - @ (also full-width), a tab or a carriage return get a leading apostrophe, so that no
spreadsheet takes them for a formula; control and bidirectional characters are written as escapes.
"""

from datetime import datetime
from typing import Any

import orjson

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HIDDEN = frozenset("\u061c\u200e\u200f\u2028\u2029\ufeff") | frozenset(map(chr, _BIDI))

Cell = str | int | float | bool | None


def cell(value: Any) -> Cell:
    """Numbers and booleans stay what they are; everything else becomes safe text. None is an empty cell."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return safe_text("; ".join(value))
    return safe_text(value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode())


def safe_text(text: str) -> str:
    shown = text if text.isprintable() else "".join(_escaped(char) for char in text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def no_formula(text: str) -> str:
    """Otherwise as it is: for files that programs read too."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _escaped(char: str) -> str:
    return repr(char)[1:-1] if char < " " or "\x7f" <= char <= "\x9f" or char in _HIDDEN else char
