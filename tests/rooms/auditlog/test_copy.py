"""A copied or restored trail is the same unbroken chain, on either kind of database, and goes on there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcm.db import backups, transfer
from mcm.db.engine import build_engine
from mcm.db.session import Database
from tests.harness.postgres import PostgresServer
from tests.rooms.auditlog.world import Trail


@contextmanager
def _opened(url: str, directory: Path) -> Iterator[Trail]:
    database = Database(build_engine(url))
    yield Trail(database, directory)
    database.dispose()


@pytest.fixture
def filled(trail: Trail) -> Trail:
    """A pruned, a sealed and an open segment."""
    trail.write(3)
    trail.seal()
    trail.write(4)
    trail.seal()
    trail.write(2)
    trail.prune()
    assert trail.prune() == 3
    return trail


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_copy_carries_the_chain(filled: Trail, kind: str, tmp_path: Path, postgres_server: PostgresServer) -> None:
    line, rows = filled.head(), len(filled.rows())
    urls = {
        "sqlite": f"sqlite:///{tmp_path / 'copy.db'}",
        "postgresql": postgres_server.url_for(postgres_server.create_database()),
    }
    transfer.copy(filled.database.engine, urls[kind])
    with _opened(urls[kind], tmp_path) as copied:
        report = copied.verify([line])
        assert (report.finding, report.rows, report.pruned, report.heads) == (None, rows, 2, 1)
        copied.write(2)
        copied.seal()
        copied.write()
        assert copied.verify([line]).ok
        copied.intrude("UPDATE audit_event SET outcome = 'failed' WHERE seq = 5")
        found = copied.verify().finding
        assert found is not None
        assert (found.kind, found.seq) == ("changed", 5)
    assert filled.verify([line]).ok


def test_copy_of_a_copy_comes_home_unchanged(filled: Trail, tmp_path: Path, postgres_server: PostgresServer) -> None:
    there = postgres_server.url_for(postgres_server.create_database())
    if filled.database.dialect == "postgresql":
        there = f"sqlite:///{tmp_path / 'there.db'}"
    transfer.copy(filled.database.engine, there)
    home = f"sqlite:///{tmp_path / 'home.db'}"
    middle = build_engine(there, null_pool=True)
    transfer.copy(middle, home)
    middle.dispose()
    with _opened(home, tmp_path) as copied:
        assert copied.verify([filled.head()]).ok
        assert [row["mac"] for row in copied.rows()] == [row["mac"] for row in filled.rows()]


def test_restored_backup_is_the_same_chain(filled: Trail, tmp_path: Path) -> None:
    backups.backup(filled.database.engine, tmp_path / "saved.mcm")
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    backups.restore(tmp_path / "saved.mcm", url)
    with _opened(url, tmp_path) as restored:
        assert restored.verify([filled.head()]).ok
        restored.write()
        restored.seal()
        assert restored.verify([filled.head()]).ok


def test_older_copy_shows_against_a_newer_head(filled: Trail, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'older.db'}"
    transfer.copy(filled.database.engine, url)
    filled.write(2)
    with _opened(url, tmp_path) as older:
        assert older.verify().ok
        found = older.verify([filled.head()]).finding
        assert found is not None
        assert found.kind == "truncated"
