"""When a schedule is due: time zones, days off, summer time, and what is no calendar at all."""

from datetime import UTC, datetime

import pytest

from mcm.schedules.calendar import Calendar
from mcm.schedules.errors import InvalidSchedule


def _times(cron: str, zone: str, after: datetime, number: int = 3, skip: tuple[str, ...] = ()) -> list[str]:
    return [at.strftime("%m-%d %H:%M") for at in Calendar(cron, zone, skip).following(after, number)]


def test_evenings_of_working_days_in_shanghai() -> None:
    friday = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert _times("0 20 * * mon-fri", "Asia/Shanghai", friday) == ["11-20 12:00", "11-23 12:00", "11-24 12:00"]


def test_days_off_are_those_of_the_time_zone() -> None:
    """The 1st begins in Shanghai while it is still the 30th in UTC."""
    start = datetime(2026, 9, 29, 0, 0, tzinfo=UTC)
    found = _times("30 1 * * *", "Asia/Shanghai", start, skip=("2026-10-01/2026-10-07",))
    assert found == ["09-29 17:30", "10-07 17:30", "10-08 17:30"]


def test_summer_time() -> None:
    """02:30 does not exist on 2026-03-29 in Berlin (it is 03:30), and exists twice on 2026-10-25: it counts once."""
    march = _times("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC))
    assert march == ["03-28 01:30", "03-29 01:30", "03-30 00:30"]
    october = _times("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert len(set(october)) == 2
    assert october[1] == "10-26 01:30"


def test_what_never_comes() -> None:
    assert Calendar("0 0 31 2 *", "UTC", ()).next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None
    off = Calendar("0 0 * * *", "UTC", ("2026-01-01/2030-01-01",))
    assert off.next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("cron", "zone", "skip", "names"),
    [
        ("0 99 * * *", "UTC", (), "cron"),
        ("every day", "UTC", (), "cron"),
        ("0 20 * *", "UTC", (), "cron"),
        ("0 20 * * *", "Asia/Peking", (), "time_zone"),
        ("0 20 * * *", "../../etc/passwd", (), "time_zone"),
        ("0 20 * * *", "UTC", ("tomorrow",), "skip"),
        ("0 20 * * *", "UTC", ("2026-10-07/2026-10-01",), "skip"),
    ],
)
def test_what_is_no_calendar(cron: str, zone: str, skip: tuple[str, ...], names: str) -> None:
    with pytest.raises(InvalidSchedule, match=f"^{names}"):
        Calendar(cron, zone, skip)
