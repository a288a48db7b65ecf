"""mcm audit … on a local database, as a person types it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from mcm.db.engine import build_engine
from mcm.db.session import Database
from tests.acceptance.forking import commands
from tests.acceptance.shell import MCM
from tests.rooms.auditlog.world import Trail


@pytest.fixture
def trail(sqlite_template: Path, tmp_path: Path) -> Trail:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    made = Trail(Database(build_engine(f"sqlite:///{tmp_path / 'mcm.db'}", null_pool=True)), tmp_path)
    made.write(3, "thing.update", note="ok")
    return made


def _mcm(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return _typed(folder, "audit", *words)


def _typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MCM_")}
    environment |= {"MCM_DATA_DIR": str(folder), "MCM_CONFIG_DIR": str(folder / "config")}
    return commands.run([MCM, *words], environment, "", 120)


def test_list_shows_who_did_what(trail: Trail, tmp_path: Path) -> None:
    done = _mcm(tmp_path, "list", "--action", "thing.*", "--since", "2020-01-01")
    assert done.returncode == 0, done.stderr
    assert [word in done.stdout for word in ("WHO", "local", "thing.update", "succeeded", "t2")] == [True] * 5
    rows = json.loads(_mcm(tmp_path, "list", "-o", "json", "--limit", "2").stdout)
    assert [row["seq"] for row in rows] == [3, 2]


def test_verify_says_whole_or_names_the_row(trail: Trail, tmp_path: Path) -> None:
    whole = _mcm(tmp_path, "verify")
    assert (whole.returncode, whole.stdout[:14]) == (0, "whole: 3 rows ")
    assert "no exported head" in whole.stdout
    trail.intrude("UPDATE audit_event SET outcome = 'failed' WHERE seq = 2")
    broken = _mcm(tmp_path, "verify")
    assert broken.returncode == 1
    assert "row 2 was changed" in broken.stderr
    told = _mcm(tmp_path, "verify", "-o", "json")
    assert (told.returncode, json.loads(told.stdout)["finding"]["seq"]) == (1, 2)


def test_verify_compares_with_every_head_of_a_file(trail: Trail, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    with file.open("w") as kept:
        for _ in range(20):
            kept.write(_mcm(tmp_path, "head").stdout if kept.tell() == 0 else trail.head() + "\n")
            trail.write()
    done = _mcm(tmp_path, "verify", "--head", str(file))
    assert done.returncode == 0, done.stderr
    assert "20 exported heads are in it" in done.stdout
    trail.intrude(
        "DELETE FROM audit_event WHERE seq > 21",
        "UPDATE audit_segment SET last_seq = 21, head = (SELECT mac FROM audit_event WHERE seq = 21) WHERE number = 1",
    )
    assert _mcm(tmp_path, "verify").returncode == 0
    cut = _mcm(tmp_path, "verify", "--head", str(file))
    assert cut.returncode == 1
    assert "cut off" in cut.stderr


def test_a_file_without_a_head_proves_nothing(trail: Trail, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    file.write_text("half a li\n")
    done = _mcm(tmp_path, "verify", "--head", str(file))
    assert done.returncode == 1
    assert "holds no exported head" in done.stderr
    file.write_text(f"half a li\n{trail.head()}\n")
    assert _mcm(tmp_path, "verify", "--head", str(file)).returncode == 0


@pytest.mark.parametrize("guard", ["audit_event_update", "audit_event_insert", "audit_segment_delete"])
def test_doctor_looks_after_the_trail(trail: Trail, tmp_path: Path, guard: str) -> None:
    def told() -> dict[str, str]:
        items = json.loads(_typed(tmp_path, "doctor", "-o", "json").stdout)
        return next(item for item in items if item["check"] == "audit trail")

    assert (told()["result"], told()["detail"][:18]) == ("ok", "3 changes recorded")
    with trail.database.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {guard}"))
    assert told()["result"] == "failed"


@pytest.mark.parametrize("format", ["json", "cadf"])
def test_export_writes_a_file_and_is_recorded(trail: Trail, tmp_path: Path, format: str) -> None:
    file = tmp_path / "audit.jsonl"
    done = _mcm(tmp_path, "export", "--format", format, str(file))
    assert done.returncode == 0, done.stderr
    assert len(file.read_text().splitlines()) == 3
    assert [row["action"] for row in trail.rows()[3:]] == ["audit.export"] * 2
    piped = _mcm(tmp_path, "export", "-")
    assert len(piped.stdout.splitlines()) == 5
    assert trail.verify().ok


def test_an_empty_segment_is_counted_nowhere(trail: Trail, tmp_path: Path) -> None:
    assert _mcm(tmp_path, "verify").stdout.startswith("whole: 3 rows in 1 segment, up to row 3")
    shown = json.loads(_mcm(tmp_path, "segments", "-o", "json").stdout)
    assert [(one["number"], one["first_seq"], one["last_seq"], one["rows"]) for one in shown] == [
        (1, 1, 3, 3),
        (0, None, None, 0),
    ]


def test_an_export_is_its_owners_whatever_the_umask(trail: Trail, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert _mcm(tmp_path, "export", str(tmp_path / "audit.jsonl")).returncode == 0
    finally:
        os.umask(before)
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_segments_and_wrong_use(trail: Trail, tmp_path: Path) -> None:
    trail.seal()
    done = _mcm(tmp_path, "segments")
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [
        ["2", "open"],
        ["1", "sealed"],
        ["0", "sealed"],
    ]
    assert _mcm(tmp_path, "verify", "--head", str(tmp_path / "absent")).returncode == 1
    assert _mcm(tmp_path, "list", "--since", "yesterday").returncode == 2
