"""Works without serving: reads clouds, gives operations their turns, keeps the house.

`mcm worker` does so until it is told to end. `python -m mcm.worker NICE` does so for the server that started it:
settings and orders come through standard input, which ends when the server does, however it does; reports leave through
standard output. The server's own process then does nothing but answer, and no request waits for the interpreter's lock.
"""

import gc
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Requests go first where there are not enough processors. Not with the settings, as loading is most of the start.
    os.nice(int(sys.argv[1]))
    # Loading makes much that stays and hardly any garbage; `mcm.app.prepare` turns the collector on again.
    gc.disable()

from mcm.app import build_runtime, prepare
from mcm.cli.logs import configure
from mcm.errors import McmError
from mcm.jobs import away
from mcm.jobs.schedule import Jobs
from mcm.jobs.worker import GRACE_S
from mcm.kit.signals import until_told
from mcm.settings import Settings

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_REPORT_S = 0.5


def run() -> None:
    """Until SIGINT or SIGTERM."""
    settings = Settings()
    configure(settings.log_level, settings.log_format)
    with until_told(), _working(settings):
        log.info("reading clouds; the API is not served by this process")
        threading.Event().wait()


def attached() -> int:
    """Until the server that started it ends it, or ends. Returns the exit code."""
    # A terminal sends it to the whole group; the server ends us when it is ready to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Only reports leave through it, whatever an SDK prints.
    out = os.dup(1)
    os.dup2(2, 1)
    first = sys.stdin.buffer.readline()
    if not first:
        return 0
    settings = Settings(**json.loads(first))
    configure(settings.log_level, settings.log_format)
    try:
        with until_told():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            with _working(settings) as runtime:
                threading.Thread(target=_report, args=(runtime, out), daemon=True, name="mcm-reports").start()
                try:
                    for line in sys.stdin.buffer:
                        _obey(runtime, *json.loads(line))
                finally:
                    _end_in_time()
    except McmError as error:
        log.error("the clouds are not read: %s", error.message)
        return 1
    return 0


@contextmanager
def _working(settings: Settings) -> "Iterator[Runtime]":
    runtime = build_runtime(settings)
    prepare(runtime)
    jobs = Jobs(runtime)
    jobs.start()
    try:
        yield runtime
    finally:
        jobs.stop()
        runtime.operations.stop()
        runtime.executor.stop()
        runtime.gateway.close()
        runtime.database.dispose()


def _obey(runtime: "Runtime", order: str, subject: str) -> None:
    if order == away.DISPATCH:
        runtime.executor.dispatch_soon()
    elif order == away.OPERATIONS:
        runtime.operations.wake()
    elif order == away.CANCEL:
        runtime.executor.cancel_account(subject)
    elif order == away.RETRY:
        runtime.executor.retry(subject)
    elif order == away.FORGET:
        # Signing out may take its time; the next order does not wait for it.
        threading.Thread(target=runtime.executor.forget, args=(subject,), daemon=True, name="mcm-forget").start()


def _report(runtime: "Runtime", out: int) -> None:
    """Tells what has changed, and at first that it is there. Ends when nobody listens."""
    before = b""
    while True:
        rates = [(*key, round(rate, 2)) for key, rate in runtime.executor.rates().items()]
        line = json.dumps({"runs": runtime.executor.under_way(), "rates": rates}).encode() + b"\n"
        try:
            if line != before:
                with open(out, "wb", closefd=False) as file:
                    file.write(line)
        except OSError:
            return
        before = line
        time.sleep(_REPORT_S)


def _end_in_time() -> None:
    """A read that hangs must not outlive the server: a kill leaves nothing half done, and its lease is freed."""
    timer = threading.Timer(GRACE_S, os._exit, (1,))
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    sys.exit(attached())
