"""A lab on each database, without background work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, make


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = make(database_url, tmp_path / "data")
    yield made
    made.runtime.operations.stop()
    made.close()
