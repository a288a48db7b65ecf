"""A laboratory on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[labs.Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()
