"""How soon things answer: the help, the server, and what an idle server costs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx

from tests.bench.measure import ratio
from tests.bench.table import Row
from tests.harness.ports import free_port
from tests.harness.processes import children

_BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/healthz")
def healthz(): return {"status": "ok"}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""
_MCM = str(Path(sys.executable).with_name("mcm"))
IDLE_SECONDS = 60
ACCOUNTS = 10


def run(rounds: int) -> Iterator[Row]:
    bare = [_command([sys.executable, "-c", "pass"]) for _ in range(rounds * 2)]
    helps = [_command([_MCM, "--help"]) for _ in range(rounds * 2)]
    yield Row(
        "mcm --help", ratio(helps, bare), floor="python -c pass", target=12, note=f"{median(helps) * 1000:.0f} ms"
    )
    floors, ours = [], []
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"MCM_DATA_DIR": directory}
        _answered([_MCM, "serve", "--listen"], environment)  # the first start makes the database
        for _ in range(rounds):
            floors.append(_answered([sys.executable, "-c", _BARE], environment, bare=True))
            ours.append(_answered([_MCM, "serve", "--listen"], environment))
    yield Row("mcm serve: start to first answer", ratio(ours, floors), floor="a bare FastAPI app", target=3,
              note=f"{median(ours):.2f} s")  # fmt: skip
    yield Row(f"idle mcm serve, {ACCOUNTS} accounts, {IDLE_SECONDS} s", _idle() / median(bare), floor="python -c pass")


def _command(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _answered(arguments: list[str], environment: dict[str, str], *, bare: bool = False) -> float:
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        [*arguments, str(port) if bare else f"127.0.0.1:{port}"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(trust_env=False) as client:
            while True:
                try:
                    client.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
                    return time.perf_counter() - started
                except httpx.TransportError:
                    if process.poll() is not None:
                        raise RuntimeError("the server did not start") from None
                    time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _idle() -> float:
    """CPU seconds of a server that has read its accounts and now waits."""
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"MCM_DATA_DIR": directory}
        for number in range(ACCOUNTS):
            subprocess.run(
                [_MCM, "account", "add", f"idle-{number}", "--provider", "simulated", "--ownership", "private",
                 "--config", "instances=50", "--config", f"cloud_id=idle-{number}"],
                env=environment, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        subprocess.run(
            [_MCM, "sync"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
        process = subprocess.Popen(
            [_MCM, "serve", "--listen", f"127.0.0.1:{free_port()}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(10)
            before = _cpu(process.pid)
            time.sleep(IDLE_SECONDS)
            return _cpu(process.pid) - before
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _cpu(pid: int) -> float:
    """Of the server and of the process that reads clouds for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(_cpu, children(pid)))
