"""What gets killed: a process that changes the cloud and reads it, again and again, as fast as it can.

    python -m tests.baddays.kills.victim

This process imports mcm once and then forks a victim for every line on stdin, so that a new one costs milliseconds and
not the second that importing takes. Each victim is a process of its own that opens and prepares the database as every
`mcm` command does and asks for reads as the API does; nothing of it outlives SIGKILL.
"""

import ctypes
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.baddays.kills import world

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.003


def main() -> None:
    _warm_up()
    # Nobody waits for the victims here; the kernel takes their remains away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        seed, journal, seed_file = line.rstrip("\n").split("\t")
        victim = os.fork()
        if victim == 0:
            _live(int(seed), Path(journal), Path(seed_file))
        sys.stdout.write(f"{victim}\n")
        sys.stdout.flush()


def _warm_up() -> None:
    """Imports, maps and migrates once. Starts no thread and leaves nothing open: it would be there after the fork."""
    import psycopg

    import mcm_providers.simulated.adapter
    from mcm.app import build_runtime, prepare
    from mcm.settings import Settings

    assert mcm_providers.simulated.adapter
    assert psycopg
    with tempfile.TemporaryDirectory() as folder:
        runtime = build_runtime(Settings(data_dir=Path(folder), database_url=f"sqlite:///{folder}/mcm.db"))
        prepare(runtime)
        runtime.executor.stop()
        runtime.database.dispose()


def _live(seed: int, journal: Path, seed_file: Path) -> None:
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        _loop(random.Random(seed), journal, seed_file)
    except BaseException as error:
        _note(journal, f"died {type(error).__name__}: {getattr(error, 'message', error)}")
        raise
    finally:
        os._exit(status)


def _loop(chance: random.Random, journal: Path, seed_file: Path) -> None:
    from mcm.app import build_runtime, prepare
    from mcm.settings import Settings

    runtime = build_runtime(Settings())
    prepare(runtime)
    runtime.executor.on_demand()
    while True:
        version = world.read(seed_file)
        # Sometimes the interrupted version is read again; mostly the cloud has moved on meanwhile.
        if chance.random() < 0.8:
            version += 1
            world.write(seed_file, version)
        _note(journal, f"wrote {version}")
        _sync(runtime)
        _note(journal, f"synced {version}")


def _sync(runtime: Any) -> None:
    from mcm.accounts import service as accounts
    from mcm.auth.service import local_caller
    from mcm.sync import progress, service

    with runtime.database.writing() as session:
        chosen = list(accounts.everyone(session))
        request = service.request(session, local_caller("victim", "rq_victim"), chosen, [], full=True)
    runtime.executor.focus([account.id for account in chosen], [])
    runtime.executor.dispatch_soon()
    while True:
        with runtime.database.reading() as session:
            answer = progress.follow(session, runtime.executor, request.id)
        if answer.outcome == "complete":
            return
        if answer.outcome != "running":
            bad = [scope for scope in answer.scopes if scope.outcome not in ("complete", "unsupported")]
            raise RuntimeError(f"the sync was {answer.outcome}: {bad[:3]}")
        time.sleep(_POLL_S)


def _note(journal: Path, line: str) -> None:
    """One write for one line, so that a kill leaves all of it or nothing. Each begins with the moment."""
    handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{time.monotonic():.4f} {line}\n".encode())
    os.close(handle)


if __name__ == "__main__":
    main()
