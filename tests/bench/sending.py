"""How soon a request that was accepted reaches the cloud: a real server, a real AWS API, the SDK alone as the floor.

Both go through the same proxy, which notes when each request arrives and when its answer leaves. mcm looks at a machine
before it changes it: that call at the cloud is counted apart from mcm's own time.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import boto3
import httpx
from botocore.config import Config

from tests.bench.load import until_ready
from tests.bench.table import Row
from tests.harness import moto
from tests.harness.ports import free_port
from tests.harness.proxy import Answer, Exchange, Fault, FaultProxy, by_action

REGION, IMAGE = "eu-central-1", "ami-03cf127a"
ROUNDS = 30
_LOOK, _CHANGE = "DescribeInstances", "StopInstances"
_MCM = str(Path(sys.executable).with_name("mcm"))


class _Noted(Fault):
    """No fault: only when each call came and was answered, by the API's name for it."""

    def __init__(self) -> None:
        self.came: dict[str | None, list[float]] = defaultdict(list)
        self.left: dict[str | None, list[float]] = defaultdict(list)

    def before(self, exchange: Exchange) -> Answer | None:
        self.came[exchange.request.action].append(time.time())
        return None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        self.left[exchange.request.action].append(time.time())
        return answer


@dataclass(frozen=True)
class _Way:
    """Seconds from the operation's row, which is written as it is accepted, to the change at the cloud: mcm's own and
    the look before it. asking: from the request to its answer."""

    own: float
    looking: float
    asking: float


def run(rounds: int) -> Iterator[Row]:
    server = moto.start(region=REGION)
    try:
        with FaultProxy(server.endpoint_url) as proxy, tempfile.TemporaryDirectory() as folder:
            noted = _Noted()
            proxy.rule(by_action(_LOOK, _CHANGE), noted)
            ec2 = boto3.client(
                "ec2", region_name=REGION, endpoint_url=proxy.url, config=Config(proxies={}),
                aws_access_key_id=server.access_key_id, aws_secret_access_key=server.secret_access_key,
            )  # fmt: skip
            pairs = max(rounds, ROUNDS)
            made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=2 * pairs, MaxCount=2 * pairs)
            natives = [one["InstanceId"] for one in made["Instances"]]
            with _serving(folder, server, proxy.url) as http:
                ids = {row["native_id"]: row["id"] for row in _instances(http)}
                alone: list[float] = []
                ways: list[_Way] = []
                for direct, ours in zip(natives[:pairs], natives[pairs:], strict=True):
                    started = time.monotonic()
                    ec2.stop_instances(InstanceIds=[direct])
                    alone.append(time.monotonic() - started)
                    ways.append(_through(http, ids[ours], noted))
    finally:
        server.stop()
    floor, own = median(alone), median(way.own for way in ways)
    note = f"p50 {own * 1000:.1f} ms against {floor * 1000:.1f} ms"
    yield Row("actions: mcm's own time from accepted to the call", own / floor, target=1.5,
              floor="one direct SDK call", note=note)  # fmt: skip
    whole = median(way.own + way.looking for way in ways)
    asking = median(way.asking for way in ways) * 1000
    yield Row("actions: the same with the look before acting", whole / floor, floor="one direct SDK call",
              note=f"p50 {whole * 1000:.1f} ms; accepting took {asking:.1f} ms")  # fmt: skip


def _settled(http: httpx.Client) -> None:
    """After an action its surroundings are read; one who asks by hand does not ask within that second."""
    quiet = 0
    while quiet < 3:
        time.sleep(0.4)
        runs = http.get("/sync/runs", params={"limit": 20}).json()["items"]
        quiet = 0 if any(run["outcome"] == "running" for run in runs) else quiet + 1


def _through(http: httpx.Client, resource: str, noted: _Noted) -> _Way:
    _settled(http)
    noted.came.clear()
    noted.left.clear()
    begun = time.monotonic()
    answer = http.post(
        "/operations", json={"action": "instance.stop", "resource": resource},
        headers={"Idempotency-Key": secrets.token_hex(16)},
    )  # fmt: skip
    answered = time.monotonic()
    answer.raise_for_status()
    while not noted.came[_CHANGE]:
        time.sleep(0.0005)
        if time.monotonic() - answered > 60:
            raise RuntimeError("nothing was sent")
    sent, looked, seen = noted.came[_CHANGE][0], noted.came[_LOOK][0], noted.left[_LOOK][0]
    while http.get(f"/operations/{answer.json()['id']}").json()["status"] in ("queued", "sent", "observed"):
        time.sleep(0.05)
    # Not the answer's arrival: the call may be at the cloud before that.
    written = datetime.fromisoformat(answer.json()["created_at"]).timestamp()
    return _Way(sent - written - (seen - looked), seen - looked, answered - begun)


def _instances(http: httpx.Client) -> list[dict[str, Any]]:
    found = http.get("/resources", params={"filter": 'kind = "instance" AND account = "amazon"', "limit": 1000})
    found.raise_for_status()
    items: list[dict[str, Any]] = found.json()["items"]
    return items


@contextmanager
def _serving(folder: str, server: moto.MotoServer, url: str) -> Iterator[httpx.Client]:
    environment = os.environ | {"MCM_DATA_DIR": folder, "KEY_ID": server.access_key_id, "KEY": server.secret_access_key}
    for command in (
        ["account", "add", "amazon", "--provider", "aws", "--ownership", "public", "--config", f"endpoint_url={url}",
         "--config", f"region={REGION}", "--secret", "access_key_id=env:KEY_ID", "--secret",
         "secret_access_key=env:KEY"],
        ["sync", "amazon", "--kind", "instance", "--wait"],
    ):  # fmt: skip
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
