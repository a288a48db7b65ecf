"""Copying a database: everything arrives, between both kinds, while the source is written, or nothing does."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from mcm.auth import sessions
from mcm.db import backups, migrate, standing, transfer
from mcm.db.engine import build_engine
from mcm.errors import Conflict, InvalidInput
from mcm.identity import throttle
from mcm.kit import clock
from mcm.models import ApiToken, DeviceRequest, LoginSession, LoginThrottle, SetupLink
from mcm.models.every import Base
from tests import lab as labs
from tests.harness.postgres import PostgresServer
from tests.rooms.identity.people import user


@pytest.fixture
def filled(database_url: str, tmp_path: Path) -> labs.Lab:
    lab = labs.make(database_url, tmp_path)
    lab.account(instances=12)
    lab.sync()
    lab.world().remove(lab.resources()[0].native_id)
    lab.sync()
    lab.close()
    return labs.make(database_url, tmp_path)


def _contents(url: str) -> dict[str, list[str]]:
    engine = build_engine(url, null_pool=True)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                json.dumps(list(row), default=str, sort_keys=True) for row in connection.execute(select(table))
            )
            for table in Base.metadata.sorted_tables
            if table.name != "installation"
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_copy_holds_everything(filled: labs.Lab, kind: str, tmp_path: Path, postgres_server: PostgresServer) -> None:
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    if kind == "postgresql":
        url = postgres_server.url_for(postgres_server.create_database())
    counts = transfer.copy(filled.runtime.database.engine, url)
    assert counts.rows["resource"] > 12
    assert counts.rows["resource_version"] > 0
    assert _contents(url) == _contents(filled.runtime.settings.database)
    transfer.check(url, counts)
    # What counts by itself goes on after the copied maximum.
    engine = build_engine(url, null_pool=True)
    other = labs.make(url, tmp_path)
    with other.runtime.database.writing() as session:
        assert standing.confirm(session) is not None
    other.account("second", instances=3)
    assert set(other.sync("second")) == {"complete"}
    other.close()
    engine.dispose()


def test_backup_is_one_private_file_and_restores(filled: labs.Lab, tmp_path: Path) -> None:
    file = tmp_path / "saved.mcm"
    backups.backup(filled.runtime.database.engine, file)
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if "saved" in path.name] == ["saved.mcm"]
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    backups.restore(file, url)
    assert _contents(url) == _contents(filled.runtime.settings.database)


def test_target_that_holds_data_is_refused_and_left_alone(filled: labs.Lab, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'taken.db'}"
    other = labs.make(url, tmp_path / "other")
    migrate.upgrade(other.runtime.database.engine)
    other.account("mine", instances=2)
    other.close()
    before = _contents(url)
    with pytest.raises(Conflict, match="already holds data"):
        transfer.copy(filled.runtime.database.engine, url)
    assert _contents(url) == before


def test_bad_files_are_refused(filled: labs.Lab, tmp_path: Path) -> None:
    file = tmp_path / "there.mcm"
    file.write_text("not a database")
    with pytest.raises(InvalidInput, match="exists already"):
        backups.backup(filled.runtime.database.engine, file)
    with pytest.raises(InvalidInput, match="no folder"):
        backups.backup(filled.runtime.database.engine, tmp_path / "nowhere" / "b.mcm")
    with pytest.raises(InvalidInput, match="no file"):
        backups.restore(tmp_path / "absent.mcm", f"sqlite:///{tmp_path / 'x.db'}")


def test_secrets_do_not_open_without_their_key(filled: labs.Lab, tmp_path: Path) -> None:
    file = tmp_path / "saved.mcm"
    backups.backup(filled.runtime.database.engine, file)
    assert b"token" in file.read_bytes()  # the key's name
    restored = labs.make(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "elsewhere")
    backups.restore(file, restored.runtime.settings.database)
    restored.clouds = filled.clouds
    with restored.runtime.database.writing() as session:
        assert session.execute(text("SELECT count(*) FROM secret")).scalar() == 1
        standing.confirm(session)
    assert set(restored.sync()) == {"failed"}
    assert "master key" in (restored.scope("region").error_message or "")
    restored.close()


_DOORS = (LoginSession, DeviceRequest, SetupLink, LoginThrottle)


@pytest.mark.parametrize("by", ["copy", "backup", "older backup"])
def test_what_opens_a_door_for_a_while_does_not_travel(
    filled: labs.Lab, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that was ended since would be alive again. API tokens travel: `mcm db confirm` tells of them."""
    anna, now = user(filled), clock.now()
    later = now + timedelta(hours=1)
    with filled.runtime.database.writing() as session:
        opened = sessions.open_session(session, anna, method="password", source="test", client="test")
        session.add(SetupLink(token_hash="s", expires_at=later))
        throttle.attempt(session, (throttle.NAME, "anna"))
        session.add(
            DeviceRequest(id="d", device_hash="d", user_code_hash="u", status="pending", source="s", client="c",
                          hours=1, interval_s=5, created_at=now, expires_at=later)
        )  # fmt: skip
        session.add(ApiToken(id="t", token_hash="t", principal_id=anna, name="t", created_at=now, expires_at=later))
    url, engine = f"sqlite:///{tmp_path / 'there.db'}", filled.runtime.database.engine
    with monkeypatch.context() as older:
        if by == "older backup":
            older.setattr(transfer, "_STAYING", frozenset({"installation"}))
        if by != "copy":
            backups.backup(engine, tmp_path / "b.mcm")
    if by == "copy":
        transfer.check(url, transfer.copy(engine, url))
    else:
        backups.check(tmp_path / "b.mcm")
        backups.restore(tmp_path / "b.mcm", url)
    assert all(filled.count(model.__tablename__) == 1 for model in (*_DOORS, ApiToken))
    there = labs.make(url, tmp_path)
    assert {model.__tablename__: there.count(model.__tablename__) for model in _DOORS} == {
        model.__tablename__: 0 for model in _DOORS
    }
    assert there.count("api_token") == 1
    with there.runtime.database.reading() as session:
        assert sessions.find(session, opened.cookie) is None
    there.close()
