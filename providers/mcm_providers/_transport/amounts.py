"""Amounts in the answers of price lists: Decimal from the text that came, never through a float."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

# A month of what is told by the hour, as everywhere in mcm.
HOURS_PER_MONTH = Decimal(730)
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?")
_MOST = Decimal(10) ** 12
_PLACES = -18


def amount(told: object) -> Decimal | None:
    """None: no number, beyond anything that is asked for, or finer than 18 places. Booleans and floats are none."""
    if isinstance(told, bool) or not isinstance(told, int | str | Decimal):
        return None
    if isinstance(told, int):
        value = Decimal(told) if abs(told) < _MOST else _MOST
    elif isinstance(told, Decimal):
        value = told
    elif _PLAIN.fullmatch(told.strip()):
        value = Decimal(told.strip())
    else:
        return None
    if not value.is_finite() or abs(value) >= _MOST:
        return None
    exponent = value.normalize().as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= _PLACES else None


def loads(raw: bytes) -> Any:
    """JSON with Decimal for every number that has a point. Raises ValueError, also for what no honest list holds."""
    try:
        return json.loads(raw, parse_float=_number, parse_constant=_refused)
    except (RecursionError, InvalidOperation) as error:
        raise ValueError("no honest document") from error


def _number(text: str) -> Decimal:
    if not _PLAIN.fullmatch(text):
        raise ValueError("no honest number")
    return Decimal(text)


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
