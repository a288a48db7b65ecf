"""kill -9 at a random instant of a sync loses nothing, doubles nothing and mixes nothing."""

import random
from pathlib import Path

import pytest

from tests.baddays.kills.killing import Killing, Victims

SEED = 20260131
ROUNDS = 40
SOAK_ROUNDS = 250


def _killed(database_url: str, folder: Path, rounds: int, seed: int) -> None:
    killing = Killing(database_url, folder)
    with Victims(database_url, folder) as victims:
        for number in range(rounds):
            # From a seed of its own, so that one round can be repeated alone.
            problems = killing.round(victims, random.Random(f"{seed}/{number}"))
            assert not problems, f"after kill {number}"
            if number % 10 == 4 and number + 1 < rounds:
                assert not killing.converge(victims)
        assert not killing.converge(victims)
    # A test of kills that never met a read would prove nothing.
    assert killing.hits > rounds // 10
    assert set(killing.versions) == {("global", "project")} | {
        (region, kind) for region in ("r1", "r2") for kind in ("instance", "volume", "network")
    }


@pytest.mark.timeout(1200)
def test_forty_kills(database_url: str, tmp_path: Path) -> None:
    _killed(database_url, tmp_path, ROUNDS, SEED)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_hundreds_of_kills(database_url: str, tmp_path: Path) -> None:
    _killed(database_url, tmp_path, SOAK_ROUNDS, SEED + 1)
