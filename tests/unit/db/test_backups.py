"""Backups: made while everything is written, checked by restoring, refused when damaged, with words about the key."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from mcm.db import backups, transfer
from mcm.db.digest import Digest
from mcm.db.engine import build_engine
from mcm.errors import InvalidInput, Unavailable
from tests import lab as labs
from tests.harness.postgres import PostgresServer


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[labs.Lab]:
    made = labs.make(database_url, tmp_path)
    made.account(instances=60, regions="2")
    made.sync()
    yield made
    made.close()


@pytest.fixture
def file(lab: labs.Lab, tmp_path: Path) -> Path:
    made = tmp_path / "saved.mcm"
    backups.backup(lab.runtime.database.engine, made)
    return made


def test_backup_names_the_keys_its_secrets_need_and_holds_none(lab: labs.Lab, file: Path) -> None:
    assert backups.manifest(file).keys == [lab.runtime.vault.key_id]
    assert lab.runtime.settings.key_file.read_bytes().strip() not in file.read_bytes()
    assert backups.manifest(file).made_at


def test_check_compares_every_table_with_what_was_backed_up(lab: labs.Lab, tmp_path: Path) -> None:
    made = backups.backup(lab.runtime.database.engine, tmp_path / "b.mcm")
    found = backups.check(tmp_path / "b.mcm", made)
    assert found.rows == made.rows
    assert found.checksums == made.checksums
    assert found.rows["resource"] > 60
    made.checksums["resource"] = "0" * 64
    with pytest.raises(Unavailable, match="resource has other contents"):
        backups.check(tmp_path / "b.mcm", made)
    made.rows["account"] += 1
    with pytest.raises(Unavailable, match="account has 1 rows instead of 2"):
        backups.check(tmp_path / "b.mcm", made)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE resource SET name = name || 'x' WHERE id = (SELECT min(id) FROM resource)",
        "DELETE FROM sighting WHERE resource_id = (SELECT min(resource_id) FROM sighting)",
        "UPDATE secret SET sealed = zeroblob(120)",
        "INSERT INTO principal (id, tenant_id, kind, name, created_at) SELECT 'p', tenant_id, kind, 'n', created_at "
        "FROM principal LIMIT 1",
    ],
)
def test_backup_that_was_altered_is_refused_and_the_target_stays_empty(
    file: Path, tmp_path: Path, statement: str
) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()
    target = tmp_path / "target.db"
    with pytest.raises(InvalidInput, match="damaged"):
        backups.restore(file, f"sqlite:///{target}")
    with pytest.raises(InvalidInput, match="damaged"):
        backups.check(file)
    assert not target.exists()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 4000])
def test_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.mcm"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match="no backup of mcm"):
        backups.restore(file, f"sqlite:///{tmp_path / 'target.db'}")


def test_cut_backup_is_refused(file: Path, tmp_path: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InvalidInput):
        backups.restore(file, f"sqlite:///{tmp_path / 'target.db'}")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_backup_while_a_sync_writes_is_one_moment_of_it(
    lab: labs.Lab, kind: str, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    ended, rounds = threading.Event(), []

    def syncing() -> None:
        while not ended.is_set():
            rounds.append(lab.sync())

    thread = threading.Thread(target=syncing)
    thread.start()
    try:
        for number in range(3):
            made = backups.backup(lab.runtime.database.engine, tmp_path / f"load-{number}.mcm")
            backups.check(tmp_path / f"load-{number}.mcm", made)
    finally:
        ended.set()
        thread.join(60)
    assert rounds
    assert all(set(one) == {"complete"} for one in rounds)
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    if kind == "postgresql":
        url = postgres_server.url_for(postgres_server.create_database())
    restored = backups.restore(tmp_path / "load-2.mcm", url)
    transfer.check(url, restored)
    engine = build_engine(url, null_pool=True)
    with engine.connect() as connection:
        stray = connection.execute(
            text(
                "SELECT count(*) FROM sighting s WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = s.resource_id)"
            )
        )
        assert stray.scalar() == 0
    engine.dispose()


def test_copy_that_differs_is_found(lab: labs.Lab, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    copied = transfer.copy(lab.runtime.database.engine, url)
    transfer.check(url, copied)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        connection.execute("UPDATE account SET name = 'other'")
        connection.commit()
    with pytest.raises(Unavailable, match="account has other contents"):
        transfer.check(url, copied)


def test_checksum_depends_on_rows_and_not_on_their_order() -> None:
    def of(*rows: Mapping[str, object]) -> str:
        digest = Digest()
        for row in rows:
            digest.add(row)
        return digest.hex

    one, two = {"a": 1, "b": b"x"}, {"a": 2, "b": None}
    assert of(one, two) == of(two, one)
    assert len({of(), of(one), of(two), of(one, one), of(one, two), of({"a": 1, "b": b"y"})}) == 6
