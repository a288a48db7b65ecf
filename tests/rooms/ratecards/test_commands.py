"""`mcm rate-card` on a local database, as its user types it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.ratecards.test_formulas import HALL


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """With a server, which answers sooner than a command that brings the API along."""
    made = Shell(Path(tmp_path_factory.mktemp("rate-cards") / "data"))
    config = ("instances=20", "regions=1", "cloud_id=rate-cards")
    with made.serving():
        made.run("account", "add", "lab", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "hall.yaml"
    written.write_text(HALL)
    return written


def test_from_a_file_to_a_published_card(shell: Shell, file: Path) -> None:
    calculated = shell.json("rate-card", "calculate", "-f", str(file), "--month", "2026-11")
    assert calculated["full"] == {
        "vcpu_hour": "0.1", "memory_gib_hour": "0.04", "storage_gib_month": {"ssd": "0.4"}, "gpu_hour": "1"
    }  # fmt: skip
    assert "nothing was stored" in shell.run("rate-card", "apply", "-f", str(file), "--dry-run").stderr
    assert shell.json("rate-card", "pools") == []
    (pool,) = shell.json("rate-card", "apply", "-f", str(file))
    assert (pool["name"], pool["version"], pool["written_by"]) == ("hall", 1, "local")

    before = shell.run("rate-card", "show", "hall", "--month", "2026-11")
    assert "no card of 'hall' is published" in before.stderr
    assert "10 × 1.5 × 730 × 0.8" in before.stdout
    would = shell.run("rate-card", "publish", "hall", "--month", "2026-11", "--dry-run")
    assert "version 1 for 2026-11 would be published" in would.stderr
    assert shell.json("rate-card", "list") == []
    (card,) = shell.json("rate-card", "publish", "hall", "--month", "2026-11")
    again = shell.run("rate-card", "publish", "hall", "--month", "2026-11", expect=1).stderr
    assert "never changed" in again
    assert "--reason" in again
    shell.run("rate-card", "publish", "hall", "--month", "2026-11", "--reason", "checked again")
    assert [one["version"] for one in shell.json("rate-card", "list", "--pool", "hall")] == [2, 1]
    assert shell.json("rate-card", "show", card["id"])["calculation"]["total"]["amount"] == "58400"
    assert shell.json("rate-card", "show", "hall")["reason"] == "checked again"
    assert shell.run("rate-card", "show", "hall", "--document").stdout == HALL

    assert "would be deleted" in shell.run("rate-card", "delete", "hall", "--dry-run").stdout
    assert "--yes" in shell.run("rate-card", "delete", "hall", expect=2).stderr
    shell.run("rate-card", "delete", "hall", "--yes")
    assert shell.json("rate-card", "pools") == []
    assert len(shell.json("rate-card", "list")) == 2


@pytest.mark.parametrize(
    ("old", "new", "expect", "says"),
    [
        ("  pue: 1.5", "  pue: 0.9", 1, "line 33, column 8: energy.pue"),
        ("kind: RateCard", "kind: RateCart", 1, "did you mean 'RateCard'"),
        ("name: hall", "name: Big Hall", 1, "line 4, column 7"),
        ("[lab]", "[nowhere]", 1, "line 6, column 12: there is no account 'nowhere'"),
        ("shares:\n  vcpu: 0.5", "shares:\n  vcpu: 0.4", 1, "line 48, column 3: the shares add up to 0.9"),
        ("kw_idle: 6", "kw_idle: 60", 1, "line 32, column 12"),
        ("ha_reserve: {vcpu: 0.2", "ha_reserve: {vcpu: 2", 1, "line 58, column 20"),
        ("capex: 720000", "capex: 7,2e5", 1, "line 9, column 12"),
        ("currency: CNY", "currency: [", 2, "this is no YAML"),
        (HALL, "a: b", 1, "'currency' is missing"),
    ],
)
def test_what_is_wrong_is_said(shell: Shell, file: Path, old: str, new: str, expect: int, says: str) -> None:
    file.write_text(HALL.replace(old, new, 1))
    assert says in shell.run("rate-card", "apply", "-f", str(file), expect=expect).stderr


def test_what_nobody_has_measured_is_said(shell: Shell, file: Path) -> None:
    """The server may have read its hosts by now, but hosts do not say what their racks' storage is."""
    measured = HALL.replace("storage_gib: {ssd: 43800}", "storage_gib: {ssd: measured}\n  datastores: {ssd: [none-*]}")
    file.write_text(measured)
    said = shell.run("rate-card", "calculate", "-f", str(file), expect=1).stderr
    assert "line 55" in said
    assert "mcm sync --wait" in said


def test_what_is_not_there(shell: Shell, tmp_path: Path) -> None:
    assert "cannot read" in shell.run("rate-card", "apply", "-f", str(tmp_path / "none.yaml"), expect=2).stderr
    assert "no cost pool 'none'" in shell.run("rate-card", "delete", "none", "--yes", expect=1).stderr
    assert "no cost pool 'none'" in shell.run("rate-card", "publish", "none", "--month", "2026-11", expect=1).stderr
    assert "2026-11" in shell.run("rate-card", "publish", "none", "--month", "soon", expect=2).stderr
