"""A whole mcm on either database, with no price in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.lab import Lab


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()
