"""The folder of the data directory that holds images on their way: one folder for each move, for nobody else to read.

A download goes to a part file that a later process can continue; only a file whose checksum was compared gets its name.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from mcm.moves.errors import ImageCorrupt, StagingFull
from mcm.settings import Settings

# What must stay free for the database beside it.
RESERVE_BYTES = 512 * 2**20
_CHUNK = 2**20
_ALGORITHMS = ("sha512", "sha384", "sha256", "sha1", "md5")
# Told after each piece: bytes so far. It may raise to end the work.
Progress = Callable[[int], None]


def root(settings: Settings) -> Path:
    return settings.directory / "moves"


def folder(settings: Settings, move_id: str) -> Path:
    """Made where it is not there."""
    made = root(settings) / move_id
    for one in (made.parent, made):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def drop(settings: Settings, move_id: str) -> None:
    shutil.rmtree(root(settings) / move_id, ignore_errors=True)


def free_bytes(settings: Settings) -> int:
    """Beyond what stays reserved."""
    place = settings.directory
    while not place.exists():
        place = place.parent
    return max(shutil.disk_usage(place).free - RESERVE_BYTES, 0)


def require_room(settings: Settings, needed: int) -> None:
    free = free_bytes(settings)
    if needed > free:
        raise StagingFull(
            f"{needed / 2**30:.1f} GiB are needed in {settings.directory}, and {free / 2**30:.1f} GiB are free",
            next_step="free some space, or put MCM_DATA_DIR on a larger disk; then `mcm move retry`",
        )


def checksum_of(file: Path, algorithm: str, progress: Progress) -> str:
    """`algorithm:hexadecimal`."""
    found = hashlib.new(algorithm, usedforsecurity=False)
    done = 0
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            found.update(piece)
            done += len(piece)
            progress(done)
    return f"{algorithm}:{found.hexdigest()}"


def compare(file: Path, checksum: str, size: int | None, progress: Progress) -> None:
    """Raises ImageCorrupt. What the cloud tells no checksum of is compared by size alone."""
    found = file.stat().st_size
    if size is not None and found != size:
        raise ImageCorrupt(f"the image should have {size} bytes, and {found} arrived")
    algorithm = checksum.partition(":")[0]
    if algorithm in _ALGORITHMS and checksum_of(file, algorithm, progress) != checksum.lower():
        raise ImageCorrupt(f"the image's {algorithm} is not what the cloud says: it was damaged on its way")


class Told:
    """A progress whose error is remembered: an adapter around it makes one of the cloud's of what it does not know."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.error: Exception | None = None

    def __call__(self, done: int) -> None:
        try:
            self._progress(done)
        except Exception as error:
            self.error = error
            raise


class Part:
    """A sink that continues a part file."""

    def __init__(self, file: Path, progress: Progress) -> None:
        self._file, self._progress = file, progress
        self._opened: BinaryIO | None = None
        self.written = 0

    @property
    def start(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def begin(self, offset: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        opened = os.fdopen(os.open(self._file, flags, 0o600), "wb")
        opened.truncate(offset)
        opened.seek(offset)
        self._opened, self.written = opened, offset

    def write(self, data: bytes) -> None:
        assert self._opened is not None
        self._opened.write(data)
        self.written += len(data)
        self._progress(self.written)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.flush()
            os.fsync(self._opened.fileno())
            self._opened.close()
            self._opened = None


class Reading:
    """A staged file as the source of an upload."""

    def __init__(self, opened: BinaryIO, size: int, progress: Progress) -> None:
        self._opened, self._size, self._progress, self._done = opened, size, progress, 0

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1, /) -> bytes:
        piece = self._opened.read(size)
        self._done += len(piece)
        self._progress(self._done)
        return piece
