"""A desk in a lab with one simulated account that has been read, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.rooms.operations.acting import Later
from tests.rooms.plans import desk as desks
from tests.rooms.plans.desk import Desk


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    lab = prepared.lab(database_url, tmp_path, "plans", desks.read)
    yield desks.make(lab)
    lab.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)
