"""A lab with one simulated account that has been read, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.rooms.operations.acting import Acts, read


@pytest.fixture
def acts(database_url: str, tmp_path: Path) -> Iterator[Acts]:
    lab = prepared.lab(database_url, tmp_path, "operations", read)
    yield Acts(lab)
    lab.close()
