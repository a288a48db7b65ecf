"""Calendar months as texts: 2026-11."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator


def month(text: str) -> str:
    """Raises ValueError."""
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", text):
        raise ValueError(f"'{text[:20]}' is no month, such as 2026-11")
    return text


def of(day: date) -> str:
    return f"{day:%Y-%m}"


def between(first: str, last: str) -> int:
    """Whole months from one to the other; negative when the first is later."""
    return _number(last) - _number(first)


def later(first: str, number: int) -> str:
    year, index = divmod(_number(first) - 1 + number, 12)
    return f"{year:04d}-{index + 1:02d}"


def _number(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:])


Month = Annotated[str, AfterValidator(month)]
