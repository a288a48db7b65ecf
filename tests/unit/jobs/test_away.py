"""A server with a worker reads nothing itself: what people ask for is passed on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.app import build_runtime
from mcm.jobs.worker import Report, Worker
from mcm.sync.plan import Progress
from tests import lab as labs
from tests.baddays.serving import serving
from tests.lab import Lab


class Recording(Worker):
    """Never started; remembers what it was told."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.told: list[tuple[str, str]] = []

    def tell(self, order: str, subject: str = "") -> None:
        self.told.append((order, subject))


@pytest.fixture
def worker(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Lab, Recording]]:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    local = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    recording = Recording(local.runtime.settings)
    local.close()
    made = Lab(build_runtime(local.runtime.settings, recording))
    yield made, recording
    made.close()


def test_what_people_ask_for_is_passed_on(worker: tuple[Lab, Recording]) -> None:
    lab, recording = worker
    account = lab.account()
    with serving(lab, background=True) as served:
        recording.told.clear()
        for method, path, body in (
            ("POST", "/api/v1/sync/requests", {"accounts": ["lab"]}),
            ("POST", "/api/v1/accounts/lab/pause", None),
            ("POST", "/api/v1/accounts/lab/resume", None),
            ("POST", "/api/v1/accounts/lab/check", None),
            ("DELETE", "/api/v1/accounts/lab", None),
        ):
            assert served.send(method, path, body).status_code in (200, 202)
    assert recording.told == [
        ("retry", account), ("dispatch", ""),
        ("cancel", account),
        ("forget", account), ("dispatch", ""),
        ("retry", account),
        ("cancel", account), ("forget", account),
    ]  # fmt: skip
    assert lab.count("sync_run") == 0, "and nothing was read here"


def test_what_the_worker_tells_is_shown(worker: tuple[Lab, Recording]) -> None:
    lab, recording = worker
    executor = lab.runtime.executor
    assert executor.progress("run_1") is None
    assert not executor.works
    recording._report = Report({"run_1": (7, "merging")}, {("acc", "compute", "r1"): 12.5})
    assert executor.progress("run_1") == Progress(7, "merging")
    assert executor.running == 1
    assert executor.rates() == {("acc", "compute", "r1"): 12.5}
    with serving(lab, background=True) as served:
        text = served.get("/metrics").text
    assert "mcm_background_up 1.0" in text
    assert "mcm_sync_running 1.0" in text


def test_waking_operations_is_passed_on(worker: tuple[Lab, Recording]) -> None:
    lab, recording = worker
    lab.runtime.operations.wake()
    assert recording.told == [("operations", "")]
    assert lab.runtime.operations._dispatcher is None
