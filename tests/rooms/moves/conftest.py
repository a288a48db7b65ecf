"""Two simulated clouds in a lab, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.rooms.moves.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    lab = labs.make(database_url, tmp_path / "data")
    found = Desk(lab)
    found.account("here")
    found.account("there")
    yield found
    lab.close()
