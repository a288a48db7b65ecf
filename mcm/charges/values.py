"""From what stands in a bill to what is stored: amounts, times, tags, words. Each value is understood once."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from typing import Any

import orjson

from mcm.contract.bills import NOTHING
from mcm.kit import clock, currencies
from mcm.kit.money import EXACT, SCALE

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PLAIN = re.compile(r"(-)?(\d{1,20})(?:\.(\d{0,18}))?", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_STEP = Decimal(1).scaleb(-SCALE)
_ZERO = format(Decimal(0).quantize(_STEP), "f")
_WHOLE = 20
MIDNIGHT = clock_time(tzinfo=UTC)
_KEPT = 10_000

Read = Callable[[Any], tuple[Any, str]]


class Memo(dict[Any, Any]):
    """Raw → value, read once; `odd`: raw → the code of what is odd about it."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read
        self.odd: dict[Any, str] = {}

    def __missing__(self, raw: Any) -> Any:
        value, code = self._read(raw)
        self[raw] = value
        if code:
            self.odd[raw] = code
        return value

    def forget(self) -> None:
        """Between batches, so that memory does not grow with the file."""
        if len(self) > _KEPT:
            self.clear()
            self.odd.clear()


def amount(raw: Any) -> tuple[str | None, str]:
    """As `Exact` stores it on SQLite, which PostgreSQL reads too: all 18 places written out."""
    if raw in NOTHING:
        return None, ""
    if isinstance(raw, str) and (parts := _PLAIN.fullmatch(raw)):
        # Nearly all are written so, and a decimal made of each would take three times as long.
        sign, whole, places = parts.groups("")
        text = f"{whole.lstrip('0') or '0'}.{places:0<18}"
        return (f"-{text}" if sign and text != _ZERO else text), ""
    if isinstance(raw, float):
        text, oddity = repr(raw), "float_amount"
    else:
        text, oddity = str(raw).strip(), ""
    if not _NUMBER.fullmatch(text):
        return None, "bad_amount"
    found = Decimal(text)
    if not found:
        return _ZERO, oddity
    if found.adjusted() >= _WHOLE:
        return None, "bad_amount"
    kept = found.quantize(_STEP, context=EXACT)
    if kept != found:
        oddity = oddity or "rounded"
    return format(kept, "f") if kept else _ZERO, oddity


def units(text: str) -> int:
    """Of the 18th place: what sums and products are made of without losing a digit."""
    return int(text.replace(".", ""))


def time(raw: Any) -> tuple[str | None, str]:
    """As `UtcTime` stores it on SQLite. What names no zone is UTC, as FOCUS demands."""
    if raw in NOTHING:
        return None, ""
    found = _moment(raw)
    if found is None:
        return None, "bad_time"
    oddity = "" if not isinstance(raw, str) or _TIME.fullmatch(raw) else "time_form"
    return clock.to_text(found if found.tzinfo else found.replace(tzinfo=UTC)), oddity


def month(raw: Any) -> tuple[str | None, str]:
    """As 2026-11, by the calendar of whoever wrote it: midnight in Shanghai is still the month before in UTC."""
    text, code = time(raw)
    found = _moment(raw) if text else None
    return (f"{found:%Y-%m}" if found else None), code


def _moment(raw: Any) -> datetime | None:
    if isinstance(raw, date):
        return raw if isinstance(raw, datetime) else datetime.combine(raw, MIDNIGHT)
    try:
        return datetime.fromisoformat(str(raw).strip().removesuffix(" UTC"))
    except ValueError:
        return None


def currency(raw: Any) -> tuple[str | None, str]:
    if raw in NOTHING:
        return None, "bad_currency"
    code = str(raw).strip().upper()
    return (code, "") if currencies.known(code) else (None, "bad_currency")


def one_of(values: frozenset[str]) -> Read:
    """Reads a word of a closed list; case, blanks and hyphens may differ."""
    folded = {_folded(value): value for value in values}

    def read(raw: Any) -> tuple[str | None, str]:
        if raw in NOTHING:
            return None, ""
        if raw in values:
            return raw, ""
        found = folded.get(_folded(str(raw)))
        return (found, "other_spelling") if found else (str(raw), "unknown_value")

    return read


def _folded(text: str) -> str:
    return text.lower().replace(" ", "").replace("-", "").replace("_", "")


def tags(raw: Any) -> tuple[str | None, str]:
    """JSON text of an object of texts. Bills have objects, lists of key and value, and objects without braces."""
    if raw in NOTHING:
        return None, ""
    text = str(raw).strip()
    for attempt in (text, f"{{{text}}}"):
        try:
            found = orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, list):
            found = _pairs(found)
        if isinstance(found, dict) and not any(isinstance(value, list | dict) for value in found.values()):
            return (json_text({key: _word(value) for key, value in found.items()}) if found else None), ""
    return None, "bad_tags"


def _word(value: Any) -> str:
    """Tags are texts; a key that stands for itself has true."""
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def _pairs(found: list[Any]) -> dict[str, Any] | None:
    pairs = {}
    for one in found:
        if isinstance(one, list | tuple) and len(one) == 2:
            pairs[str(one[0])] = one[1]
        elif isinstance(one, dict) and {name.lower() for name in one} == {"key", "value"}:
            folded = {name.lower(): value for name, value in one.items()}
            pairs[str(folded["key"])] = folded["value"]
        else:
            return None
    return pairs


def json_text(found: Any) -> str:
    """Sorted, and without NUL characters, which PostgreSQL's JSON cannot hold."""
    text = orjson.dumps(found, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text
