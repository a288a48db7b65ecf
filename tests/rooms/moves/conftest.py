"""Two simulated clouds in a lab, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.lab import Lab
from tests.rooms.moves.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    lab = prepared.lab(database_url, tmp_path / "data", "moves", _read)
    yield Desk(lab)
    lab.close()


def _read(lab: Lab) -> None:
    for name in ("here", "there"):
        Desk(lab).account(name)
