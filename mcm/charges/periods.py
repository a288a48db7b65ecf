"""Billing months, as 2026-11, and their limits in UTC."""

import re
from datetime import UTC, datetime

from mcm.charges.errors import InvalidCharge

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def bounds(month: str) -> tuple[datetime, datetime]:
    """From the first moment to that of the next month. Raises InvalidCharge for what is no month."""
    found = _MONTH.fullmatch(month)
    if found is None or not 1970 <= int(found[1]) <= 9998:
        raise InvalidCharge(f"'{month[:40]}' is no month", next_step="write it as 2026-11")
    year, number = int(found[1]), int(found[2])
    start = datetime(year, number, 1, tzinfo=UTC)
    return start, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
