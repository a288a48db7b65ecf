"""A served lab on both databases, whose streams look at their reader at every turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.events import stream
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import Lab


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path, event_streams=6, event_streams_each=3)
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab, brisk: None) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds elsewhere: no test waits for it."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(stream, "CHECK_S", 0.0)
    monkeypatch.setattr(stream, "FRESH_S", 0.0)
