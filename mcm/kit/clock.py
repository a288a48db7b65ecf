"""Time: aware UTC datetimes in code, one fixed-width text form at the database's edge."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def to_text(value: datetime) -> str:
    """`2026-01-31T12:00:00.000000Z`: sorts as text, and PostgreSQL reads it as timestamptz."""
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        # Clouds that know no date send the first or the last one there is, in a zone of their own.
        utc = value.replace(tzinfo=UTC)
    # Not strftime: it writes the year 1 without its zeros.
    return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def age_text(seconds: float) -> str:
    """A short age for people: 45s, 12m, 3h, 8d. What lies ahead, after a clock was set back, is 0s old."""
    seconds = max(seconds, 0.0)
    for limit, unit, size in ((120, "s", 1), (7200, "m", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds // 86_400)}d"
