"""Files that commands write."""

from collections.abc import Iterator
from pathlib import Path

from mcm.cli.failures import Failure


def write_file(file: Path, parts: Iterator[bytes]) -> None:
    """Aside first: an export that breaks off leaves no half file under the name. A pipe or device is written to."""
    special = file.exists() and not file.is_file()
    aside = file if special else file.with_name(f".{file.name}.part")
    try:
        with aside.open("wb") as target:
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
