"""A laboratory on both databases, and its API on a socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.baddays.serving import Served, serving


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[labs.Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def sqlite_lab(sqlite_template: Path, tmp_path: Path) -> Iterator[labs.Lab]:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    made = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(lab: labs.Lab) -> Iterator[Served]:
    with serving(lab) as made:
        yield made


@pytest.fixture(scope="module")
def empty_lab(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[labs.Lab]:
    """One for a whole module, of tests in which everything is refused and nothing left."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "mcm.db").write_bytes(sqlite_template.read_bytes())
    made = labs.make(f"sqlite:///{folder / 'mcm.db'}", folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def empty_served(empty_lab: labs.Lab) -> Iterator[Served]:
    with serving(empty_lab) as made:
        yield made
