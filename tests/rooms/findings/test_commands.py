"""`mcm utilisation` and `mcm finding`, beside a server, as somebody would type them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(Path(tmp_path_factory.mktemp("findings") / "data"))
    config = ("instances=20", "regions=1", "cloud_id=findings")
    made.run("account", "add", "lab", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
    made.run("sync", "--wait", "--kind", "instance")
    with made.serving():
        yield made


def test_what_is_used_is_read_and_shown(shell: Shell) -> None:
    running = next(row for row in shell.json("instance", "list") if row["state"] == "running")
    read = shell.json("utilisation", "read", "lab")
    assert (read["account"], read["status"]) == ("lab", "ok")
    assert read["resources"] >= 20
    (listed,) = shell.json("utilisation", "readings")
    assert listed["measured"] == read["measured"] > 0
    metrics = {row["metric"]: row for row in shell.json("utilisation", "show", running["name"])}
    assert {"cpu", "memory", "network_in"} <= set(metrics)
    assert 0 < metrics["cpu"]["p95"] <= 1
    each = shell.json("utilisation", "show", running["id"], "--days")
    assert {row["day"] for row in each if row["metric"] == "cpu"} == {row["day"] for row in each}
    assert "nothing was measured" in shell.run(
        "utilisation", "show", running["id"], "--since", "2020-01-01", "--until", "2020-01-02"
    ).stderr  # fmt: skip
    assert "unit" not in shell.run("utilisation", "show", running["id"]).stderr


def test_findings_are_listed_and_two_days_are_too_few(shell: Shell) -> None:
    done = shell.run("finding", "list", "--check")
    assert "found:" in done.stderr
    assert shell.json("finding", "list", "--kind", "idle_instance") == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("utilisation", "show", "none"), 1, "none"),
        (("utilisation", "show"), 2, "ID"),
        (("utilisation", "read", "none"), 1, "none"),
        (("finding", "show", "fnd_none"), 1, "no finding"),
        (("finding", "list", "--kind", "none"), 2, "kind"),
        (("finding", "list", "--status", "none"), 2, "status"),
        (("finding", "dismiss", "fnd_none", "--reason", "x"), 1, "no finding"),
        (("finding", "dismiss", "fnd_none"), 2, "--reason"),
        (("finding", "reopen", "fnd_none"), 1, "no finding"),
        (("finding", "plan", "fnd_none"), 1, "no finding"),
        (("finding", "plan"), 2, "ID"),
    ],
)
def test_what_is_wrong_is_said(shell: Shell, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in shell.run(*words, expect=code).stderr
