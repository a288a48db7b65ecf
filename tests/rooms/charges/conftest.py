"""A lab with one account whose instances are known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.lab import Lab


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    made.account(instances=6, regions="1")
    made.account("other", instances=1, regions="1")
    yield made
    made.close()
