"""The commands around the database and the key as a user meets them, and a server that will not start."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mcm.kit import clock
from mcm.models import ApiToken
from mcm.vault import keyfile
from tests import lab as labs
from tests.acceptance.forking import commands
from tests.acceptance.shell import MCM
from tests.harness.postgres import PostgresServer
from tests.rooms.identity.people import user

_KEYS = ("MCM_SERVER", "MCM_TOKEN", "MCM_MASTER_KEY", "MCM_TRANSIT_URL")


def mcm(folder: Path, *arguments: str, database_url: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _KEYS}
    environment |= {"MCM_DATA_DIR": str(folder), "MCM_DATABASE_URL": database_url, "COLUMNS": "200"} | more
    return commands.run([MCM, *arguments], environment, "", 120)


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """An installation on SQLite with one account."""
    made = tmp_path / "data"
    made.mkdir()
    shutil.copy(sqlite_template, made / "mcm.db")
    lab = labs.make("", made)
    lab.account(instances=5, regions="1", token="the-token-of-the-test")
    lab.sync()
    lab.close()
    return made


def test_story_of_a_backup(folder: Path, tmp_path: Path, postgres_server: PostgresServer) -> None:
    file, elsewhere = tmp_path / "b.mcm", tmp_path / "elsewhere"
    made = mcm(folder, "db", "backup", str(file), "--check")
    assert made.returncode == 0, made.stderr
    assert "checked by restoring it" in made.stdout
    (key_id,) = [item["id"] for item in json.loads(mcm(folder, "keys", "show", "-o", "json").stdout)["items"]]
    assert key_id in made.stderr
    assert str(folder / "master.key") in made.stderr
    assert (folder / "master.key").read_text().strip() not in made.stdout + made.stderr

    tried = mcm(elsewhere, "db", "restore", str(file), "--check")
    assert tried.returncode == 0, tried.stderr
    assert "restores" in tried.stdout
    assert f"need master key {key_id}, which is not here" in tried.stderr
    assert not (elsewhere / "master.key").exists()

    url = postgres_server.url_for(postgres_server.create_database())
    restored = mcm(elsewhere, "db", "restore", str(file), database_url=url)
    assert restored.returncode == 0, restored.stderr
    assert "read-only" in restored.stderr
    shutil.copy(folder / "master.key", elsewhere / "master.key")
    again = mcm(elsewhere, "db", "restore", str(file), "--check", database_url=url)
    assert f"the master key at hand ({key_id}) opens its secrets" in again.stderr

    refused = mcm(elsewhere, "sync", database_url=url)
    assert refused.returncode == 1
    assert "mcm db confirm" in refused.stderr
    listed = mcm(elsewhere, "instance", "list", "-o", "json", database_url=url)
    assert len(json.loads(listed.stdout)) == 5
    confirmed = mcm(elsewhere, "db", "confirm", "--yes", database_url=url)
    assert (confirmed.returncode, confirmed.stdout.strip()) == (0, "confirmed: mcm acts from here now")
    assert mcm(elsewhere, "db", "confirm", "--yes", database_url=url).stdout.startswith("nothing is waiting")
    assert mcm(elsewhere, "sync", "--wait", database_url=url).returncode == 0
    full = mcm(elsewhere, "db", "restore", str(file), database_url=url)
    assert full.returncode == 1
    assert "already holds data" in full.stderr


def test_confirming_tells_of_the_api_tokens_that_came_along(folder: Path) -> None:
    lab = labs.make("", folder)
    anna, now = user(lab), clock.now()
    with lab.runtime.database.writing() as session:
        for number, days in enumerate((1, 2, -1)):
            at = now + timedelta(days=days)
            session.add(
                ApiToken(id=f"t{number}", token_hash="t", principal_id=anna, name="t", created_at=now, expires_at=at)
            )
    lab.close()
    for options, left in (([], 3), (["--revoke-tokens"], 0)):
        url = f"sqlite:///{folder / f'{left}.db'}"
        assert mcm(folder, "db", "copy", "--to", url).returncode == 0
        confirmed = mcm(folder, "db", "confirm", "--yes", *options, database_url=url)
        assert confirmed.returncode == 0, confirmed.stderr
        assert ("2 API tokens are revoked" in confirmed.stdout) == (not left)
        assert ("2 API tokens came along" in confirmed.stderr) == bool(left)
        with closing(sqlite3.connect(folder / f"{left}.db")) as connection:
            assert connection.execute("SELECT count(*) FROM api_token").fetchone() == (left,)
            recorded = connection.execute("SELECT count(*) FROM audit_event WHERE action = 'token.revoke_all'")
            assert recorded.fetchone() == (int(not left),)


def test_story_of_a_rotation(folder: Path) -> None:
    before = (folder / "master.key").read_text()
    dry = mcm(folder, "keys", "rotate", "--dry-run")
    assert "would be sealed anew" in dry.stdout
    assert (folder / "master.key").read_text() == before
    made = mcm(folder, "keys", "rotate")
    assert made.returncode == 0, made.stderr
    assert "rotated" in made.stdout
    assert "backups made before" in made.stderr
    assert (folder / "master.key").read_text() != before
    assert mcm(folder, "sync", "--wait").returncode == 0
    shown = mcm(folder, "keys", "show")
    assert "current" in shown.stdout
    assert str(folder / "master.key") in shown.stderr


def test_doctor_names_both_keys_when_it_has_the_wrong_one(folder: Path, tmp_path: Path) -> None:
    right = json.loads(mcm(folder, "keys", "show", "-o", "json").stdout)["current"]
    (folder / "master.key").rename(tmp_path / "kept.key")
    gone = mcm(folder, "doctor")
    assert gone.returncode == 1
    assert "is gone" in gone.stdout
    assert not (folder / "master.key").exists()
    (key,) = keyfile.load_or_create(folder / "master.key")
    wrong = mcm(folder, "doctor")
    assert wrong.returncode == 1
    assert right in wrong.stdout
    assert keyfile.key_id(key) in wrong.stdout


@pytest.mark.parametrize("command", [["serve", "--listen", "127.0.0.1:0"], ["worker"], ["account", "list"]])
def test_database_of_a_newer_mcm_keeps_it_from_starting(folder: Path, command: list[str]) -> None:
    with closing(sqlite3.connect(folder / "mcm.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    refused = mcm(folder, *command)
    assert refused.returncode == 1
    assert "written by a newer mcm (schema 9999)" in refused.stderr
    assert "install the newer mcm again" in refused.stderr
    assert "ready http" not in refused.stdout
    with closing(sqlite3.connect(folder / "mcm.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
