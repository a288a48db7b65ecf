"""The main job as its user does it: real processes, the command line, a server; simulated, vCenter, AWS, OpenStack."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.moto import MotoServer, seed_small
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.ports import free_port
from tests.harness.vcsim import VcsimServer

MCM = str(Path(sys.executable).with_name("mcm"))
_WORDS = "id account provider kind native_id name region zone project state native_state presence as_of tags"
COMMON = set(_WORDS.split())
OF_INSTANCES = COMMON | {"vcpus", "memory_mib", "private_ips", "public_ips", "flavor", "image", "host", "created_at"}


class Shell:
    """`mcm` with a data directory of its own and nothing else of this machine's environment."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.directory = directory
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own = {"LANG": "C.UTF-8", "MCM_DATA_DIR": str(directory)}
        self.environment: Mapping[str, str] = {**kept, **own, **environment}

    def run(self, *words: str, expect: int = 0, **secrets: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [MCM, *words], env={**self.environment, **secrets}, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "-o", "json").stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


def _story(shell: Shell, name: str, kinds: set[str]) -> list[dict[str, Any]]:
    """Sync, list, look closer, export; returns the instances."""
    shell.run("sync", name)
    resources = shell.json("resource", "list", "--all")
    assert kinds <= {row["kind"] for row in resources}
    assert all(row.keys() >= COMMON for row in resources)
    assert {row["presence"] for row in resources} == {"present"}
    instances: list[dict[str, Any]] = shell.json("instance", "list", "--all")
    assert instances
    assert all(row.keys() >= OF_INSTANCES for row in instances)
    assert {row["account"] for row in instances} == {name}
    one = instances[0]
    assert shell.json("instance", "show", one["id"])["native_id"] == one["native_id"]
    assert shell.json("resource", "relations", one["id"])
    found = shell.json("resource", "list", "--filter", f'native_id = "{one["native_id"]}" AND kind = "instance"')
    assert [row["id"] for row in found] == [one["id"]]
    file = shell.directory / "out.csv"
    shell.run("resource", "export", str(file), "--kind", "instance")
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert {row["id"] for row in rows} == {row["id"] for row in instances}
    again = shell.json("sync", name, "--full")
    assert again["outcome"] == "complete"
    assert sum(scope["missing"] + scope["gone"] for scope in again["scopes"]) == 0
    return instances


def test_simulated_from_the_first_command_to_the_last(shell: Shell) -> None:
    added = ("--provider", "simulated", "--ownership", "private", "--config", "instances=30")
    shell.run("account", "add", "lab", *added)
    instances = _story(shell, "lab", {"instance", "volume", "network", "image", "flavor", "host", "region"})
    assert len(instances) == 30
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    shell.run("account", "remove", "lab", "--dry-run")
    assert len(shell.json("account", "list")) == 1
    shell.run("account", "remove", "lab", "--yes")
    assert shell.json("resource", "list") == []
    assert len(shell.json("instance", "list", "--all", "--as-of", before)) == 30


def test_vcenter(shell: Shell, vcsim_server: VcsimServer) -> None:
    shell.run(
        "account", "add", "vc", "--provider", "vmware", "--ownership", "private",
        "--config", f"host={vcsim_server.host}", "--config", f"port={vcsim_server.port}",
        "--config", f"ca_file={vcsim_server.certificate_file}",
        "--secret", "username=env:VC_USER", "--secret", "password=env:VC_PASSWORD",
        VC_USER=vcsim_server.username, VC_PASSWORD=vcsim_server.password,
    )  # fmt: skip
    instances = _story(shell, "vc", {"instance", "host", "cluster", "datastore", "network", "resource_pool", "folder"})
    assert {row["state"] for row in instances} == {"running"}


def test_aws(tmp_path: Path, moto_server: MotoServer) -> None:
    # One call at a time: moto's handlers share their tables without a lock, and answer 500 when they collide.
    shell = Shell(tmp_path / "data", MCM_ACCOUNT_SLOTS="1")
    moto_server.reset()
    estate = seed_small(moto_server.endpoint_url)
    assert estate
    shell.run(
        "account", "add", "shop", "--provider", "aws", "--ownership", "public",
        "--config", f"regions={moto_server.region}", "--config", f"endpoint_url={moto_server.endpoint_url}",
        "--secret", "access_key_id=env:KEY", "--secret", "secret_access_key=env:SECRET", KEY="test", SECRET="test",
    )  # fmt: skip
    _story(shell, "shop", {"instance", "volume", "network", "subnet", "security_group", "flavor", "zone"})


@pytest.mark.openstack
@pytest.mark.timeout(900)
def test_openstack_from_its_own_file(shell: Shell, openstack_cloud: OpenStackCloud) -> None:
    from tests.harness.openstack.seed import seed

    seed(openstack_cloud)
    shell.run(
        "account", "add", "east", "--provider", "openstack", "--ownership", "private",
        "--from-file", str(openstack_cloud.clouds_yaml), "--profile", "admin",
    )  # fmt: skip
    _story(shell, "east", {"instance", "volume", "network", "port", "image", "flavor", "host", "project", "quota"})


def test_a_server_reads_by_itself_and_ends_when_told(shell: Shell, tmp_path: Path) -> None:
    shell.run("account", "add", "lab", "--provider", "simulated", "--ownership", "private", "--config", "instances=12")
    port = free_port()
    server = subprocess.Popen(
        [MCM, "serve", "--listen", f"127.0.0.1:{port}"], env=dict(shell.environment), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/"):
                assert client.get(path).status_code == 200, path
            assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
            refused = client.post("/api/v1/sync/requests", json={})
            assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
        # The command line finds the server of its data directory.
        deadline = time.monotonic() + 60
        while len(shell.json("instance", "list", "--all")) < 12 and time.monotonic() < deadline:
            time.sleep(0.5)
        assert len(shell.json("instance", "list", "--all")) == 12
        assert (shell.directory / "server.json").exists()
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=20)
    assert "Traceback" not in errors
    assert not (shell.directory / "server.json").exists()


@pytest.mark.timeout(300)
def test_the_demonstration_lists_its_clouds_and_leaves_nothing_behind(shell: Shell, tmp_path: Path) -> None:
    port = free_port()
    environment = {**shell.environment, "TMPDIR": str(tmp_path)}
    demo = subprocess.Popen(
        [MCM, "demo", "--listen", f"127.0.0.1:{port}", "--instances", "40"], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = []
    try:
        assert demo.stdout is not None
        for line in demo.stdout:
            lines.append(line)
            if line.startswith("ready "):
                break
        accounts = httpx.get(f"http://127.0.0.1:{port}/api/v1/accounts", trust_env=False).json()["items"]
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    assert lines[-1] == f"ready http://127.0.0.1:{port}\n"
    assert lines[0].startswith("NAME")
    assert {account["provider"] for account in accounts} == {"simulated", "aws"}
    assert len(accounts) == 4
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("mcm-demo-")] == []


_ADD = ("account", "add", "x", "--provider", "simulated", "--ownership")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sync",), "no accounts yet"),
        (("sync", "nobody"), "no account 'nobody'"),
        (("account", "show", "nobody"), "no account 'nobody'"),
        (("account", "add", "x", "--provider", "none", "--ownership", "private"), "no provider 'none'"),
        ((*_ADD, "mine"), "ownership"),
        ((*_ADD, "private", "--config", "instnces=3"), "instances"),
        ((*_ADD, "private", "--config", "instances"), "KEY=VALUE"),
        ((*_ADD, "private", "--secret", "token=abc"), "env:"),
        (("resource", "list", "--filter", 'kind = "instance" AND state = "running" OR vcpus > 2'), "parentheses"),
        (("resource", "list", "--filter", 'state = "runing"'), "running"),
        (("resource", "list", "--as-of", "yesterday-ish"), "as_of"),
        (("resource", "show", "nothing"), "no resource"),
        (("resource", "export", "x.pdf"), "csv, json or xlsx"),
        (("explain", "rate_limted"), "rate_limited"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_bad_input_says_what_and_how(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """1: it failed; 2: it was asked wrongly. Never a traceback, never anything on stdout."""
    done = subprocess.run(
        [MCM, *words], env=shell.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in (1, 2), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
