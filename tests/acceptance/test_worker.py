"""The process that reads clouds for `mcm serve`: it is started again when it dies, and never outlives its server."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell, children, end, runs
from tests.canary import MARK

PATIENCE_S = 90.0
# Slow enough to be met in the middle of a read.
_SLOW = ("instances=50", "regions=1", "page_size=10", "latency_ms=250", "cloud_id=slow")


def _wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _slow_cloud(shell: Shell, *more: str) -> None:
    words = (word for pair in (*_SLOW, *more) for word in ("--config", pair))
    shell.run("account", "add", "slow", *SIMULATED, *words)


def _reading(http: httpx.Client) -> list[str]:
    items = http.get("/api/v1/sync/runs", params={"outcome": "running"}).raise_for_status().json()["items"]
    return [item["id"] for item in items if item["phase"] == "reading"]


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=60, headers={"Idempotency-Key": os.urandom(8).hex()})


def _up(http: httpx.Client) -> bool:
    return "mcm_background_up 1.0" in http.get("/metrics").text


def test_killed_in_the_middle_of_reads_it_comes_back_and_ends_in_step(shell: Shell) -> None:
    _slow_cloud(shell)
    with shell.serving() as serving, _client(serving.url) as http:
        _wait_for(lambda: _reading(http))
        (first,) = children(serving.process.pid)
        os.kill(first, signal.SIGKILL)
        _wait_for(lambda: set(children(serving.process.pid)) - {first})
        _wait_for(lambda: _up(http))
        answer = shell.json("sync", "slow", "--wait")
        assert answer["outcome"] == "complete"
        assert len(shell.json("instance", "list", "--all")) == 50
        outcomes = {item["outcome"] for item in http.get("/api/v1/sync/runs").json()["items"]}
        assert outcomes == {"complete", "abandoned"}
        assert serving.process.poll() is None
        assert "signal 9" in serving.errors


# As each server of these tests: told to end.
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, *(pytest.param(one, marks=pytest.mark.soak) for one in (signal.SIGTERM, signal.SIGINT))]
)
def test_it_ends_with_its_server(shell: Shell, number: signal.Signals) -> None:
    _slow_cloud(shell)
    with shell.serving() as serving, _client(serving.url) as http:
        _wait_for(lambda: _reading(http))
        (worker,) = children(serving.process.pid)
        end(serving.process, number)
        _wait_for(lambda: not runs(worker))
    assert {run["outcome"] for run in shell.json("sync", "runs")} <= {"complete", "running", "abandoned", "failed"}
    assert shell.json("sync", "slow", "--wait")["outcome"] == "complete"


def test_pausing_an_account_ends_its_reads_there(shell: Shell) -> None:
    # A read longer than the command that pauses takes on a busy machine.
    _slow_cloud(shell, "latency_ms=5000")
    with shell.serving() as serving, _client(serving.url) as http:
        _wait_for(lambda: _reading(http))
        reading = set(_reading(http))
        shell.run("account", "pause", "slow")
        _wait_for(lambda: not _reading(http))
        ended = {item["id"]: item["outcome"] for item in http.get("/api/v1/sync/runs").json()["items"]}
        assert "abandoned" in {ended[run] for run in reading}


def test_neither_its_arguments_nor_its_log_hold_secrets(shell: Shell) -> None:
    secret = {"MCM_TOKEN": f"{MARK}-token", "MCM_TRANSIT_ROLE_ID": f"{MARK}-role", "MCM_LOG_LEVEL": "DEBUG"}
    shell.run(
        "account", "add", "kept", *SIMULATED, "--config", "instances=5", "--secret", "token=env:CLOUD",
        CLOUD=f"{MARK}-cloud",
    )  # fmt: skip
    # `serving` looks through the server's log, which is the worker's too.
    with shell.serving(**secret) as serving, _client(serving.url) as http:
        _wait_for(lambda: http.get("/api/v1/resources").json()["items"])
        (worker,) = children(serving.process.pid)
        assert MARK.encode() not in Path(f"/proc/{worker}/cmdline").read_bytes()
    _wait_for(lambda: not runs(worker))


def test_in_process_needs_no_worker(shell: Shell) -> None:
    shell.run("account", "add", "small", *SIMULATED, "--config", "instances=5")
    with shell.serving(MCM_BACKGROUND="in_process") as serving:
        assert shell.json("sync", "small", "--wait")["outcome"] == "complete"
        assert children(serving.process.pid) == []
