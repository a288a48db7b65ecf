"""How soon a request that was accepted reaches the cloud: a real server, a real API, the SDK alone as the floor.

Both go through the same proxy, which notes when each request arrives and when its answer leaves. mcm looks at a machine
before it changes it: what that takes at the cloud is counted apart from mcm's own time.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tests.bench.load import until_ready
from tests.bench.sending_clouds import CHANGES, Call, Cloud, Noted, aws, real_openstack
from tests.bench.table import Row
from tests.harness import HarnessUnavailable
from tests.harness.ports import free_port

ROUNDS = 30
_MCM = str(Path(sys.executable).with_name("mcm"))


@dataclass(frozen=True)
class _Way:
    """Seconds from the operation's row, which is written as it is accepted, to the change at the cloud: mcm's own and
    what the cloud took to be looked at before. asking: from the request to its answer."""

    own: float
    looking: float
    asking: float


def run(rounds: int) -> Iterator[Row]:
    pairs = max(rounds, ROUNDS)
    for reach in (real_openstack, aws):
        try:
            with reach(2 * pairs) as cloud:
                yield from _rows(cloud, pairs)
        except HarnessUnavailable as unavailable:
            print(f"sending: not measured: {unavailable}", flush=True)


def _rows(cloud: Cloud, pairs: int) -> Iterator[Row]:
    alone: list[float] = []
    ways: list[_Way] = []
    with tempfile.TemporaryDirectory() as folder, _serving(folder, cloud) as http:
        ids = {row["native_id"]: row["id"] for row in _instances(http)}
        for direct, ours in zip(cloud.natives[:pairs], cloud.natives[pairs:], strict=True):
            started = time.monotonic()
            cloud.stop(direct)
            alone.append(time.monotonic() - started)
            ways.append(_through(http, ids[ours], cloud.noted))
    floor, own = median(alone), median(way.own for way in ways)
    note = f"p50 {own * 1000:.1f} ms against {floor * 1000:.1f} ms"
    yield Row(f"actions: mcm's own time from accepted to the call, {cloud.name}", own / floor, target=1.5,
              floor="one direct SDK call", note=note)  # fmt: skip
    whole = median(way.own + way.looking for way in ways)
    asking = median(way.asking for way in ways) * 1000
    yield Row(f"actions: the same with the look before acting, {cloud.name}", whole / floor,
              floor="one direct SDK call",
              note=f"p50 {whole * 1000:.1f} ms; accepting took {asking:.1f} ms")  # fmt: skip


def _settled(http: httpx.Client) -> None:
    """After an action its surroundings are read; one who asks by hand does not ask within that second."""
    quiet = 0
    while quiet < 3:
        time.sleep(0.4)
        runs = http.get("/sync/runs", params={"limit": 20}).json()["items"]
        quiet = 0 if any(run["outcome"] == "running" for run in runs) else quiet + 1


def _through(http: httpx.Client, resource: str, noted: Noted) -> _Way:
    _settled(http)
    noted.calls.clear()
    begun = time.monotonic()
    answer = http.post(
        "/operations", json={"action": "instance.stop", "resource": resource},
        headers={"Idempotency-Key": secrets.token_hex(16)},
    )  # fmt: skip
    answered = time.monotonic()
    answer.raise_for_status()
    while not any(call.action in CHANGES for call in noted.calls):
        time.sleep(0.0005)
        if time.monotonic() - answered > 60:
            raise RuntimeError("nothing was sent")
    calls = list(noted.calls)
    change = next(at for at, call in enumerate(calls) if call.action in CHANGES)
    while http.get(f"/operations/{answer.json()['id']}").json()["status"] in ("queued", "sent", "observed"):
        time.sleep(0.05)
    # Not the answer's arrival: the call may be at the cloud before that.
    written = datetime.fromisoformat(answer.json()["created_at"]).timestamp()
    looking = _under_way(calls[:change], written, calls[change].came)
    return _Way(calls[change].came - written - looking, looking, answered - begun)


def _under_way(calls: Sequence[Call], begin: float, end: float) -> float:
    """Seconds between the two in which the cloud was answering one call at least."""
    seconds, upto = 0.0, begin
    for call in sorted(calls, key=lambda one: one.came):
        left = min(call.left or end, end)
        seconds += max(0.0, left - max(call.came, upto))
        upto = max(upto, left)
    return seconds


def _instances(http: httpx.Client) -> list[dict[str, Any]]:
    found = http.get("/resources", params={"filter": 'kind = "instance" AND account = "cloud"', "limit": 1000})
    found.raise_for_status()
    items: list[dict[str, Any]] = found.json()["items"]
    return items


@contextmanager
def _serving(folder: str, cloud: Cloud) -> Iterator[httpx.Client]:
    given = {f"BENCH_SECRET_{number}": value for number, value in enumerate(cloud.secrets.values())}
    environment = os.environ | {"MCM_DATA_DIR": folder} | given
    config = [word for key, value in cloud.config.items() for word in ("--config", f"{key}={value}")]
    hidden = [w for key, name in zip(cloud.secrets, given, strict=True) for w in ("--secret", f"{key}=env:{name}")]
    for command in (
        ["account", "add", "cloud", "--provider", cloud.provider, "--ownership", cloud.ownership, *config, *hidden],
        ["sync", "cloud", "--kind", "instance", "--wait"],
    ):
        subprocess.run([_MCM, *command], env=environment, capture_output=True, check=True)
    port = free_port()
    process = subprocess.Popen(
        [_MCM, "serve", "--listen", f"127.0.0.1:{port}"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until_ready(f"http://127.0.0.1:{port}")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", trust_env=False, timeout=60) as http:
            yield http
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
