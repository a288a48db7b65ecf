"""What the events room refuses."""

from mcm.errors import McmError


class TooManyStreams(McmError):
    """One caller, or all together, follow events in as many streams as are allowed."""

    code = "too_many_streams"
    status = 429
