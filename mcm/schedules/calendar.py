"""When a schedule is due: five cron fields in a time zone, without the days off. Pure.

The calendar is APScheduler's. A time that a change to summer time leaves out comes an hour later, one that comes twice
counts once.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger

from mcm.filters.errors import closest
from mcm.schedules.errors import InvalidSchedule

# What is off for longer than this is off for good: such as the 31st of February, or a year of days off.
_LOOK_AHEAD = timedelta(days=800)
_MAX_TRIES = 4_000


class Calendar:
    """Raises InvalidSchedule that names the field, the cause and the cure."""

    def __init__(self, cron: str, time_zone: str, skip: Sequence[str]) -> None:
        if time_zone not in available_timezones():
            near = closest(time_zone, available_timezones())
            raise InvalidSchedule(
                f"time_zone: there is no time zone '{time_zone}'",
                next_step=f"did you mean '{near}'?" if near else "write it like Asia/Shanghai",
            )
        self.zone = ZoneInfo(time_zone)
        try:
            self._trigger = CronTrigger.from_crontab(cron, timezone=self.zone)
        except (ValueError, TypeError) as error:
            raise InvalidSchedule(
                f"cron: '{cron}' is no calendar ({error})",
                next_step='five fields: minute hour day month weekday, such as "0 20 * * mon-fri"',
            ) from error
        self._off = [_days(text) for text in skip]

    def next_after(self, after: datetime) -> datetime | None:
        """The first time behind `after`; None when there is none within two years."""
        limit, previous = after + _LOOK_AHEAD, after
        for _ in range(_MAX_TRIES):
            found = self._fire(previous)
            if found is None or found > limit:
                return None
            if not self.is_off(found) and not self._again(found):
                return found.astimezone(UTC)
            previous = found
        return None

    def following(self, after: datetime, number: int) -> list[datetime]:
        found: list[datetime] = []
        at: datetime | None = after
        while at is not None and len(found) < number:
            at = self.next_after(at)
            if at is not None:
                found.append(at)
        return found

    def _fire(self, after: datetime) -> datetime | None:
        # One microsecond on: the trigger gives the very instant otherwise. In UTC: local sums forget which pass it is.
        behind = (after.astimezone(UTC) + timedelta(microseconds=1)).astimezone(self.zone)
        found: datetime | None = self._trigger.get_next_fire_time(None, behind)
        return found

    def _again(self, found: datetime) -> bool:
        """The hour that comes twice in autumn: what came at its first pass, and nothing since, is not due again."""
        local = found.astimezone(self.zone)
        return local.fold == 1 and self._fire(local.replace(fold=0)) == found

    def is_off(self, at: datetime) -> bool:
        day = at.astimezone(self.zone).date()
        return any(first <= day <= last for first, last in self._off)


def _days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("/")
    try:
        found = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise InvalidSchedule(
            f"skip: '{text}' is neither a date nor two", next_step="write 2026-10-01 or 2026-10-01/2026-10-07"
        ) from error
    if found[1] < found[0]:
        raise InvalidSchedule(f"skip: '{text}' ends before it begins")
    return found
