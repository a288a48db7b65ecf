"""Files that commands write."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mcm.cli.failures import Failure


def write_file(file: Path, parts: Iterator[bytes], *, private: bool = False) -> None:
    """Aside first: an export that breaks off leaves no half file under the name. A pipe or device is written to.

    private: readable by its owner only, whatever the umask says."""
    special = file.exists() and not file.is_file()
    aside = file if special else file.with_name(f".{file.name}.part")
    try:
        with _private(aside) if private and not special else aside.open("wb") as target:
            for part in parts:
                target.write(part)
        if not special:
            aside.replace(file)
    except OSError as error:
        raise Failure(
            f"{file} cannot be written: {error.strerror or error}", next_step="choose another place, or free some space"
        ) from error
    finally:
        if not special:
            aside.unlink(missing_ok=True)


def _private(aside: Path) -> IO[bytes]:
    # What a killed export left behind may be readable already.
    aside.unlink(missing_ok=True)
    return os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
