"""kill -9 at a random instant of a rotation: everything opens afterwards, and the next rotation finishes it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcm.vault import Vault
from tests.rooms.keys.filling import Filled
from tests.rooms.keys.rotating import rotate_once

SEED, ROUNDS, SOAK_ROUNDS = 20260214, 20, 300
_ROOT = Path(__file__).parents[3]
_PATIENCE_S = 60.0


@contextmanager
def _victims(filled: Filled, folder: Path) -> Iterator[subprocess.Popen[str]]:
    settings = filled.lab.runtime.settings
    environment = {
        **os.environ,
        "MCM_DATABASE_URL": settings.database,
        "MCM_DATA_DIR": str(settings.directory),
        "PYTHONPATH": str(_ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rooms.keys.victim"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=_PATIENCE_S)


def _start(victims: subprocess.Popen[str], journal: Path) -> int:
    assert victims.stdin is not None
    assert victims.stdout is not None
    victims.stdin.write(f"{journal}\n")
    victims.stdin.flush()
    return int(victims.stdout.readline())


def _lines(journal: Path) -> list[str]:
    return journal.read_text().splitlines() if journal.exists() else []


def _wait_for_line(journal: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not _lines(journal):
        assert time.monotonic() < until, "the victim did not begin"
        time.sleep(0.002)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + _PATIENCE_S
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.002)


def _killed(filled: Filled, folder: Path, rounds: int, seed: int) -> None:
    key_file = filled.lab.runtime.settings.key_file
    began = time.monotonic()
    rotate_once(filled.lab.runtime.database, filled.vault)
    takes = time.monotonic() - began
    interrupted = 0
    with _victims(filled, folder) as victims:
        # On a busy machine they may all come too early or too late: then it goes on, with longer pauses.
        for number in range(10 * rounds):
            if number >= rounds and interrupted:
                break
            chance = random.Random(f"{seed}/{number}")
            journal = folder / f"journal-{number}"
            pid = _start(victims, journal)
            _wait_for_line(journal)
            time.sleep(chance.uniform(0.0, 2.0 * takes * max(1.0, number / rounds)))
            _end(pid)
            assert not [line for line in _lines(journal) if line.startswith("died")]
            # What a process that starts now sees.
            fresh = Vault(key_file)
            assert filled.opened(fresh).items() >= filled.texts.items(), f"after kill {number}"
            assert len(filled.key_ids()) == 1
            lines = key_file.read_text().split()
            interrupted += len(lines) > 1 or len(filled.known()) > 1
            if number % 3 == 0:
                rotate_once(filled.lab.runtime.database, fresh)
                assert filled.opened(Vault(key_file)).items() >= filled.texts.items()
                assert filled.key_ids() == filled.known() == {Vault(key_file).key_id}
                assert len(key_file.read_text().split()) == 1
    rotate_once(filled.lab.runtime.database, Vault(key_file))
    assert filled.opened(Vault(key_file)).items() >= filled.texts.items()
    # Kills that never met a rotation would prove nothing.
    assert interrupted
    assert not [path for path in key_file.parent.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.timeout(600)
def test_twenty_kills(filled: Filled, tmp_path: Path) -> None:
    filled.fill(12)
    _killed(filled, tmp_path, ROUNDS, SEED)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_hundreds_of_kills(filled: Filled, tmp_path: Path) -> None:
    filled.fill(12)
    _killed(filled, tmp_path, SOAK_ROUNDS, SEED + 1)
