"""What the process table promises: it stops all of a daemon, also after its leader died, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.openstack import paths, procfs
from tests.harness.openstack.processes import Fork, ProcessTable
from tests.harness.processes import ServiceFailed

_ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
_WITH_CHILD = ["/bin/sh", "-c", "sleep 300 & echo $! >child; wait"]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[ProcessTable]:
    table = ProcessTable(tmp_path)
    yield table
    table.kill()


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _start_with_child(table: ProcessTable, folder: Path) -> int:
    table.start("daemon", _WITH_CHILD, _ENVIRONMENT)
    child = folder / "child"
    _eventually(lambda: child.exists() and child.read_text().endswith("\n"))
    return int(child.read_text())


def test_another_table_of_the_same_folder_stops_a_daemon_and_its_children(table: ProcessTable, tmp_path: Path) -> None:
    child = _start_with_child(table, tmp_path)
    ProcessTable(tmp_path).kill()
    assert procfs.stat(child) is None
    assert not table.is_alive("daemon")
    assert table.names() == []


def test_the_children_of_a_dead_leader_are_stopped(table: ProcessTable, tmp_path: Path) -> None:
    child = _start_with_child(table, tmp_path)
    (leader,) = table.members(["daemon"]) - {child}
    os.kill(leader, signal.SIGKILL)
    _eventually(lambda: not table.is_alive("daemon"))
    assert table.members(["daemon"]) == {child}
    table.kill()
    assert procfs.stat(child) is None


def test_a_stranger_with_the_recorded_process_id_is_left_alone(table: ProcessTable, tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "300"], start_new_session=True, cwd=tmp_path)
    try:
        stat = Path(f"/proc/{stranger.pid}/stat").read_text()
        started = procfs.parse_stat(stat).started
        (tmp_path / "run" / "daemon.pid").write_text(stat.replace(f" {started} ", f" {started - 1} "))
        assert not table.is_alive("daemon")
        table.kill()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_forked_daemons_are_watched_and_stopped_one_by_one(table: ProcessTable, tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text("import time\ndef main():\n    print('up', flush=True)\n    time.sleep(300)\n")
    script = [sys.executable, str(paths.PLUGINS / "fork_daemons.py")]
    environment = {**_ENVIRONMENT, "PYTHONPATH": str(tmp_path)}
    table.start_forking("both", script, environment, [Fork("one", "sleeper", []), Fork("two", "sleeper", [])])
    _eventually(lambda: {"one", "two"} <= set(table.names()))
    table.stop(["one"], grace_s=5)
    assert not table.is_alive("one")
    assert table.is_alive("two")
    _eventually(lambda: (tmp_path / "log" / "two.log").read_text() == "up\n")


def test_a_command_that_fails_is_reported_with_the_end_of_its_log(table: ProcessTable) -> None:
    with pytest.raises(ServiceFailed, match=r"setup ended with status 3(?s:.*)out of luck"):
        table.run("setup", ["/bin/sh", "-c", "echo out of luck; exit 3"], _ENVIRONMENT)


def test_a_command_does_not_wait_for_a_daemon_that_has_died(table: ProcessTable) -> None:
    table.start("daemon", ["/bin/false"], _ENVIRONMENT)
    with pytest.raises(ServiceFailed, match="daemon has ended"):
        table.run("setup", ["sleep", "300"], _ENVIRONMENT)
