"""A data directory for each test, searched at its end for what must not be in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell

HOSTILE = Path(__file__).with_name("hostile.yaml")
SIMULATED = ("--provider", "simulated", "--ownership", "private")
# A server that reads clouds itself: where the worker is not the matter, nothing has to wait until there is one.
ALONE = {"MCM_BACKGROUND": "in_process"}


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path) -> Iterator[Shell]:
    """Its database is there already; the main story begins without one."""
    made = Shell(tmp_path / "data")
    made.directory.mkdir(mode=0o700)
    shutil.copy(sqlite_template, made.directory / "mcm.db")
    (made.directory / "mcm.db").chmod(0o600)
    yield made
    made.search()
