"""The run file: how commands find the server of the same data directory."""

import json
import os
from pathlib import Path

from mcm.kit.process import is_alive, is_dead, owner

NAME = "server.json"


def write(directory: Path, url: str, token: str) -> str | None:
    """Returns the URL of another server that lives here already; the file stays its own then.

    token: the server takes whoever can read it for the owner of the data directory, who has the key and the data."""
    if other := _alive(directory):
        return other
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = directory / f".{NAME}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": url, "owner": owner(), "token": token}, file)
    aside.replace(directory / NAME)
    return None


def remove(directory: Path) -> None:
    """Only our own: another server may have taken the directory over."""
    try:
        if json.loads((directory / NAME).read_text())["owner"] == owner():
            (directory / NAME).unlink()
    except (OSError, ValueError, KeyError):
        return


def running_server(directory: Path) -> tuple[str, str] | None:
    """(URL, its owner's token) of the live server of this data directory, None when there is none."""
    try:
        found = json.loads((directory / NAME).read_text())
        return None if is_dead(found["owner"]) else (str(found["url"]), str(found.get("token", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(directory: Path) -> str | None:
    """The URL of a process of this machine that surely lives; one of another machine may have ended long ago."""
    try:
        found = json.loads((directory / NAME).read_text())
        return str(found["url"]) if is_alive(found["owner"]) and found["owner"] != owner() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
