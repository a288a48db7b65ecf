"""`mcm workload`, on a local database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell
from tests.rooms.workloads.test_workloads import TEXT


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(Path(tmp_path_factory.mktemp("workloads") / "data"))
    with made.serving():
        yield made


def test_a_file_is_stored_listed_shown_and_deleted(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT)
    assert "nothing was stored" in shell.run("workload", "apply", "-f", str(file), "--dry-run").stderr
    assert shell.json("workload", "list") == []
    shell.run("workload", "apply", "-f", str(file))
    file.write_text(TEXT.replace("count: 2", "count: 5"))
    shell.run("workload", "apply", "-f", "-", typed=file.read_text())
    (listed,) = shell.json("workload", "list")
    assert (listed["name"], listed["version"], listed["instances"], listed["vcpus"]) == ("shop", 2, 5, "10")
    assert shell.run("workload", "show", "shop", "--text").stdout == file.read_text()
    assert [one["version"] for one in shell.json("workload", "show", "shop", "--versions")] == [2, 1]
    assert "would be deleted" in shell.run("workload", "delete", "shop", "--dry-run").stdout
    assert "--yes" in shell.run("workload", "delete", "shop", expect=2).stderr
    shell.run("workload", "delete", "shop", "--yes")
    assert "there is no workload 'shop'" in shell.run("workload", "show", "shop", expect=1).stderr


def test_what_is_wrong_is_told_by_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(TEXT.replace("vcpus", "vcpu").replace("internal", "internl"))
    said = shell.run("workload", "apply", "-f", str(file), expect=2).stderr
    assert f"{file}:4:13" in said
    assert f"{file}:6:27: there is no field 'vcpu' here (did you mean 'vcpus'?)" in said
    linted = json.loads(shell.run("workload", "lint", "-f", str(file), "-o", "json", expect=1).stdout)
    assert {one["line"] for one in linted} == {4, 6}
    file.write_bytes(b"name: \xff\xfe")
    assert "is not UTF-8" in shell.run("workload", "lint", "-f", str(file), expect=2).stderr
    assert "cannot be read" in shell.run("workload", "lint", "-f", str(tmp_path / "none"), expect=2).stderr
    file.write_text(TEXT)
    assert "nothing is wrong" in shell.run("workload", "lint", "-f", str(file)).stderr
    assert shell.json("workload", "lint", "-f", str(file)) == []
