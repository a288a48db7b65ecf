"""Disks that fill up or are read-only: a small one of our own where this user may mount, else what SQLite offers."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event

SIZE = 6 * 2**20


class Disk(Protocol):
    """`folder` is on it. `fill` and `free` it again."""

    folder: Path

    def fill(self, engine: Engine) -> None: ...
    def free(self, engine: Engine) -> None: ...


class Mounted:
    """A file system in memory, the real thing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, engine: Engine) -> None:
        with suppress(OSError), (self.folder / "filler").open("ab", buffering=0) as file:
            # To the last byte, so that not even a page fits any more.
            for size in (65_536, 4096, 512, 1):
                with suppress(OSError):
                    while file.write(b"x" * size):
                        pass

    def free(self, engine: Engine) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def protect(self) -> None:
        """Read-only from now on; no file may be open for writing."""
        assert _mount("-o", "remount,ro", str(self.folder))

    def release(self) -> None:
        assert _mount("-o", "remount,rw", str(self.folder))


class Pretended:
    """The same refusal by SQLite itself, for each connection that is opened from then on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pragmas: list[str] = []
        self._heard: set[int] = set()

    def fill(self, engine: Engine) -> None:
        self._set(engine, "PRAGMA max_page_count=1")

    def free(self, engine: Engine) -> None:
        self._set(engine, "PRAGMA max_page_count=1073741823")

    def _set(self, engine: Engine, pragma: str) -> None:
        self._pragmas = [pragma]
        if id(engine) not in self._heard:
            self._heard.add(id(engine))

            @event.listens_for(engine, "connect")
            def _(connection: Any, _record: Any) -> None:
                for one in self._pragmas:
                    connection.execute(one)

        engine.dispose()


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    folder.mkdir()
    if os.geteuid() != 0 or not _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)):
        yield Pretended(folder)
        return
    try:
        yield Mounted(folder)
    finally:
        # Lazily: what a failed test has left open must not keep it.
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def _mount(*arguments: str) -> bool:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
