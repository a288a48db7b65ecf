"""`mcm view` and `--view`, on a local database."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell

SAVED = ("view", "save", "big", "--filter", "vcpus >= 4 OR vcpus = 2", "--order-by", "name desc", "-c", "kind,vcpus")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(Path(tmp_path_factory.mktemp("views") / "data"))
    config = ("instances=20", "regions=1", "cloud_id=views")
    made.run("account", "add", "lab", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
    made.run("sync", "--wait", "--kind", "instance")
    made.run(*SAVED)
    return made


def test_a_view_is_what_is_asked(shell: Shell) -> None:
    (view,) = shell.json("view", "list")
    assert (view["name"], view["shared"], view["owner"]) == ("big", "private", "local")
    asked = shell.json("instance", "list", "--filter", "vcpus >= 4 OR vcpus = 2", "--order-by", "name desc")
    assert asked
    for name in ("big", view["id"]):
        shown = shell.json("instance", "list", "--view", name)
        assert [row["name"] for row in shown] == [row["name"] for row in asked]
        assert set(shown[0]) == {"name", "kind", "vcpus"}


def test_what_is_typed_beside_it_narrows_or_replaces(shell: Shell, tmp_path: Path) -> None:
    narrowed = shell.json(
        "resource", "list", "--view", "big", "--filter", "vcpus = 2", "--order-by", "name", "-c", "name"
    )
    assert narrowed == sorted(narrowed, key=lambda row: str(row["name"]))
    assert {frozenset(row) for row in narrowed} == {frozenset({"name"})}
    assert len(narrowed) == len(shell.json("resource", "list", "--kind", "instance", "--filter", "vcpus = 2"))
    file = tmp_path / "big.csv"
    shell.run("resource", "export", str(file), "--view", "big")
    assert len(file.read_text("utf-8-sig").splitlines()) == 1 + len(shell.json("resource", "list", "--view", "big"))


def test_saving_again_replaces_and_a_dry_run_does_nothing(shell: Shell) -> None:
    before = shell.json("view", "list")
    said = shell.run("view", "save", "big", "--filter", "vcpus = 1", "--dry-run").stdout
    assert "would be replaced" in said
    assert "would be saved" in shell.run("view", "save", "small", "--dry-run").stdout
    assert "would be deleted" in shell.run("view", "delete", "big", "--dry-run").stdout
    assert shell.json("view", "list") == before
    shell.run(*SAVED, "--share", "everyone")
    (after,) = shell.json("view", "list")
    assert (after["id"], after["shared"], after["version"]) == (before[0]["id"], "everyone", before[0]["version"] + 1)


def test_what_is_not_there_and_what_is_wrong(shell: Shell) -> None:
    assert "there is no saved view 'none'" in shell.run("instance", "list", "--view", "none", expect=1).stderr
    assert "nobody to share with" in shell.run("view", "save", "x", "--share", "world", expect=2).stderr
    assert "colour" in shell.run("view", "save", "x", "--filter", "colour = 1", expect=2).stderr
    shell.run("view", "save", "gone")
    assert "--yes" in shell.run("view", "delete", "gone", expect=2).stderr
    shell.run("view", "delete", "gone", "--yes")
    assert [view["name"] for view in shell.json("view", "list")] == ["big"]
