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


def is_alive(text: str) -> bool:
    """True only when `text` surely names a running process of this machine."""
    host, _, started = ["", "", *text.rsplit(":", 2)][-3:]
    return host == platform.node() and started != "?" and not is_dead(text)


def _started(pid: int) -> str:
    """Clock ticks since boot, from /proc; "?" where there is no /proc, "" when there is no such process.

    One that has ended and that its parent has not asked about yet (a container without an init) is none."""
    if not Path("/proc/self/stat").exists():
        return "?"
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return "" if fields[0] in ("Z", "X") else fields[19]
    except (OSError, IndexError):
        return ""
