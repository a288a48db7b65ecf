"""The master key's file: 32 random bytes in base64 on each line, readable by its owner only.

The first line is the current key; further lines are older ones that still open what they sealed.
"""

import base64
import hashlib
import os
import secrets
import stat
from pathlib import Path

from mcm.vault.errors import VaultError

KEY_BYTES = 32


def load(path: Path) -> tuple[bytes, ...]:
    """The keys, the current one first. Raises VaultError when the file is absent, malformed or open to others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"the master key file {path} cannot be read: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultError(
            f"the master key file {path} is open to other users", next_step=f"chmod 600 {path}, and rotate the key"
        )
    return parse(text, f"the master key file {path}")


def load_or_create(path: Path) -> tuple[bytes, ...]:
    if not path.exists():
        _create(path)
    return load(path)


def parse(text: str, name: str) -> tuple[bytes, ...]:
    """Keys from lines of base64. name: of what holds them, for the refusal; the text itself is never shown."""
    lines = text.split() or [""]
    try:
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except ValueError as error:
        raise VaultError(f"{name} does not hold base64") from error
    for key in keys:
        if len(key) != KEY_BYTES:
            raise VaultError(f"{name} holds {len(key)} bytes instead of {KEY_BYTES}")
    return tuple(dict.fromkeys(keys))


def key_id(key: bytes) -> str:
    """Names a key without telling anything about it."""
    return hashlib.blake2b(key, digest_size=8, person=b"mcm-key-id").hexdigest()


def replace(path: Path, keys: tuple[bytes, ...]) -> None:
    """Puts these keys there in one step that survives a power cut: whoever reads sees the old file or the new one."""
    aside = _aside(path)
    try:
        _write(aside, keys)
        aside.replace(path)
        _keep_entry(path.parent)
    except OSError as error:
        raise VaultError(
            f"the master key file {path} cannot be replaced: {error}",
            next_step="let mcm's user write in its folder, or rotate where that is possible",
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def _create(path: Path) -> None:
    # Written aside and linked: two that start together end with one key, and a kill leaves no half file.
    aside = _aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _write(aside, (os.urandom(KEY_BYTES),))
            os.link(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        _keep_entry(path.parent)
    except FileExistsError:
        if not path.exists():
            raise VaultError(f"the master key file {path} cannot be created: its folder is a file") from None
    except OSError as error:
        raise VaultError(f"the master key file {path} cannot be created: {error}") from error


def _aside(path: Path) -> Path:
    """A name of its own, as a killed process of the same id may have left one behind."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def _write(aside: Path, keys: tuple[bytes, ...]) -> None:
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _keep_entry(folder: Path) -> None:
    """A power cut must not take the key away from secrets that were sealed with it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
