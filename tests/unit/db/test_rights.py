"""Nobody but its owner reads the database, whatever the umask; `mcm doctor` says where others can."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.system import doctor
from tests import lab as labs


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_database_log_and_index_are_the_owners_alone(tmp_path: Path, open_umask: None) -> None:
    file = tmp_path / "new" / "mcm.db"
    engine = build_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE probe (a INTEGER)")
        connection.commit()
        assert [_mode(Path(f"{file}{suffix}")) for suffix in ("", "-wal", "-shm")] == [0o600] * 3
    engine.dispose()


def test_doctor_names_what_others_can_read(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "mcm.db"
    file.write_bytes(sqlite_template.read_bytes())
    file.chmod(0o600)
    tmp_path.chmod(0o700)
    lab = labs.make(f"sqlite:///{file}", tmp_path)
    assert [found for found in doctor.examine(lab.runtime) if found.check == "rights"] == []
    tmp_path.chmod(0o755)
    file.chmod(0o644)
    found = {one.next_step for one in doctor.examine(lab.runtime) if one.check == "rights" and one.result == "warning"}
    assert {f"chmod 700 {tmp_path}", f"chmod 600 {file}"} <= found
    tmp_path.chmod(0o700)
    lab.close()
