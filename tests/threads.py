"""Threads that outlive their file and go on working take the time of every test that comes after, unseen."""

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

_TASKS = Path("/proc/self/task")
# Shorter files say too little, as the system counts in hundredths of a second.
_LEAST_S, _MOST_OF_IT = 3.0, 0.2
_TICKS_A_S = os.sysconf("SC_CLK_TCK")
# How much each thread had worked when a file ended, and when that was.
_worked_before: dict[int, float] = {}
_ended_before: list[float] = [0.0]


@pytest.fixture(autouse=True, scope="module")
def _nothing_goes_on() -> Iterator[None]:
    """Fails with where they stand when threads of earlier files were at work for a fifth of this file's time."""
    yield
    now, threads = time.monotonic(), {thread.native_id or 0: thread for thread in threading.enumerate()}
    past = now - _ended_before[0]
    if past < _LEAST_S:
        return
    worked = {ident: _worked_s(ident) for ident in threads if ident != threading.get_native_id()}
    during = {ident: seconds - _worked_before[ident] for ident, seconds in worked.items() if ident in _worked_before}
    share = sum(during.values()) / past
    _worked_before.clear()
    _worked_before.update(worked)
    _ended_before[0] = now
    if share > _MOST_OF_IT:
        frames = sys._current_frames()
        busiest = threads[max(during, key=lambda ident: during[ident])]
        where = "".join(traceback.format_stack(frames.get(busiest.ident or 0))[-4:])
        pytest.fail(f"threads of earlier files took {share:.0%} of the time, most of it {busiest.name}:\n{where}")


def _worked_s(ident: int) -> float:
    """Of the processor; 0 where the system does not tell, or for a thread that has just ended."""
    try:
        fields = (_TASKS / str(ident) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_S
