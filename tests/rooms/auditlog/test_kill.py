"""A killed process leaves a whole chain, and an intent without a result where it was in the middle of a call."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.rooms.auditlog.world import Trail


@contextmanager
def _victim(url: str, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Killed at the end, once it has announced a change."""
    command = [sys.executable, "-m", "tests.rooms.auditlog.victim", url, str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "0\n"
            yield process
        finally:
            process.kill()


def test_kill_between_intent_and_result_shows(trail: Trail, database_url: str, tmp_path: Path) -> None:
    with _victim(database_url, tmp_path, "once"):
        pass
    (row,) = trail.rows()
    assert (row["phase"], row["outcome"], row["target_id"]) == ("intent", "sent", "t0")
    assert trail.verify().ok
    trail.write()
    assert trail.verify().rows == 2


@pytest.mark.parametrize("seed", range(4))
def test_kill_at_any_time_leaves_a_whole_chain(trail: Trail, database_url: str, tmp_path: Path, seed: int) -> None:
    with _victim(database_url, tmp_path):
        time.sleep(random.Random(seed).uniform(0, 0.3))
    rows = trail.rows()
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    intents = {row["target_id"] for row in rows if row["phase"] == "intent"}
    results = {row["target_id"] for row in rows if row["phase"] == "result"}
    assert results <= intents
    assert len(intents - results) <= 1
    assert trail.verify().ok
    trail.write()
    trail.seal()
    assert trail.verify().ok
