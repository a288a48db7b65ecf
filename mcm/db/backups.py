"""A backup: one SQLite file with everything but the master key, and with what it takes to know that it is whole.

Beside mcm's tables it has one of its own, `mcm_backup`: when it was made, by which version, the ids of the master keys
its secrets need, and for each table the number of rows and a checksum of the file's own contents.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import Engine

from mcm import __version__
from mcm.db import migrate, transfer
from mcm.db.engine import build_engine
from mcm.db.transfer import Copied
from mcm.errors import InvalidInput
from mcm.kit import clock

_TABLE = "mcm_backup"


@dataclass(frozen=True)
class Manifest:
    """made_at as text. keys: ids of the master keys its secrets need; None: made by a version that did not say."""

    made_at: str
    version: str
    keys: list[str] | None


def backup(source: Engine, file: Path) -> Copied:
    """Readable by its owner only; written aside and renamed, so never half there. Writers may go on meanwhile."""
    if file.exists():
        raise InvalidInput(f"{file} exists already", next_step="choose another name, or remove it")
    if not file.parent.is_dir():
        raise InvalidInput(f"there is no folder {file.parent}")
    aside = file.with_name(f".{file.name}.part")
    try:
        _discard(aside)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copied = transfer.copy(source, f"sqlite:///{aside}", "a backup")
        _finish(aside, copied)
        aside.replace(file)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error}") from error
    finally:
        _discard(aside)
    return copied


def restore(file: Path, target_url: str) -> Copied:
    """Into an empty database. Raises InvalidInput for a file that is damaged or no backup, and writes nothing then."""
    with _opened(file) as (source, manifest):
        made = manifest.made_at[:16].replace("T", " ")
        return transfer.copy(source, target_url, f"a backup made {made} UTC, restored" if made else "a restored backup")


def check(file: Path, expected: Copied | None = None) -> Copied:
    """Restores into a temporary database and compares it with the backup, and with what was backed up if that is given.

    Raises InvalidInput or Unavailable naming what is wrong; changes nothing."""
    with tempfile.TemporaryDirectory(prefix="mcm-check-") as directory:
        target = f"sqlite:///{directory}/restored.db"
        copied = restore(file, target)
        transfer.check(target, copied if expected is None else expected)
    return copied


def manifest(file: Path) -> Manifest:
    with _opened(file) as (_, found):
        return found


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Engine, Manifest]]:
    """The backup at this version's schema: an older one is brought there in a copy of its own."""
    if not file.is_file():
        raise InvalidInput(f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix="mcm-restore-") as directory:
        own = Path(directory) / "backup.db"
        shutil.copyfile(file, own)
        found = _verified(own, file)
        source = build_engine(f"sqlite:///{own}", null_pool=True)
        try:
            migrate.upgrade(source)
            yield source, found
        finally:
            source.dispose()


def _verified(own: Path, file: Path) -> Manifest:
    try:
        with closing(sqlite3.connect(own)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" not in tables:
                raise InvalidInput(f"{file} is no backup of mcm")
            if _TABLE not in tables:
                return Manifest("", "", None)
            told = orjson.loads(connection.execute(f"SELECT told FROM {_TABLE}").fetchone()[0])  # noqa: S608
            wrong = [name for name, state in told["tables"].items() if _state(connection, name) != state]
            connection.execute(f"DROP TABLE {_TABLE}")
            connection.commit()
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"{file} is no backup of mcm, or is damaged: {error}") from error
    if wrong:
        raise InvalidInput(
            f"{file} is damaged: {', '.join(wrong[:5])} {'is' if len(wrong) == 1 else 'are'} not as written",
            next_step="use another backup",
        )
    return Manifest(told["made_at"], told["version"], told["keys"])


def _finish(file: Path, copied: Copied) -> None:
    with closing(sqlite3.connect(file)) as connection:
        names = sorted(copied.rows)
        told = {
            "made_at": clock.to_text(clock.now()),
            "version": __version__,
            "keys": copied.keys,
            "tables": {name: _state(connection, name) for name in names},
        }
        connection.execute(f"CREATE TABLE {_TABLE} (told TEXT NOT NULL)")
        connection.execute(f"INSERT INTO {_TABLE} VALUES (?)", (orjson.dumps(told).decode(),))  # noqa: S608
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _state(connection: sqlite3.Connection, name: str) -> list[object]:
    """[rows, checksum] of a table as the file has it, in the order it has them."""
    if not name.replace("_", "").isalnum():
        raise ValueError(f"'{name}' is no table of mcm")
    digest, rows = hashlib.sha256(), 0
    for row in connection.execute(f"SELECT * FROM {name}"):  # noqa: S608
        digest.update(repr(row).encode())
        rows += 1
    return [rows, digest.hexdigest()]


def _discard(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
