"""Runs a service as a child process that ends with its test run, however the test run ends.

Linux only. Three nets: stop(), also at exit; the kernel's parent-death signal, for a test run that is killed; and a
record on disk, from which the next test run cleans up what both missed.
"""

import atexit
import contextlib
import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.harness import HarnessUnavailable
from tests.harness.leftovers import FOLDER_PREFIX, ProcessIdentity, Record, logs_dir, sweep

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02
# Loaded now: between fork and exec a child should neither import nor take locks.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_swept = False


class ServiceFailed(RuntimeError):
    """A service that is installed did not start or ended by itself. A defect, hence a failure and never a skip."""


class Process:
    """One service: a private folder, a log, and at most one child process in a process group of its own.

    `folder` is a new temporary folder that belongs to `user` (a system user to run as; only root may name one) and is
    deleted by stop(). `log_path` stays for some days. `stop_signal` asks the service to end, `parent_death_signal` is
    what the kernel sends it when this process dies.
    """

    def __init__(
        self,
        name: str,
        *,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        parent_death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        if _libc is None:
            raise HarnessUnavailable(f"{name} is started for tests on Linux only, and this is {sys.platform}.")
        _sweep_once()
        self.name = name
        self.user = user
        self._stop_signal = stop_signal
        self._parent_death_signal = parent_death_signal
        self._child: subprocess.Popen[bytes] | None = None
        owner = ProcessIdentity.of(os.getpid())
        assert owner is not None
        self._owner_pid = owner.pid
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{name}-"))
        self._record = Record(str(self.folder), owner)
        self._record.write()
        if user is not None:
            shutil.chown(self.folder, user)
        self.log_path = logs_dir() / f"{self.folder.name.removeprefix(FOLDER_PREFIX)}.log"
        atexit.register(self.stop)

    @property
    def pid(self) -> int:
        if self._child is None:
            raise ServiceFailed(f"{self.name} is not started")
        return self._child.pid

    def start(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
        """Starts the child in `folder`, its output going to the log; `environment` is added to this process's own."""
        if threading.current_thread() is not threading.main_thread():
            # The kernel sends the parent-death signal when the *thread* that forked ends.
            raise RuntimeError(
                f"start {self.name} from the main thread: a service dies with the thread that started it"
            )
        if self._child is not None:
            raise RuntimeError(f"{self.name} is already started")
        with self.log_path.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd=self.folder,
                start_new_session=True,
                # Runs after the change of user, which would otherwise clear the signal again: prctl(2).
                preexec_fn=_die_with_parent(self._parent_death_signal),
                user=self.user,
                group=_group_of(self.user),
                extra_groups=None if self.user is None else [],
            )
        self._record = Record(self._record.folder, self._record.owner, ProcessIdentity.of(self._child.pid))
        self._record.write()

    def is_running(self) -> bool:
        # WNOWAIT leaves a zombie, so that its id stays ours until stop() has signalled the whole group.
        if self._child is None or self._child.returncode is not None:
            return False
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def wait_for_port(self, port: int, *, host: str = "127.0.0.1", timeout_seconds: float = 60) -> None:
        """Returns when something answers at the port; raises ServiceFailed when the child ends or time is up."""

        def answers() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
                return True
            return False

        self._wait(answers, f"answer at {host}:{port}", timeout_seconds)

    def wait_for_line(self, pattern: str, *, timeout_seconds: float = 60) -> re.Match[str]:
        """Returns the first match of the regular expression in the log; raises ServiceFailed like wait_for_port."""
        expression = re.compile(pattern, re.MULTILINE)
        found: list[re.Match[str]] = []

        def logged() -> bool:
            match = expression.search(self.log_path.read_text(encoding="utf-8", errors="replace"))
            found.extend([match] if match else [])
            return match is not None

        self._wait(logged, f"log {pattern!r}", timeout_seconds)
        return found[0]

    def failed(self, problem: str) -> ServiceFailed:
        """An error to raise: the problem and the end of the log."""
        log = self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""
        tail = "\n".join(log.splitlines()[-15:])
        return ServiceFailed(f"{self.name} {problem}; the end of {self.log_path.name}:\n{tail}")

    def stop(self, *, grace_seconds: float = 10) -> None:
        """Ends the child and whatever is left of its group, and deletes the folder. May be called again."""
        if os.getpid() != self._owner_pid:
            return  # a fork of the test run must not end what its parent still uses
        atexit.unregister(self.stop)
        child = self._child
        if child is not None and child.returncode is None:
            os.kill(child.pid, self._stop_signal)
            deadline = time.monotonic() + grace_seconds
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self._record.remove()

    def _wait(self, condition: Callable[[], bool], expectation: str, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            if not self.is_running():
                raise self.failed(f"ended before it could {expectation}")
            if time.monotonic() > deadline:
                raise self.failed(f"did not {expectation} within {timeout_seconds:g} s")
            time.sleep(_POLL_SECONDS)


def run_to_end(
    command: Sequence[str], *, user: str | None = None, environment: Mapping[str, str] | None = None, cwd: Path
) -> None:
    """Runs a short command, such as a compiler or initdb; raises ServiceFailed with its output when it fails."""
    outcome = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
        cwd=cwd,
        text=True,
        errors="replace",
        check=False,
        user=user,
        group=_group_of(user),
        extra_groups=None if user is None else [],
    )
    if outcome.returncode:
        tail = "\n".join(outcome.stdout.splitlines()[-15:])
        raise ServiceFailed(f"{Path(command[0]).name} ended with {outcome.returncode}:\n{tail}")


def _group_of(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare_child() -> None:
        assert _libc is not None
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the kernel knew that this child cares

    return prepare_child


def _sweep_once() -> None:
    global _swept
    if not _swept:
        _swept = True
        sweep()


def children(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread may end between the two.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, tasks.read_text().split())
    return found
