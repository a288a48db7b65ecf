"""The main job as its user does it: add an account, read it, list, look closer, export, ask for the past, remove it."""

import csv
import io
import json
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.acceptance.conftest import ALONE, SIMULATED
from tests.acceptance.shell import Shell
from tests.canary import MARK
from tests.harness.moto import MotoServer, seed_small
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.postgres import PostgresServer
from tests.harness.vcsim import VcsimServer

_WORDS = "id account provider kind native_id name region zone project state native_state presence as_of tags"
COMMON = set(_WORDS.split())
OF_INSTANCES = COMMON | {"vcpus", "memory_mib", "private_ips", "public_ips", "flavor", "image", "host", "created_at"}
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


# Every word of the story costs the same whatever the cloud: one cloud is told all of it each time.
soaked = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["short", "whole"])


def _story(shell: Shell, name: str, kinds: set[str], *, whole: bool = True) -> list[dict[str, Any]]:
    """From the first read to the account's end; returns its instances. whole: or only what each cloud answers for."""
    assert shell.json("sync", name, "--wait")["outcome"] == "complete"
    resources = shell.json("resource", "list", "--all")
    assert kinds <= {row["kind"] for row in resources}
    assert all(row.keys() >= COMMON for row in resources)
    assert {row["presence"] for row in resources} == {"present"}
    instances: list[dict[str, Any]] = shell.json("instance", "list", "--all")
    assert instances
    assert all(row.keys() >= OF_INSTANCES for row in instances)
    assert {row["account"] for row in instances} == {name}
    _closer(shell, instances)
    if whole:
        _filters(shell, name, instances)
        _exports(shell, instances)
        again = shell.json("sync", name, "--full", "--wait")
        assert again["outcome"] == "complete"
        assert sum(scope["missing"] + scope["gone"] for scope in again["scopes"]) == 0
        _farewell(shell, name, {row["id"] for row in instances})
    return instances


def _filters(shell: Shell, name: str, instances: list[dict[str, Any]]) -> None:
    running = {row["id"] for row in instances if row["state"] == "running"}
    assert running
    asked = ("instance", "list", "--all", "--filter", f'state = "running" AND account = "{name}" AND vcpus >= 1')
    assert {row["id"] for row in shell.json(*asked)} == running
    first = shell.json("instance", "list", "--limit", "1", "--order-by", "memory_mib desc")
    assert first[0]["memory_mib"] == max(row["memory_mib"] for row in instances)
    one = instances[-1]
    found = shell.json("resource", "list", "--kind", "instance", "--filter", f'native_id = "{one["native_id"]}"')
    assert [row["id"] for row in found] == [one["id"]]
    assert one["id"] in {row["id"] for row in shell.json("instance", "list", "--all", "--search", one["name"])}


def _closer(shell: Shell, instances: list[dict[str, Any]]) -> None:
    one = instances[0]
    shown = shell.json("instance", "show", one["native_id"])
    assert shown["id"] == one["id"]
    assert [account["account"] for account in shown["sightings"]] == [one["account"]]
    related = shell.json("resource", "relations", one["id"])
    assert {item["direction"] for item in related} <= {"incoming", "outgoing"}
    other = next(item["resource"] for item in related if item["resource"]["known"])
    # And back: the relation is known from its other end too.
    assert one["id"] in {item["resource"]["id"] for item in shell.json("resource", "relations", other["id"], "--all")}
    history = shell.json("resource", "history", one["id"])
    assert (history[0]["valid_to"], history[-1]["first"]) == (None, True)
    native = json.loads(shell.run("resource", "native", one["id"]).stdout)
    assert native["id"] == one["id"]
    assert native["document"]


def _exports(shell: Shell, instances: list[dict[str, Any]]) -> None:
    ids = {row["id"] for row in instances}
    files = {form: shell.directory / f"instances.{form}" for form in ("csv", "json", "xlsx")}
    for file in files.values():
        shell.run("resource", "export", str(file), "--kind", "instance")
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8-sig"))))
    assert {row["id"] for row in rows} == ids
    assert {row["id"] for row in json.loads(files["json"].read_bytes())} == ids
    assert ids <= set(_cells(files["xlsx"]))
    piped = shell.run("resource", "export", "-", "--format", "csv", "--kind", "instance", "-c", "id")
    assert set(piped.stdout.split()) == ids | {"id"}


def _cells(file: Path) -> list[str]:
    """Every text of the workbook; a formula would be an element of its own."""
    with zipfile.ZipFile(file) as archive:
        parts = [archive.read(name) for name in archive.namelist() if "sheet" in name or "sharedStrings" in name]
    trees = [ElementTree.fromstring(part) for part in parts]
    assert not [node for tree in trees for node in tree.iter(f"{_SHEET}f")]
    return [node.text or "" for tree in trees for node in tree.iter(f"{_SHEET}t")]


def _farewell(shell: Shell, name: str, ids: set[str]) -> None:
    """The account goes, its resources with it, and the past stays."""
    before = datetime.now(UTC).isoformat()
    time.sleep(0.01)
    told = shell.json("account", "remove", name, "--dry-run")
    assert told["resources"] >= len(ids)
    assert [account["name"] for account in shell.json("account", "list")] == [name]
    shell.run("account", "remove", name, expect=2)
    shell.run("account", "remove", name, "--yes")
    assert shell.json("account", "list") == []
    assert shell.json("resource", "list") == []
    assert {row["id"] for row in shell.json("instance", "list", "--all", "--as-of", before)} == ids


def test_simulated_without_a_server(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    shell.run("account", "add", "lab", *SIMULATED, "--config", "instances=30", "--config", "regions=1")
    assert len(_story(shell, "lab", {"instance", "volume", "network", "image", "flavor", "host", "region"})) == 30
    shell.search()


def test_simulated_with_a_server_on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.url_for(postgres_server.create_database())
    shell = Shell(tmp_path / "data", MCM_DATABASE_URL=url)
    with shell.serving():
        shell.run("account", "add", "lab", *SIMULATED, "--config", "instances=120", "--config", "flavour=public")
        assert len(_story(shell, "lab", {"instance", "volume", "network", "load_balancer", "bucket"})) == 120
        assert "postgresql" in shell.run("doctor").stdout
    assert not list(tmp_path.rglob("mcm.db"))


@soaked
def test_vcenter(shell: Shell, vcsim_server: VcsimServer, whole: bool) -> None:
    with shell.serving(**ALONE):
        shell.run(
            "account", "add", "vc", "--provider", "vmware", "--ownership", "private",
            "--config", f"host={vcsim_server.host}", "--config", f"port={vcsim_server.port}",
            "--config", f"ca_file={vcsim_server.certificate_file}",
            "--secret", "username=env:VC_USER", "--secret", "password=-",
            VC_USER=vcsim_server.username, typed=f"{vcsim_server.password}\n",
        )  # fmt: skip
        kinds = {"instance", "host", "cluster", "datastore", "network", "resource_pool", "folder"}
        assert {row["state"] for row in _story(shell, "vc", kinds, whole=whole)} == {"running"}


@soaked
def test_aws(tmp_path: Path, moto_server: MotoServer, whole: bool) -> None:
    # One call at a time: moto's handlers share their tables without a lock, and answer 500 when they collide.
    shell = Shell(tmp_path / "data", MCM_ACCOUNT_SLOTS="1", **ALONE)
    moto_server.reset()
    estate = seed_small(moto_server.endpoint_url).regions[moto_server.region]
    credentials = tmp_path / "credentials"
    credentials.write_text(
        f"[shop]\naws_access_key_id = {moto_server.access_key_id}\naws_secret_access_key = {MARK}-shop\n"
    )
    with shell.serving():
        shell.run(
            "account", "add", "shop", "--provider", "aws", "--ownership", "public", "--label", "pci",
            "--config", f"regions={moto_server.region}", "--config", f"endpoint_url={moto_server.endpoint_url}",
            "--from-file", str(credentials), "--profile", "shop",
        )  # fmt: skip
        kinds = {"instance", "volume", "network", "subnet", "security_group", "flavor", "zone"}
        instances = _story(shell, "shop", kinds, whole=whole)
    assert {row["name"]: row["native_id"] for row in instances} == estate.instances
    assert {row["native_id"] for row in instances if row["state"] == "stopped"} == set(estate.stopped)


@soaked
@pytest.mark.openstack
@pytest.mark.timeout(900)
def test_openstack_from_its_own_file(shell: Shell, openstack_cloud: OpenStackCloud, whole: bool) -> None:
    from tests.harness.openstack.seed import seed

    seed(openstack_cloud)
    with shell.serving(**ALONE):
        shell.run(
            "account", "add", "east", "--provider", "openstack", "--ownership", "private",
            "--from-file", str(openstack_cloud.clouds_yaml), "--profile", "admin",
        )  # fmt: skip
        kinds = {"instance", "volume", "network", "port", "image", "flavor", "host", "project", "quota"}
        _story(shell, "east", kinds, whole=whole)
