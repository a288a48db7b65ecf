"""A served mcm with two routes of the tests' own that fail; and one on both databases, with its laboratory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from mcm.contract import PermissionDenied
from tests import lab as labs
from tests.baddays.serving import Served, serving


def _failing_routes(app: FastAPI) -> None:
    @app.get("/test/unforeseen")
    def unforeseen() -> None:
        raise RuntimeError("canary-4711 SELECT * FROM secret at /var/lib/canary")

    @app.get("/test/refused")
    def refused() -> None:
        raise PermissionDenied("may not", permission="compute:list", request_id="req-17")


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, folder / "mcm.db")
    lab = labs.make(f"sqlite:///{folder / 'mcm.db'}", folder)
    with serving(lab, extend=_failing_routes) as made:
        yield made
    lab.close()


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[labs.Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def served_lab(lab: labs.Lab) -> Iterator[Served]:
    """On both databases."""
    with serving(lab) as made:
        yield made
