"""Remembers on disk what a test run has started, so that the next one can clean up after a run that was killed.

A process is known by its id *and* its start time: ids are reused, and killing a stranger is worse than a leftover.
"""

import contextlib
import json
import os
import shutil
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.harness.cache import cache_dir

FOLDER_PREFIX = "mcm-test-"
_LOGS_KEPT_SECONDS = 3 * 24 * 3600


@dataclass(frozen=True)
class ProcessIdentity:
    """One process in the life of this machine; start_ticks counts from the boot (proc(5), stat field 22)."""

    pid: int
    start_ticks: int
    boot_id: str

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """Returns None when no such process runs; a zombie counts as running."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The command in field 2 may itself contain spaces and parentheses.
        fields = stat.rpartition(")")[2].split()
        return cls(pid, int(fields[19]), Path("/proc/sys/kernel/random/boot_id").read_text().strip())

    def is_alive(self) -> bool:
        return ProcessIdentity.of(self.pid) == self


@dataclass(frozen=True)
class Record:
    """What one service leaves behind if nobody stops it: its folder and, once started, its process group."""

    folder: str
    owner: ProcessIdentity
    child: ProcessIdentity | None = None

    @property
    def path(self) -> Path:
        return _records() / f"{Path(self.folder).name}.json"

    def write(self) -> None:
        draft = self.path.with_suffix(f".{os.getpid()}.new")
        draft.write_text(json.dumps(asdict(self)))
        draft.rename(self.path)

    def remove(self) -> None:
        """Deletes the folder and the record; what is already gone is no error."""
        folder = Path(self.folder)
        if folder.name.startswith(FOLDER_PREFIX) and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
        self.path.unlink(missing_ok=True)


def sweep() -> list[Record]:
    """Ends and deletes what dead test runs left behind, and returns it; what a living run owns is not touched."""
    swept = []
    for path in _records().glob("*.json"):
        record = _read(path)
        if record is None:
            path.unlink(missing_ok=True)
        elif not record.owner.is_alive():
            if record.child is not None and record.child.is_alive():
                # Services lead a process group of their own, whose number is the leader's id.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(record.child.pid, signal.SIGKILL)
            record.remove()
            swept.append(record)
    oldest = time.time() - _LOGS_KEPT_SECONDS
    for log in logs_dir().glob("*.log"):
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_mtime < oldest:
                log.unlink()
    return swept


def logs_dir() -> Path:
    path = cache_dir() / "logs"
    path.mkdir(exist_ok=True)
    return path


def _records() -> Path:
    path = cache_dir() / "processes"
    path.mkdir(exist_ok=True)
    return path


def _read(path: Path) -> Record | None:
    try:
        content = json.loads(path.read_text())
        child = ProcessIdentity(**content["child"]) if content["child"] else None
        return Record(content["folder"], ProcessIdentity(**content["owner"]), child)
    except (OSError, ValueError, KeyError, TypeError):
        return None
