"""Reads from /proc what tells a process of ours from a stranger that got the same process id later."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessStat:
    pid: int
    state: str
    session: int
    started: int  # clock ticks since boot


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def parse_stat(text: str) -> ProcessStat:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name in parentheses may hold anything."""
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return ProcessStat(int(head.partition(" ")[0]), state=fields[0], session=int(fields[3]), started=int(fields[19]))


def stat(pid: int) -> ProcessStat | None:
    """None when there is no such process, or only its exit status waits to be collected."""
    try:
        found = parse_stat(Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if found.state in "ZX" else found


def is_alive(pid: int, started: int) -> bool:
    found = stat(pid)
    return found is not None and found.started == started


def everyone() -> list[ProcessStat]:
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [found for pid in pids if (found := stat(pid))]


def working_folder(pid: int) -> Path | None:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None


def resident_mib(pids: set[int]) -> int:
    """Proportional memory, so that pages shared by several workers count once."""
    total_kib = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total_kib += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total_kib // 1024
