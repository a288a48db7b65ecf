"""The server's end of the process that works for it: starts it, starts it again when it dies, ends it.

What it is told (`tell`) only makes it look at once: the rows in the database say what there is to do, so that nothing
is lost with an order that comes while it is being started again.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from mcm.settings import Settings

log = logging.getLogger(__name__)
# How long it may take to end: reads end at their next page. Killing it then leaves nothing half done.
GRACE_S = 8.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
# One that lasted so long did not die of its start.
_SETTLED_S = 60.0
# -P: what lies in the current directory is not imported.
_COMMAND = (sys.executable, "-P", "-m", "mcm.worker")


@dataclass(frozen=True)
class Report:
    """What it last told. runs: run id → (listed, phase). rates: calls per second by account, service and region."""

    runs: dict[str, tuple[int, str]] = field(default_factory=dict)
    rates: dict[tuple[str, str, str], float] = field(default_factory=dict)


class Worker:
    """Thread-safe. `start` once the server answers; `stop` ends it and waits; ending the server's process ends it too,
    however that ends, as its standard input does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._orders: IO[bytes] | None = None
        self._report: Report | None = None
        self._keeper = threading.Thread(target=self._keep, name="mcm-worker-keeper", daemon=True)

    @property
    def up(self) -> bool:
        return self._report is not None

    @property
    def report(self) -> Report:
        return self._report or Report()

    def start(self) -> None:
        self._keeper.start()

    def tell(self, order: str, subject: str = "") -> None:
        """Never waits: one that does not keep up finds out by itself, somewhat later."""
        with self._lock:
            if self._orders is None:
                return
            # A closed pipe: it has just ended, and looks at everything when it is there again.
            with suppress(OSError):
                os.write(self._orders.fileno(), json.dumps([order, subject]).encode() + b"\n")

    def end(self) -> None:
        """Tells it to end and returns at once."""
        self._stopping.set()
        with self._lock:
            self._close()
            # Nothing has begun that it would have to bring to an end.
            if self._child is not None and self._report is None:
                self._child.kill()

    def stop(self) -> None:
        self.end()
        if self._keeper.ident is None:
            return
        self._keeper.join(GRACE_S)
        if self._keeper.is_alive():
            with self._lock:
                if self._child is not None:
                    self._child.kill()
            self._keeper.join()

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ended = self._run_once()
            except Exception:
                log.exception("the process that reads clouds could not be looked after")
                ended = "not started"
            if self._stopping.is_set():
                return
            if time.monotonic() - began > _SETTLED_S:
                pause = _FIRST_PAUSE_S
            log.warning("the process that reads clouds has ended (%s); it is started again in %g s", ended, pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _run_once(self) -> str:
        """From its start to its end. Returns how it ended."""
        child = self._spawn()
        if child is None:
            return "not started"
        try:
            assert child.stdout is not None
            for line in child.stdout:
                # What is no report is a stray line of a library.
                with suppress(ValueError, TypeError, KeyError, AttributeError):
                    self._report = _report(json.loads(line))
        finally:
            # Its reports end with it; one that only closed them is of no use.
            with self._lock:
                self._close()
                self._report = None
            with suppress(subprocess.TimeoutExpired):
                child.wait(GRACE_S)
            child.kill()
            code = child.wait()
            with self._lock:
                self._child = None
            if child.stdout is not None:
                child.stdout.close()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def _spawn(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stopping.is_set():
                return None
            command = (*_COMMAND, str(self._settings.worker_nice))
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            assert child.stdin is not None
            self._child, self._orders = child, child.stdin
            # Not as arguments, which everybody on the machine can read. It ends by itself if it cannot use them.
            with suppress(BrokenPipeError):
                child.stdin.write(json.dumps(self._settings.revealed()).encode() + b"\n")
                child.stdin.flush()
            os.set_blocking(child.stdin.fileno(), False)
            return child

    def _close(self) -> None:
        if self._orders is not None:
            with suppress(OSError):
                self._orders.close()
            self._orders = None


def _report(told: dict[str, Any]) -> Report:
    return Report(
        runs={run: (listed, phase) for run, (listed, phase) in told["runs"].items()},
        rates={(account, service, region): rate for account, service, region, rate in told["rates"]},
    )
