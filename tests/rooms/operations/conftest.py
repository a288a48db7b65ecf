"""A lab with one simulated account that has been read, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.rooms.operations.acting import Acts


@pytest.fixture
def acts(database_url: str, tmp_path: Path) -> Iterator[Acts]:
    lab = labs.make(database_url, tmp_path)
    lab.account(action_ms="0")
    lab.sync()
    yield Acts(lab)
    lab.close()
