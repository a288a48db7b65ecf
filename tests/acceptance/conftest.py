"""A data directory for each test, searched at its end for what must not be in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell

HOSTILE = Path(__file__).with_name("hostile.yaml")
SIMULATED = ("--provider", "simulated", "--ownership", "private")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path / "data")
    yield made
    made.search()
