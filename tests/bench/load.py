"""100,000 resources, 50 clients listing and filtering, without and with a sync running: p99 and memory."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from mcm.db import migrate
from mcm.db.engine import build_engine
from tests.bench.listing import QUESTIONS
from tests.bench.table import Row
from tests.harness.ports import free_port
from tests.rooms.inventory.population import populate

CLIENTS = 50
SECONDS = 20
# Each client pauses as a person's console would: 50 clients ask some 50 times a second together.
_PAUSE_S = 1.0
_MCM = str(Path(sys.executable).with_name("mcm"))


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        engine = build_engine(f"sqlite:///{Path(directory) / 'mcm.db'}")
        migrate.upgrade(engine)
        populate(engine, 100_000)
        with engine.begin() as connection:
            # What was made up has no cloud behind it; only the account added below is read.
            connection.exec_driver_sql("UPDATE account SET status = 'paused'")
        engine.dispose()
        environment = os.environ | {"MCM_DATA_DIR": directory, "MCM_HOT_INTERVAL_S": "5", "MCM_SLOW_INTERVAL_S": "5"}
        subprocess.run(
            [_MCM, "account", "add", "busy", "--provider", "simulated", "--ownership", "private", "--config",
             "instances=10000", "--config", "drift=600"],
            env=environment, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        quiet, quiet_memory = _served(environment | {"MCM_WORKERS": "1"}, directory, syncing=False)
        busy, busy_memory = _served(environment, directory, syncing=True)
    yield Row("load: p99 of 50 clients while a sync runs", busy / quiet, floor="the same without the sync", target=2,
              note=f"{busy * 1000:.0f} ms against {quiet * 1000:.0f} ms")  # fmt: skip
    yield Row("load: memory of the server while a sync runs", busy_memory / quiet_memory, floor="without the sync",
              note=f"{busy_memory:.0f} MiB")  # fmt: skip


def _served(environment: dict[str, str], directory: str, *, syncing: bool) -> tuple[float, float]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [_MCM, "serve", "--listen", f"127.0.0.1:{port}"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_ready(url)
        verb = "resume" if syncing else "pause"
        with httpx.Client(trust_env=False, timeout=60) as client:
            client.post(
                f"{url}/api/v1/accounts/busy/{verb}", headers={"Idempotency-Key": f"{verb}-{directory}"}
            ).raise_for_status()
        times = _asked(url)
        return sorted(times)[int(len(times) * 0.99)], _resident(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _asked(url: str) -> list[float]:
    filters = [question.filter for question in QUESTIONS.values() if question.filter]
    times: list[float] = []
    until = time.monotonic() + SECONDS

    def client(number: int) -> None:
        time.sleep(_PAUSE_S * number / CLIENTS)
        with httpx.Client(trust_env=False, timeout=60) as http:
            turn = number
            while time.monotonic() < until:
                turn += 1
                started = time.perf_counter()
                http.get(
                    f"{url}/api/v1/resources", params={"filter": filters[turn % len(filters)], "limit": 50}
                ).raise_for_status()
                times.append(time.perf_counter() - started)
                time.sleep(_PAUSE_S)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _until_ready(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/readyz", trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the server has ended")
