"""What the last answer was, kept beside libcloud: its exceptions lose the status, the headers and the cause."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from mcm_providers._transport.retry_after import retry_after_seconds


@dataclass(slots=True)
class Exchange:
    """status: 0 when none came. date: the cloud's clock, from its Date header."""

    status: int = 0
    retry_after: float | None = None
    date: datetime | None = None

    def begin(self) -> None:
        self.status, self.retry_after, self.date = 0, None, None

    def end(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.retry_after = retry_after_seconds(response.headers.get("Retry-After"))
        self.date = _date(response.headers.get("Date"))

    def seconds_ahead(self) -> float:
        """How far this machine's clock is ahead of the cloud's; 0.0 when it did not say."""
        return 0.0 if self.date is None else (datetime.now(UTC) - self.date).total_seconds()


def _date(value: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(value or "")
    except (TypeError, ValueError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
