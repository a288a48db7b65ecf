"""A server with an empty inventory on both databases, and a clock that can be moved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mcm.kit import clock
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import Lab
from tests.rooms.identity.people import Moved, Person


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def person(served: Served) -> Iterator[Person]:
    one = Person(served)
    yield one
    one.http.close()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Moved:
    made = Moved()
    made.ahead = timedelta(0)
    monkeypatch.setattr(clock, "now", made.now)
    return made
