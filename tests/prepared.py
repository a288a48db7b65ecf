"""Labs that begin where an earlier one of the same preparation stood: its rows, files and simulated clouds are copied,
which costs some 20 ms where reading an account takes one or two seconds.

What a cloud holds follows from the preparation's name, not from the test's. A copy is made anew before what it says of
"just now" grows old.
"""

import atexit
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from mcm_providers.simulated.cloud.shape import Shape
from mcm_providers.simulated.world import World, worlds
from tests import lab as labs
from tests.harness import postgres
from tests.harness.postgres_warm import WARM
from tests.lab import Lab

_KEPT_S = 150.0
_FILLED = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
_USED = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


@dataclass
class _Kept:
    """rows and at: of PostgreSQL, as COPY gives them, and where its sequences stand. worlds: shape and boot by id."""

    folder: Path
    clouds: dict[str, str]
    worlds: dict[str, tuple[Shape, str]]
    made_s: float = field(default_factory=time.monotonic)
    rows: dict[str, bytes] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)


_kept: dict[tuple[str, str], _Kept] = {}


def lab(database_url: str, directory: Path, name: str, prepare: Callable[[Lab], object], **settings: Any) -> Lab:
    """A lab as `prepare` leaves it, whose result is thrown away. `name` stands for the preparation: one name, one
    preparation and settings. It may add accounts and read them, but change no cloud, and it must not hang on the test.
    """
    key = (name, make_url(database_url).get_backend_name())
    kept = _kept.get(key)
    if kept is None or time.monotonic() - kept.made_s > _KEPT_S:
        return _first(key, database_url, directory, prepare, settings)
    directory.mkdir(exist_ok=True)
    shutil.copytree(kept.folder / "files", directory, dirs_exist_ok=True)
    if key[1] == "sqlite":
        shutil.copy(kept.folder / "mcm.db", str(make_url(database_url).database))
    else:
        _fill(database_url, kept)
    for cloud_id, (shape, boot) in kept.worlds.items():
        worlds.forget(cloud_id)
        worlds.open(shape).boot = boot
    made = labs.make(database_url, directory, **settings)
    made.clouds |= kept.clouds
    return made


def _first(
    key: tuple[str, str], database_url: str, directory: Path, prepare: Callable[[Lab], object], settings: dict[str, Any]
) -> Lab:
    before = set(directory.iterdir()) if directory.exists() else set()
    for (name, _), kept in _kept.items():
        for cloud_id in kept.worlds if name == key[0] else ():
            worlds.forget(cloud_id)
    made = labs.make(database_url, directory, **settings)
    with labs.clouds_named(f"prepared-{key[0]}"):
        prepare(made)
    folder = Path(tempfile.mkdtemp(prefix="mcm-test-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "files").mkdir()
    for file in directory.iterdir():
        if file not in before and not file.name.startswith("mcm.db") and file.is_file():
            shutil.copy2(file, folder / "files" / file.name)
    shown: dict[str, World] = {cloud_id: worlds.get(cloud_id) for cloud_id in made.clouds.values()}
    untouched = all(not (world.effects or world.contents) for world in shown.values())
    assert untouched, f"{key[0]} changes a cloud, which is not copied"
    kept = _Kept(folder, dict(made.clouds), {i: (world.shape, world.boot) for i, world in shown.items()})
    if key[1] == "sqlite":
        source, copy = str(make_url(database_url).database), folder / "mcm.db"
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(copy)) as into:
            whole.backup(into)
    else:
        _look(database_url, kept)
    _kept[key] = kept
    return made


def _look(database_url: str, kept: _Kept) -> None:
    with WARM.administering(postgres.attach(), str(make_url(database_url).database)) as connection:
        for (table,) in connection.execute(_FILLED).fetchall():
            with connection.cursor().copy(f'COPY public."{table}" TO STDOUT') as rows:
                if found := b"".join(bytes(part) for part in rows):
                    kept.rows[table] = found
        kept.at = dict(connection.execute(_USED).fetchall())


def _fill(database_url: str, kept: _Kept) -> None:
    name = str(make_url(database_url).database)
    with WARM.administering(postgres.attach(), name) as connection, connection.transaction():
        # Neither foreign keys nor the triggers that protect the audit trail stand in the way.
        connection.execute("SET LOCAL session_replication_role = replica")
        for table, rows in kept.rows.items():
            connection.execute(f'DELETE FROM public."{table}"')
            with connection.cursor().copy(f'COPY public."{table}" FROM STDIN') as into:
                into.write(rows)
        for sequence, at in kept.at.items():
            connection.execute("SELECT setval(%s::regclass, %s)", (f'public."{sequence}"', at))
