"""The master key's file: 32 random bytes in base64, readable by its owner only, created once."""

import base64
import hashlib
import os
import secrets
import stat
from pathlib import Path

from mcm.vault.errors import VaultError

KEY_BYTES = 32


def load_or_create(path: Path) -> bytes:
    """The key. Raises VaultError when the file is unreadable, malformed or open to others."""
    if not path.exists():
        _create(path)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"the master key file {path} cannot be read: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultError(
            f"the master key file {path} is open to other users", next_step=f"chmod 600 {path}, and rotate the key"
        )
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise VaultError(f"the master key file {path} does not hold base64") from error
    if len(key) != KEY_BYTES:
        raise VaultError(f"the master key file {path} holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def key_id(key: bytes) -> str:
    """Names a key without telling anything about it."""
    return hashlib.blake2b(key, digest_size=8, person=b"mcm-key-id").hexdigest()


def _create(path: Path) -> None:
    # Written aside and linked: two that start together end with one key, and a kill leaves no half file. A name of its
    # own, as a killed process of the same id may have left one behind.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        _keep_entry(path.parent)
    except FileExistsError:
        if not path.exists():
            raise VaultError(f"the master key file {path} cannot be created: its folder is a file") from None
    except OSError as error:
        raise VaultError(f"the master key file {path} cannot be created: {error}") from error


def _keep_entry(folder: Path) -> None:
    """A power cut must not take the key away from secrets that were sealed with it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
