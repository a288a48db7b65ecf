"""A lab on each database, without background work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.lab import Lab, make
from tests.rooms.placement.estate import estate


@pytest.fixture
def lab(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """Empty, or with the places that the test's marker `estate(private=1, public=1)` asks for."""
    made = _made(request.node.get_closest_marker("estate"), database_url, tmp_path / "data")
    yield made
    made.runtime.operations.stop()
    made.close()


def _made(wanted: pytest.Mark | None, database_url: str, directory: Path) -> Lab:
    if wanted is None:
        return make(database_url, directory)
    places = {"private": 1, "public": 1} | dict(wanted.kwargs)
    name = f"placement-{places['private']}-{places['public']}"
    return prepared.lab(database_url, directory, name, lambda lab: estate(lab, **places))
