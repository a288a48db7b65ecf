"""A service ends with its test run, also when that is killed, and a later run touches only what is dead."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness import leftovers
from tests.harness.leftovers import ProcessIdentity, Record
from tests.harness.ports import free_port
from tests.harness.processes import Process, ServiceFailed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Services are started for tests on Linux only.")
_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCM_TEST_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process("sleeper")
    yield process
    process.stop()


def test_stop_ends_the_whole_group_and_deletes_the_folder(process: Process) -> None:
    process.start(["sh", "-c", "trap '' TERM; sleep 600 & echo child=$!; wait; exit 0"])
    grandchild = int(process.wait_for_line(r"^child=(\d+)$")[1])
    child = process.pid
    assert _runs(child)
    assert _runs(grandchild)
    process.stop(grace_seconds=0.1)
    _eventually(lambda: not _runs(child) and not _runs(grandchild))
    assert not process.folder.exists()
    assert leftovers.sweep() == []
    process.stop()


def test_a_child_that_ends_early_is_a_failure_with_its_last_words(process: Process) -> None:
    process.start(["sh", "-c", "echo cannot read configuration; exit 3"])
    with pytest.raises(ServiceFailed, match="cannot read configuration"):
        process.wait_for_port(free_port())
    assert not process.is_running()


def test_a_line_that_never_comes_is_a_failure(process: Process) -> None:
    process.start(["sleep", "600"])
    with pytest.raises(ServiceFailed, match="did not log 'ready'"):
        process.wait_for_line("ready", timeout_seconds=0.1)


def test_wait_for_port_returns_once_it_answers(process: Process) -> None:
    port = free_port()
    program = f"import socket; s = socket.create_server(('127.0.0.1', {port})); s.accept(); s.accept()"
    process.start([sys.executable, "-c", program])
    process.wait_for_port(port)
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass


def test_only_the_main_thread_may_start_a_service(process: Process) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            process.start(["sleep", "600"])
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(errors[0])


@pytest.mark.parametrize("user", [None, "nobody"])
def test_a_killed_test_run_takes_its_services_along(user: str | None) -> None:
    if user is not None and os.geteuid() != 0:
        pytest.skip("Only root may run a service as another user.")
    program = (
        "import sys, time; from tests.harness.processes import Process\n"
        f"process = Process('sleeper', user={user!r}); process.start(['sleep', '600'])\n"
        "print(process.pid, process.folder, flush=True); time.sleep(600)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)}, stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    pid, folder = run.stdout.readline().decode().split()
    assert _runs(int(pid))
    assert leftovers.sweep() == [], "what a living run owns is not a leftover"
    run.send_signal(signal.SIGKILL)
    run.communicate()
    _eventually(lambda: not _runs(int(pid)))
    assert Path(folder).exists()
    assert [record.folder for record in leftovers.sweep()] == [folder]
    assert not Path(folder).exists()


@pytest.mark.parametrize("is_the_recorded_one", [True, False])
def test_a_sweep_ends_a_leftover_but_never_a_stranger_with_its_number(
    tmp_path: Path, is_the_recorded_one: bool
) -> None:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    identity, dead = ProcessIdentity.of(process.pid), ProcessIdentity.of(os.getpid())
    assert identity is not None
    assert dead is not None
    dead = dataclasses.replace(dead, start_ticks=dead.start_ticks - 1)
    if not is_the_recorded_one:
        identity = dataclasses.replace(identity, start_ticks=identity.start_ticks - 1)
    folder = tmp_path / f"{leftovers.FOLDER_PREFIX}left"
    folder.mkdir()
    Record(str(folder), dead, identity).write()
    try:
        assert len(leftovers.sweep()) == 1
        assert not folder.exists()
        if is_the_recorded_one:
            assert process.wait(timeout=30) == -signal.SIGKILL
        else:
            assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_sweep_deletes_no_folder_that_is_not_the_harness_own(tmp_path: Path) -> None:
    own = ProcessIdentity.of(os.getpid())
    assert own is not None
    precious = tmp_path / "precious"
    precious.mkdir()
    Record(str(precious), dataclasses.replace(own, start_ticks=1)).write()
    assert len(leftovers.sweep()) == 1
    assert precious.exists()
    assert leftovers.sweep() == []


def test_free_ports_differ_and_can_be_bound() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    with socket.create_server(("127.0.0.1", ports[0])):
        pass


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
