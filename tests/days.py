"""Days as tests see them. A run may begin before midnight (UTC) and end after it: nothing keeps a day from one test to
the next, and no test has a midnight inside."""

import time
from datetime import date, timedelta

import pytest

from mcm.kit import clock

_ENDING_S = 45


def today() -> date:
    return clock.now().date()


def days_ago(number: int) -> date:
    return today() - timedelta(days=number)


@pytest.fixture(autouse=True)
def _no_midnight_inside() -> None:
    now = clock.now()
    left = 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)
    if left <= _ENDING_S:
        time.sleep(left + 1)
