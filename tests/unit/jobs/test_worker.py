"""The server's end of its worker: what it does with one that dies, hangs, talks nonsense or does not listen."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from mcm.jobs import worker as module
from mcm.jobs.worker import Worker
from mcm.settings import Settings

PATIENCE_S = 60.0
_LISTEN = "import sys; sys.stdin.readline(); "
_UP = 'print(\'{"runs": {}, "rates": []}\', flush=True); '


def _wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Worker]]:
    """Makes one whose process runs the given program."""
    workers = []
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(module, "GRACE_S", 0.3)

    def make(program: str) -> Worker:
        monkeypatch.setattr(module, "_COMMAND", (sys.executable, "-c", program))
        worker = Worker(Settings(listen="127.0.0.1:0"))
        workers.append(worker)
        worker.start()
        return worker

    yield make
    for worker in workers:
        worker.stop()


def test_it_is_told_how_far_to_let_others_go_first(made: Callable[[str], Worker], tmp_path: Path) -> None:
    file = tmp_path / "nice"
    made(f"import sys, time; open({str(file)!r}, 'w').write(sys.argv[1]); time.sleep(60)")
    _wait_for(lambda: file.exists() and file.read_text() == "10")


def _pid(worker: Worker) -> int | None:
    return worker._child.pid if worker._child else None


def test_one_that_dies_is_started_again(made: Callable[[str], Worker], caplog: pytest.LogCaptureFixture) -> None:
    worker = made(_LISTEN + _UP + "sys.exit(3)")
    _wait_for(lambda: caplog.text.count("exit code 3") >= 3)
    worker.stop()
    assert _pid(worker) is None
    assert not worker.up


def test_the_pause_between_starts_grows(made: Callable[[str], Worker], caplog: pytest.LogCaptureFixture) -> None:
    made("raise SystemExit(1)")
    _wait_for(lambda: caplog.text.count("exit code 1") >= 3)
    pauses = [float(str(record.args[1])) for record in caplog.records if isinstance(record.args, tuple)]
    assert pauses[:3] == [0.01, 0.02, 0.04]


def test_one_that_does_not_end_is_killed(made: Callable[[str], Worker]) -> None:
    worker = made(_LISTEN + _UP + "import time; time.sleep(600)")
    _wait_for(lambda: worker.up)
    worker.stop()
    assert _pid(worker) is None


def test_one_that_has_not_begun_is_not_waited_for(made: Callable[[str], Worker]) -> None:
    worker = made(_LISTEN + "import time; time.sleep(600)")
    _wait_for(lambda: _pid(worker))
    worker.end()
    _wait_for(lambda: _pid(worker) is None)


def test_orders_reach_it_and_its_reports_come_back(made: Callable[[str], Worker]) -> None:
    worker = made(
        "import json, sys; sys.stdin.readline(); "
        + _UP
        + "order, subject = json.loads(sys.stdin.readline()); "
        + "print('no report', '[1]', '{\"runs\": 1}', sep='\\n'); "
        + "print(json.dumps({'runs': {subject: [3, order]}, 'rates': [['acc', 's', 'r', 2.5]]}), flush=True); "
        + "sys.stdin.read()"
    )
    _wait_for(lambda: worker.up)
    worker.tell("cancel", "acc_1")
    _wait_for(lambda: worker.report.runs)
    assert worker.report.runs == {"acc_1": (3, "cancel")}
    assert worker.report.rates == {("acc", "s", "r"): 2.5}


def test_one_that_does_not_listen_holds_nobody_up(made: Callable[[str], Worker]) -> None:
    worker = made(_LISTEN + _UP + "import time; time.sleep(600)")
    _wait_for(lambda: worker.up)
    for _ in range(20_000):
        worker.tell("dispatch")


def test_without_a_process_orders_are_dropped() -> None:
    worker = Worker(Settings())
    worker.tell("dispatch")
    worker.stop()
    worker.start()
    worker._keeper.join(PATIENCE_S)
    assert _pid(worker) is None, "stopped is stopped"


def test_settings_arrive_as_they_were_made() -> None:
    made = Settings(master_key=SecretStr("a-key"), otlp_endpoint="http://127.0.0.1:4318", listen="127.0.0.1:1")
    told = Settings(**made.revealed())
    assert told == made
    assert told.master_key.get_secret_value() == "a-key"
