"""A whole mcm with sealed values of every kind, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mcm.app import build_app
from tests import lab as labs
from tests.architecture.layout import client
from tests.lab import Lab
from tests.rooms.keys.filling import Filled


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    made.account(instances=5, regions="1", token="first-token")
    made.runtime.executor.dispatch_soon = lambda *_, **__: None  # type: ignore[method-assign]
    yield made
    made.close()


@pytest.fixture
def filled(lab: Lab) -> Filled:
    made = Filled(lab)
    made.fill()
    return made


@pytest.fixture
def http(lab: Lab) -> Iterator[httpx.Client]:
    with client(build_app(lab.runtime, background=False)) as connected:
        yield connected
