"""What gets killed: a process that runs the action engine on a database, as `mcm serve` does.

    python -m tests.baddays.acting.victim

Imports everything once and forks a victim for every line on stdin, so that a fresh process costs milliseconds. Each
opens and prepares the database by itself; nothing of it outlives SIGKILL.
"""

import ctypes
import json
import os
import signal
import sys
import time
from datetime import timedelta
from typing import Any

_PR_SET_PDEATHSIG = 1
_TICK_S = 0.1


def main() -> None:
    _import()
    # Nobody waits for the victims here; the kernel takes their remains away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        victim = os.fork()
        if victim == 0:
            _live(json.loads(line))
        sys.stdout.write(f"{victim}\n")
        sys.stdout.flush()


def _import() -> None:
    """No process names itself here: the name would be the victims' too, and none of them would count as dead."""
    import psycopg

    import mcm.app
    import mcm_providers.aws.adapter
    import mcm_providers.vmware.adapter

    assert psycopg
    assert mcm.app
    assert mcm_providers.aws.adapter
    assert mcm_providers.vmware.adapter


def _live(options: dict[str, Any]) -> None:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        _work(options["settings"], options["settle_s"])
    finally:
        os._exit(1)


def _work(settings: dict[str, Any], settle_s: float) -> None:
    from mcm.app import build_runtime, prepare
    from mcm.operations import machine
    from mcm.settings import Settings

    machine.SETTLE = timedelta(seconds=settle_s)
    runtime = build_runtime(Settings(**settings))
    prepare(runtime)
    while True:
        runtime.operations.tick()
        time.sleep(_TICK_S)


if __name__ == "__main__":
    main()
