"""A lab on both databases, and the two tenants in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.lab import Lab
from tests.rooms.tenancy import estate as estates
from tests.rooms.tenancy.estate import Estate


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def estate(lab: Lab) -> Estate:
    return estates.make(lab)
