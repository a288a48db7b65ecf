"""The watch over secrets would notice: each way out is shown one on purpose."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from mcm.app import build_app
from tests import canary
from tests import lab as labs
from tests.architecture.layout import client
from tests.canary import MARK
from tests.lab import Lab

pytestmark = pytest.mark.shows_canary


@pytest.fixture
def lab(sqlite_template: Path, tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    made = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    yield made
    made.close()


def _logged(lab: Lab) -> None:
    logging.getLogger("mcm.gateway").debug("signing in with %s-password", MARK)


def _answered(lab: Lab) -> None:
    app: FastAPI = build_app(lab.runtime, background=False)
    app.add_api_route("/leak", lambda: {"value": f"{MARK}-token"})
    with client(app) as http:
        assert http.get("/leak").status_code == 200


def _stored(lab: Lab) -> None:
    with lab.runtime.database.reading() as session:
        session.execute(text("SELECT :value"), {"value": f"{MARK}-key"})


def _argument(lab: Lab) -> None:
    code = "import time; time.sleep(30)"
    process = subprocess.Popen([sys.executable, "-c", code, "mcm", "--password", f"{MARK}-argv"])
    try:
        until = time.monotonic() + 20
        while not canary._found and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("way", [_logged, _answered, _stored, _argument], ids=lambda way: way.__name__.strip("_"))
def test_a_leak_is_noticed(lab: Lab, way: "object") -> None:
    assert not canary._found
    way(lab)  # type: ignore[operator]
    assert canary._found
