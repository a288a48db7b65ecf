"""The same with the commands people run: `mcm sync` and `mcm serve`, killed in the middle and started again."""

import os
import random
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mcm.db.engine import build_engine
from tests import lab as labs
from tests.acceptance.forking import Forked, commands
from tests.baddays.kills import world
from tests.baddays.kills.inspection import Findings, inspect
from tests.harness.processes import children

_PATIENCE_S = 120.0
KILLS = 2


class Home:
    """A data directory, a database and the environment in which commands find both."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url, self.folder = database_url, folder
        self.cloud = folder / "cloud.json"
        world.write(self.cloud, 0)
        lab = labs.make(database_url, folder)
        # Slow enough that a kill after the first request of a read finds it at work.
        lab.account("cloud", cloud_id=f"home-{folder.name}", seed_file=str(self.cloud), page_size=5, latency_ms="8",
                    instances=None, regions=None)  # fmt: skip
        lab.close()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MCM_")},
            "MCM_DATABASE_URL": database_url,
            "MCM_DATA_DIR": str(folder),
            "MCM_LISTEN": "127.0.0.1:0",
        }

    def start(self, *arguments: str) -> Forked:
        return commands.start(["mcm", *arguments], self.environment)

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        out, errors = process.communicate(timeout=_PATIENCE_S)
        return process.wait(), out + errors

    def inspected(self) -> Findings:
        engine = build_engine(self.database_url, null_pool=True)
        try:
            return inspect(engine, history=True)
        finally:
            engine.dispose()

    def wait_for_a_read(self) -> None:
        """Until the ledger has a run under way."""
        until = time.monotonic() + _PATIENCE_S
        while not self.inspected().running:
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Home:
    return Home(database_url, tmp_path)


def _mostly_on(database: str) -> pytest.MarkDecorator:
    """On the other one in the soak run."""
    cases = [pytest.param(one, marks=[pytest.mark.soak] * (one != database)) for one in ("sqlite", "postgresql")]
    return pytest.mark.parametrize("database_url", cases, indirect=True)


@contextmanager
def _served(home: Home) -> Iterator[tuple[Forked, httpx.Client]]:
    process = home.start("serve")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        with httpx.Client(base_url=line.split()[1], trust_env=False, timeout=_PATIENCE_S) as http:
            yield process, http
    finally:
        process.kill()
        process.communicate(timeout=_PATIENCE_S)


@_mostly_on("sqlite")
def test_sync_command_killed_and_repeated(home: Home) -> None:
    chance = random.Random(4711)
    interrupted: set[str] = set()
    for version in range(1, KILLS + 1):
        world.write(home.cloud, version)
        process = home.start("sync", "--full")
        home.wait_for_a_read()
        time.sleep(chance.uniform(0.0, 0.2))
        process.kill()
        process.communicate(timeout=_PATIENCE_S)
        findings = home.inspected()
        assert not findings.problems
        assert set(findings.versions.values()) <= set(range(1, version + 1))
        interrupted |= findings.running
    code, said = home.run("sync", "--full")
    assert code == 0, said
    findings = home.inspected()
    assert not findings.problems
    assert set(findings.versions.values()) == {KILLS}
    assert not findings.running
    assert interrupted
    assert interrupted <= findings.abandoned


@_mostly_on("postgresql")
def test_server_killed_and_started_again(home: Home) -> None:
    with _served(home) as (process, _):
        home.wait_for_a_read()
        # The one that reads would end by itself, and tidy up: as when the machine goes, neither gets the chance.
        for pid in [*children(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait(_PATIENCE_S)
    findings = home.inspected()
    assert not findings.problems
    interrupted = findings.running
    assert interrupted
    world.write(home.cloud, 1)
    with _served(home) as (_, http):
        assert http.get("/readyz").status_code == 200
        answer = http.post(
            "/api/v1/sync/requests", json={"full": True}, headers={"Idempotency-Key": secrets.token_hex(8)}
        ).json()
        until = time.monotonic() + _PATIENCE_S
        while answer["outcome"] == "running" and time.monotonic() < until:
            time.sleep(0.1)
            answer = http.get(f"/api/v1/sync/requests/{answer['id']}").json()
        assert answer["outcome"] == "complete"
    findings = home.inspected()
    assert not findings.problems
    assert set(findings.versions.values()) == {1}
    assert interrupted <= findings.abandoned
