"""Files that are sent as the body of a request: to disk as they come, so that memory does not grow with them."""

import hashlib
import tempfile
from dataclasses import dataclass
from typing import IO

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from mcm.edge.runtime import Runtime
from mcm.errors import Unavailable

_PART = 2**20


@dataclass(frozen=True, slots=True)
class Upload:
    """file: at its beginning; it has no name on disk and is gone when nobody holds it any more."""

    file: IO[bytes]
    sha256: str
    size: int


async def spool(request: Request) -> str:
    """Takes the whole body; returns its SHA-256, hexadecimal. How much may come is limited before it gets here."""
    runtime: Runtime = request.app.state.runtime
    directory = runtime.settings.directory
    file = tempfile.TemporaryFile(prefix="mcm-upload-", dir=directory if directory.is_dir() else None)  # noqa: SIM115
    digest, size, waiting = hashlib.sha256(), 0, bytearray()

    def write(part: bytes) -> None:
        try:
            file.write(part)
        except OSError as error:
            raise Unavailable("the disk that holds uploads is full or fails; nothing was changed") from error
        digest.update(part)

    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _PART:
            size += len(waiting)
            await run_in_threadpool(write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(write, bytes(waiting))
    size += len(waiting)
    file.seek(0)
    request.state.upload = Upload(file, digest.hexdigest(), size)
    return digest.hexdigest()


def taken(request: Request) -> Upload:
    found: Upload = request.state.upload
    return found
