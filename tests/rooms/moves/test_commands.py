"""`mcm move` on a lab's database, in this process: without a server the command itself carries the move out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mcm.cli.main import app
from tests.rooms.moves.desk import Desk

Mcm = Callable[..., tuple[int, str]]


@pytest.fixture
def mcm(desk: Desk, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mcm:
    monkeypatch.setenv("MCM_DATABASE_URL", database_url)
    monkeypatch.setenv("MCM_DATA_DIR", str(desk.lab.runtime.settings.directory))
    monkeypatch.setattr("mcm.cli.inprocess.configure", lambda *_: None)
    monkeypatch.setattr("mcm.cli.move._POLL_S", 0.05)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words))
        return done.exit_code, done.stdout

    return run


def test_from_the_dry_run_to_the_proof(desk: Desk, mcm: Mcm) -> None:
    source = desk.source()
    words = ["move", "start", source.id, "--to", "there", "--network", desk.at("there", "network").name, "--stop"]
    code, shown = mcm(*words, "--dry-run")
    assert (code, "make an image of it" in shown, "left for a person" in shown) == (0, True, True), shown
    code, shown = mcm("move", "start", source.id, "--to", "here", "--dry-run")
    assert (code, "in that account and region already" in shown) == (0, True), shown
    assert mcm("move", "list", "-o", "json") == (0, "[]\n")
    assert mcm("move", "start", source.id, "--to", "here")[0] != 0

    code, said = mcm(*words, "--yes", "-o", "json")
    answer = json.loads(said)
    assert (code, answer["status"], answer["error_message"]) == (0, "succeeded", None)
    assert answer["image"]["verified"]["checksum"] == answer["image"]["checksum"]
    code, said = mcm("move", "list", "-o", "json")
    assert [(one["id"], one["step"]) for one in json.loads(said)] == [(answer["id"], None)]
    code, said = mcm("move", "show", answer["id"])
    assert (code, "verify" in said) == (0, True)
    assert mcm("move", "cancel", answer["id"], "--yes")[0] != 0
