"""Values of a filter by the type of their field: texts with wildcards, numbers, times, durations, choices."""

import math
import re
from datetime import UTC, datetime

from mcm.filters.syntax import Duration, Moment, Pattern

MAX_WILDCARDS = 10
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_DURATION = re.compile(r"(?:\d{1,9}[smhdw])+")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?")
_EXACT = 2**53


def unquoted(token: str) -> Pattern:
    """The text of a bare or quoted token. A backslash takes the meaning from a quote, a star or a backslash."""
    body = token[1:-1] if token[0] in "\"'" else token
    parts, current, escaped = [], "", False
    for char in body:
        if escaped:
            current += char if char in "\"'*\\" else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            parts.append(current)
            current = ""
        else:
            current += char
    return Pattern((*parts, current + ("\\" if escaped else "")))


def number(text: str) -> int | float | None:
    """None for what is no finite number. Whole numbers too large to be exact everywhere become floats."""
    if not _NUMBER.fullmatch(text):
        return None
    if re.fullmatch(r"-?\d+", text) and -_EXACT <= int(text) <= _EXACT:
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and -_EXACT <= value <= _EXACT else value


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def moment(text: str) -> Moment | None:
    """RFC 3339, or a date alone; without an offset UTC. None for anything else, and outside the years 1000-9998."""
    day = _DAY.fullmatch(text) is not None
    if not day and not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Moment(at, day) if 1000 <= at.year <= 9998 else None


def duration(text: str) -> Duration | None:
    """45s, 12h, 1d12h, 2w. None for anything else, and for what is longer than a thousand years."""
    if not _DURATION.fullmatch(text.lower()):
        return None
    seconds = sum(int(part[:-1]) * _SECONDS[part[-1]] for part in re.findall(r"\d+[smhdw]", text.lower()))
    return Duration(seconds) if seconds <= 1000 * 366 * 86_400 else None
