"""What gets killed: a process that rotates the master key again and again, as fast as it can.

    python -m tests.rooms.keys.victim

Imports mcm once, then forks a victim for every line on stdin, which names the journal: a line for each rotation's end.
"""

import os
import signal
import sys
from pathlib import Path


def main() -> None:
    import psycopg

    import mcm.app
    import mcm.keys.rotation

    assert psycopg
    assert mcm.keys.rotation
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        victim = os.fork()
        if victim == 0:
            _live(Path(line.strip()))
        sys.stdout.write(f"{victim}\n")
        sys.stdout.flush()


def _live(journal: Path) -> None:
    from mcm.app import build_runtime
    from mcm.settings import Settings
    from tests.rooms.keys.rotating import rotate_once

    try:
        runtime = build_runtime(Settings())
        _note(journal, "began")
        while True:
            rotate_once(runtime.database, runtime.vault)
            _note(journal, "rotated")
    except BaseException as error:
        _note(journal, f"died {type(error).__name__}: {getattr(error, 'message', error)}")
        raise
    finally:
        os._exit(1)


def _note(journal: Path, line: str) -> None:
    handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


if __name__ == "__main__":
    main()
