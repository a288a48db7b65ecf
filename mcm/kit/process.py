"""Names this process so that others on the machine can tell whether it still lives."""

import os
import platform
from functools import cache
from pathlib import Path


@cache
def owner() -> str:
    """`host:pid:start`; the start time tells a reused process id apart."""
    return f"{platform.node()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(text: str) -> bool:
    """True only when `text` names a process of this machine that has ended; what cannot be known is not dead."""
    host, pid, started = ["", "", *text.rsplit(":", 2)][-3:]
    if host != platform.node() or not pid.isdigit() or started == "?":
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """Clock ticks since boot, from /proc; "?" where there is no /proc, "" when there is no such process."""
    if not Path("/proc/self/stat").exists():
        return "?"
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19]
    except (OSError, IndexError):
        return ""
