"""Time: aware UTC datetimes in code, one fixed-width text form at the database's edge."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def to_text(value: datetime) -> str:
    """`2026-01-31T12:00:00.000000Z`: sorts as text, and PostgreSQL reads it as timestamptz."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def age_text(seconds: float) -> str:
    """A short age for people: 45s, 12m, 3h, 8d."""
    for limit, unit, size in ((120, "s", 1), (7200, "m", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds // 86_400)}d"
