"""Turns SIGINT and SIGTERM into the end of a block."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


class _Told(BaseException):
    """SIGINT or SIGTERM has come."""


@contextmanager
def until_told() -> Iterator[None]:
    """SIGINT and SIGTERM end the block, after its cleaning up, and the program goes on behind it.

    uvicorn ends by itself and sends itself the signal again when it has: without a handler of our own that would be the
    end of the process, and the run file would stay.
    """

    def told(*_: object) -> None:
        raise _Told

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except _Told:
        log.info("told to end")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
