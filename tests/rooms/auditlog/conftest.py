"""A trail on both databases."""

from pathlib import Path

import pytest

from mcm.db.session import Database
from tests.rooms.auditlog.world import Trail


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> Trail:
    return Trail(database, tmp_path)
