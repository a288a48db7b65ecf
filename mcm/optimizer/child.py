"""The process that searches: `python -m mcm.optimizer.child`, started by `mcm.optimizer.running`.

The problem comes as one line of JSON through standard input, which stays open: when it ends, however its parent did,
so does this. The answer leaves as one line through standard output.
"""

import os
import resource
import sys
import threading
import time

# One core, and no memory set aside for the threads of others. Before numpy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.putenv(_name, "1")

from mcm.optimizer import wire  # noqa: E402

_MIB = 2**20


def main() -> int:
    out = os.dup(1)
    # Only the answer leaves through it, whatever a library prints.
    os.dup2(2, 1)
    asked = wire.read(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(5)
    # What it dumps when it dies of a limit would hold everything it was told.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from mcm.optimizer import exact  # noqa: F401 - a library that gets no memory while it is loaded just exits

        limit = int(asked["memory_mib"]) * _MIB
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        answer = _answer(asked)
    except MemoryError:
        answer = {"failed": "memory"}
    except ImportError:
        answer = {"failed": "missing"}
    with open(out, "wb") as file:
        file.write(wire.written(answer))
    return 0


def _answer(asked: dict) -> dict:  # type: ignore[type-arg]
    started = time.monotonic()
    from mcm.optimizer import exact

    found = exact.solve(
        wire.unpacked(asked["problem"]),
        max(0.1, asked["seconds"] - (time.monotonic() - started)),
        asked["hint"],
        whole=asked["whole"],
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "assignment": found.assignment,
        "bound": found.bound,
        "columns": found.columns,
        "kept": found.kept,
        "classes": found.classes,
        "seconds": found.seconds,
        "full": found.full,
        "proven": found.proven,
        "cpu_s": used.ru_utime + used.ru_stime,
        "memory_mib": _peak_mib(used),
    }


def _peak_mib(used: resource.struct_rusage) -> float:
    """What the process itself used at most. On Linux the resource usage begins with that of the parent at the start."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            found = next((line for line in status if line.startswith("VmHWM:")), None)
    except OSError:
        found = None
    if found is not None:
        return int(found.split()[1]) / 1024
    # Kilobytes, but for macOS.
    return used.ru_maxrss / (1024 if sys.platform != "darwin" else _MIB)


def _end_with_parent() -> None:
    while sys.stdin.buffer.readline():
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
