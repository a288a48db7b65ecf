"""One public cloud that was read, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.lab import Lab
from tests.rooms.findings import desk


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = desk.quiet(prepared.lab(database_url, tmp_path, "findings", desk.read))
    yield made
    made.close()
