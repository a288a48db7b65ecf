"""What can be wrong with a schedule."""

from mcm.errors import Conflict, InvalidInput, NotFound


class ScheduleNotFound(NotFound):
    code = "schedule_not_found"


class ScheduleExists(Conflict):
    """The name belongs to a schedule that the caller must not know of."""

    code = "schedule_exists"


class InvalidSchedule(InvalidInput):
    code = "invalid_schedule"
