"""100,000 resources, 50 clients listing and filtering, without and with a sync running: p99 and memory.

Memory is the peak of the server and of the process that reads clouds for it, together.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from mcm.db import migrate
from mcm.db.engine import build_engine
from tests.bench.listing import QUESTIONS
from tests.bench.measure import ratio
from tests.bench.table import Row
from tests.harness.ports import free_port
from tests.harness.processes import children
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
        # The first sync stores everything: it is a round of its own, and the hardest.
        rows = [(_served(environment, syncing=False), _served(environment, syncing=True)) for _ in range(rounds)]
    quiet, busy = [one for one, _ in rows], [other for _, other in rows]
    yield Row("load: p99 of 50 clients while a sync runs", ratio([one.p99 for one in busy], [one.p99 for one in quiet]),
              floor="the same without the sync", target=2,
              note=f"{_p99(busy)} ms against {_p99(quiet)} ms")  # fmt: skip
    yield Row("load: memory of server and worker while a sync runs",
              ratio([sum(one.memory) for one in busy], [sum(one.memory) for one in quiet]), floor="without the sync",
              note=f"MiB: {_memory(busy)} against {_memory(quiet)}")  # fmt: skip


@dataclass(frozen=True)
class _Load:
    """p99 in seconds; memory: peaks of the server and of its worker, MiB."""

    p99: float
    memory: list[float]


def _p99(loads: list[_Load]) -> str:
    return f"{median(load.p99 for load in loads) * 1000:.0f}"


def _memory(loads: list[_Load]) -> str:
    return " and ".join(f"{median(sizes):.0f}" for sizes in zip(*(load.memory for load in loads), strict=True))


def _served(environment: dict[str, str], *, syncing: bool) -> _Load:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [_MCM, "serve", "--listen", f"127.0.0.1:{port}"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until_ready(url)
        verb = "resume" if syncing else "pause"
        with httpx.Client(trust_env=False, timeout=60) as client:
            client.post(
                f"{url}/api/v1/accounts/busy/{verb}", headers={"Idempotency-Key": secrets.token_hex(16)}
            ).raise_for_status()
        times = _asked(url)
        return _Load(sorted(times)[int(len(times) * 0.99)], [*map(_resident, (process.pid, *children(process.pid)))])
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


def until_ready(url: str) -> None:
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
