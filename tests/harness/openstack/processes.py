"""Starts the daemons of one cloud, keeps records of them on disk, and stops exactly those.

Each daemon leads a session of its own and works inside the cloud's folder. A record holds the process id and the start
time, so whoever comes later can stop what a killed test run has left, and nothing else.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.openstack import procfs
from tests.harness.processes import ServiceFailed

_NICENESS = "5"
# The record is written by the process itself before it becomes the daemon: no moment exists in which a daemon runs
# that nobody knows of. The start time survives exec.
_RECORD_THEN_EXEC = 'read -r stat </proc/$$/stat && echo "$stat" >"$1" && shift && exec nice -n "$@"'
_POLL_S = 0.05
_KILL_LIMIT_S = 30


@dataclass(frozen=True)
class Fork:
    """A daemon that is the `main()` of a Python module."""

    name: str
    module: str
    arguments: list[str]


class ProcessTable:
    """The daemons of the cloud in `folder`; several objects, also in other processes, may look at the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs = folder / "log"
        self._records = folder / "run"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._records.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._daemons: set[str] = set()
        self._forked: dict[str, str] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts a daemon and returns at once."""
        self._spawn(name, command, environment)
        self._daemons.add(name)

    def start_forking(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], daemons: Sequence[Fork]
    ) -> None:
        """Starts a process that becomes several daemons; it gets their descriptions as JSON in its last argument."""
        described = [
            {
                "name": daemon.name,
                "module": daemon.module,
                "arguments": daemon.arguments,
                "log": str(self._logs / f"{daemon.name}.log"),
                "record": str(self._record(daemon.name)),
            }
            for daemon in daemons
        ]
        for daemon in daemons:
            self._record(daemon.name).unlink(missing_ok=True)
            self._forked[daemon.name] = name
        self.start(name, [*command, json.dumps(described)], environment)
        self._daemons.update(daemon.name for daemon in daemons)

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str], *, limit_s: float = 600) -> None:
        """Runs a command to its end; raises ServiceFailed with the end of its log unless it succeeds.

        Ends early when one of the daemons dies, which the command may be waiting for.
        """
        self._spawn(name, command, environment)
        deadline = time.monotonic() + limit_s
        while (status := self._children[name].poll()) is None:
            for daemon in tuple(self._daemons):
                self.require_alive(daemon)
            if time.monotonic() > deadline:
                raise ServiceFailed(f"{name} did not end within {limit_s:.0f} s{self.log_end(name)}")
            time.sleep(_POLL_S)
        if status:
            raise ServiceFailed(f"{name} ended with status {status}{self.log_end(name)}")
        del self._children[name]
        self._record(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        return sorted(record.stem for record in self._records.glob("*.pid"))

    def is_alive(self, name: str) -> bool:
        if child := self._children.get(name):
            return child.poll() is None
        leader = self._leader(name)
        if leader is None:
            return name in self._forked and self.is_alive(self._forked[name])
        return procfs.is_alive(leader.pid, leader.started)

    def require_alive(self, name: str) -> None:
        if not self.is_alive(name):
            raise ServiceFailed(f"{name} has ended{self.log_end(name)}")

    def members(self, names: Sequence[str] | None = None) -> set[int]:
        """Process ids of the daemons and of everything they have started."""
        leaders = [leader for name in names or self.names() if (leader := self._leader(name))]
        everyone = procfs.everyone()
        started = {process.pid: process.started for process in everyone}
        found = set()
        for leader in leaders:
            session = {process.pid for process in everyone if process.session == leader.pid}
            if started.get(leader.pid) == leader.started:
                found |= session
            elif leader.pid not in started:
                # The leader has died. Its session keeps the number from being reused; the folder is the second proof.
                found |= {pid for pid in session if self._works_here(pid)}
        return found

    def stop(self, names: Sequence[str], *, grace_s: float) -> None:
        """Asks the daemons to end, and after the grace period makes them. Returns when all of them are gone."""
        deadline = time.monotonic() + grace_s
        for name in names:
            leader = self._leader(name)
            if leader and procfs.is_alive(leader.pid, leader.started):
                _signal(leader.pid, signal.SIGTERM)
        while time.monotonic() < deadline and any(self.is_alive(name) for name in names):
            time.sleep(_POLL_S)
        self.kill(names)

    def kill(self, names: Sequence[str] | None = None) -> None:
        names = list(self.names() if names is None else names)
        deadline = time.monotonic() + _KILL_LIMIT_S
        # Again and again, since a process may have started another one between the look and the signal.
        while members := self.members(names) if names else set():
            if time.monotonic() > deadline:
                raise ServiceFailed(f"processes {sorted(members)} of {', '.join(names)} cannot be killed")
            for pid in members:
                _signal(pid, signal.SIGKILL)
            self._collect_exits()
            time.sleep(_POLL_S)
        self._collect_exits()
        for name in names:
            self._record(name).unlink(missing_ok=True)
            self._forked.pop(name, None)
        self._daemons.difference_update(names)

    def log_end(self, name: str, *, size: int = 1500) -> str:
        log = self._logs / f"{name}.log"
        text = log.read_text(errors="replace")[-size:].strip() if log.exists() else ""
        return f"; the end of {log}:\n{text}" if text else f"; {log} is empty"

    def _spawn(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        record = self._record(name)
        record.unlink(missing_ok=True)
        with (self._logs / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                ["/bin/sh", "-c", _RECORD_THEN_EXEC, "start", str(record), _NICENESS, *command],
                cwd=self._folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _record(self, name: str) -> Path:
        return self._records / f"{name}.pid"

    def _leader(self, name: str) -> procfs.ProcessStat | None:
        try:
            return procfs.parse_stat(self._record(name).read_text())
        except (OSError, ValueError, IndexError):
            return None

    def _works_here(self, pid: int) -> bool:
        folder = procfs.working_folder(pid)
        return folder is not None and folder.is_relative_to(self._folder)

    def _collect_exits(self) -> None:
        for child in self._children.values():
            child.poll()


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
