"""The folder for what outlives a test run: built binaries, logs and the records of what is running."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def cache_dir() -> Path:
    """Returns the folder, made when absent: $MCM_TEST_CACHE, else .cache/targets in the checkout."""
    configured = os.environ.get("MCM_TEST_CACHE")
    path = Path(configured).resolve() if configured else Path(__file__).resolve().parents[2] / ".cache" / "targets"
    path.mkdir(parents=True, exist_ok=True)
    if not (path / ".gitignore").exists():
        (path / ".gitignore").write_text("*\n")
    return path


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Only one process at a time is inside the block of a given name; the others wait, also xdist workers."""
    with (cache_dir() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
