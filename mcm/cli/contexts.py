"""The servers this person signs in to and their tokens, in a file that nobody else may read."""

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from mcm.cli.failures import USAGE, Failure

NAME = "contexts.json"


@dataclass(frozen=True)
class Context:
    """expires_at: of the token, RFC 3339; "" where it is not known."""

    server: str
    token: str
    user: str = ""
    expires_at: str = ""


@dataclass
class Contexts:
    """current: the name of one, or "" for none: commands then work on the local database."""

    current: str
    all: dict[str, Context]


def folder() -> Path:
    return Path(os.environ.get("MCM_CONFIG_DIR") or "~/.config/mcm").expanduser()


def load() -> Contexts:
    """Raises Failure for a file that others may read: its tokens may be known already."""
    file = folder() / NAME
    try:
        with file.open("rb") as opened:
            found = os.fstat(opened.fileno())
            if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
                raise Failure(
                    f"{file} holds tokens and is open to others",
                    next_step=f"chmod 600 {file}; if others may have read it: mcm token list, mcm token revoke ID",
                )
            data = json.load(opened)
        every = {str(name): Context(**one) for name, one in data["contexts"].items()}
        current = str(data.get("current", ""))
    except FileNotFoundError:
        return Contexts("", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not as mcm wrote it'}",
            next_step="repair or remove it, then `mcm login`",
        ) from error
    return Contexts(current if current in every else "", every)


def save(contexts: Contexts) -> None:
    """Written aside and renamed: a kill leaves the old file or the new one."""
    directory = folder()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = directory / f".{NAME}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        every = {name: asdict(one) for name, one in contexts.all.items()}
        json.dump({"current": contexts.current, "contexts": every}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(directory / NAME)


def put(name: str, context: Context) -> None:
    """Adds or replaces it and makes it the current one."""
    contexts = load()
    contexts.all[name] = context
    contexts.current = name
    save(contexts)


def token_for(server: str) -> str:
    """The token of the context of this server; "" without one."""
    contexts = load()
    same = [one for one in contexts.all.values() if one.server.rstrip("/") == server.rstrip("/")]
    current = contexts.all.get(contexts.current)
    return current.token if current in same and current else same[0].token if same else ""


def current() -> Context | None:
    contexts = load()
    return contexts.all.get(contexts.current)


def get(contexts: Contexts, name: str) -> Context:
    found = contexts.all.get(name)
    if found is None:
        known = ", ".join(sorted(contexts.all)) or "none yet: `mcm login --server URL` makes one"
        raise Failure(f"there is no context '{name}'", next_step=f"known: {known}", exit_code=USAGE)
    return found


def name_of(server: str) -> str:
    """A name for a server that was given none: its host and port."""
    return server.partition("://")[2].strip("/").replace("/", "-") or server
