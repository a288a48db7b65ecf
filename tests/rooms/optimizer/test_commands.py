"""`mcm optimize` and `mcm optimization`, on a local database, as their user types them."""

import json
from pathlib import Path

import pytest
import yaml

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.forking import commands
from tests.acceptance.shell import MCM, Shell

WORKLOAD = """
apiVersion: mcm/v1
kind: Workload
name: shop
data_class: internal
tiers:
  - {name: web, count: 2, vcpus: 2, memory_gib: 4, spread: [zone]}
  - {name: giant, vcpus: 9999, memory_gib: 4}
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(Path(tmp_path_factory.mktemp("optimizer") / "data"))
    config = ("instances=60", "regions=1", "cloud_id=optimizer")
    made.run("account", "add", "lab", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
    made.run("sync", "--wait")
    file = made.directory.parent / "shop.yaml"
    file.write_text(WORKLOAD)
    made.run("workload", "apply", "-f", str(file))
    return made


def test_what_is_asked_is_answered_and_written_down(shell: Shell, tmp_path: Path) -> None:
    file, other = tmp_path / "plan.yaml", tmp_path / "plan.json"
    # The giant fits nowhere: some is left over, which is a code of its own.
    said = shell.run("optimize", "-w", "shop", "--plan", str(file), "--time-limit", "20", "-o", "json", expect=5)
    answer = json.loads(said.stdout)
    assert answer["status"] == "done"
    assert answer["result"]["left"] == 1
    rows = {row["subject"]["name"]: row for row in answer["rows"]}
    assert rows["shop/giant#0"]["reasons"][0]["code"] == "no_host_takes"
    assert rows["shop/web#0"]["how"] == "place"
    assert rows["shop/web#0"]["target"] != rows["shop/web#1"]["target"]
    assert yaml.safe_load(file.read_text())["rows"] == answer["rows"]
    table = shell.run("optimize", "-w", "shop", "--plan", str(other), expect=5)
    assert "larger than what is free on any host" in table.stdout
    assert json.loads(other.read_text())["result"]["left"] == 1
    (newest, *_) = shell.json("optimization", "list")
    assert newest["goal"] == "cost"
    shown = json.loads(shell.run("optimization", "show", newest["id"], "-o", "json").stdout)
    assert len(shown["rows"]) == 3
    assert "nothing was made" in shell.run("optimization", "apply", newest["id"], "--dry-run").stderr


def test_each_goal_answers(shell: Shell) -> None:
    for words in (("--goal", "rebalance", "--level", "location"), ("--goal", "consolidate")):
        answer = json.loads(shell.run("optimize", *words, "-o", "json").stdout)
        assert answer["status"] == "done"
        assert answer["result"]["subjects"] > 0
    emptied = json.loads(shell.run("optimize", "--goal", "evacuate", "--account", "lab", "-o", "json", expect=5).stdout)
    assert emptied["result"]["moves"] == 0
    assert emptied["result"]["left"] == emptied["result"]["subjects"]


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("--goal", "best"), "best"),
        (("--goal", "evacuate"), "account"),
        (("--goal", "evacuate", "--account", "nowhere"), "nowhere"),
        (("--goal", "consolidate", "-w", "shop"), "workloads"),
        (("-w", "nothing"), "nothing"),
        (("--currency", "XXQ"), "XXQ"),
        (("--least-saving", "much"), "least_saving"),
        (("--time-limit", "0"), "time_limit"),
        (("--level", "rack", "--goal", "rebalance"), "level"),
        (("--plan", "/no/such/folder/plan.yaml"), "folder"),
    ],
)
def test_what_is_wrong_is_named(shell: Shell, words: tuple[str, ...], word: str) -> None:
    done = commands.run([MCM, "optimize", *words], shell.environment, "", 120)
    assert done.returncode in (1, 2), done.stderr
    assert word in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_not_there_cannot_be_shown_or_applied(shell: Shell) -> None:
    assert "no optimization" in shell.run("optimization", "apply", "opt_none", "--yes", expect=1).stderr
