"""`mcm place`, as somebody at a terminal without a server uses it."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.placement.estate import document, tier


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(Path(tmp_path_factory.mktemp("placement") / "data"))
    config = ("instances=4", "regions=1", "flavour=vmware", "cloud_id=place", "action_ms=1")
    made.run("account", "add", "dc", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
    kinds = ("instance", "host", "datastore", "image", "network")
    made.run("sync", "--wait", *(word for kind in kinds for word in ("--kind", kind)))
    return made


def test_from_a_file_to_instances_that_run(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(document(data_class="restricted", tiers=[tier(count=2)]))
    assert shell.json("place", "-f", str(file), "--dry-run")[0]["verdict"] == "chosen"
    said = shell.run("place", "-f", str(file), "--apply", "--explain")
    assert "dc/datacenter-2" in said.stdout
    (made,) = shell.json("placement", "list")
    assert (made["status"], made["at"]) == ("bound", ["dc/datacenter-2"])
    running = {row["name"] for row in shell.json("instance", "list", "--filter", 'state = "running"')}
    assert {"shop-web-1", "shop-web-2"} <= running
    assert json.loads(shell.run("placement", "replay", made["id"], "-o", "json").stdout)["same"] is True
    file.write_text(document(tiers=[tier(count=4000, vcpus=64)]))
    assert "may go nowhere" in shell.run("place", "-f", str(file), "--dry-run", expect=1).stderr
