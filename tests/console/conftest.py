"""The built console, a server with simulated clouds behind it, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts import console
from tests.acceptance.conftest import HOSTILE, SIMULATED
from tests.acceptance.shell import Shell
from tests.console.browser import chromium
from tests.harness.cache import locked
from tests.harness.packages import ensure_debian_packages

PACKAGES = ("chromium", "fonts-noto-cjk")
CLOUDS = (
    ("north-dc", ["instances=60", "regions=2", "cloud_id=north"]),
    ("denied", ["instances=6", "regions=1", "cloud_id=denied", "faults=kind:volume=denied"]),
    ("hostile", [f"seed_file={HOSTILE}", "cloud_id=hostile"]),
)


@pytest.fixture(scope="session")
def built() -> None:
    with locked("console"):
        try:
            console.build()
            # What the tests themselves need of it, such as axe.
            console.install()
        except console.NotBuilt as error:
            pytest.skip(str(error))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file only: while it lasts, its event loop keeps others from running theirs in this thread."""
    if reason := ensure_debian_packages(PACKAGES):
        pytest.skip(reason)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def estate(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server in local mode, its accounts read, one operation done and one refused."""
    shell = Shell(Path(tmp_path_factory.mktemp("console") / "data"))
    with shell.serving() as server:
        for name, config in CLOUDS:
            shell.run("account", "add", name, *SIMULATED, *(word for pair in config for word in ("--config", pair)))
        shell.run("sync", "--wait", expect=5)
        running = shell.json("instance", "list", "--filter", 'account = "north-dc" AND state = "running"')
        for instance in running[:3]:
            shell.run("instance", "stop", instance["id"], "--yes", "--wait")
        yield server.url
