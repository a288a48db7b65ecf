"""The built console, a server with simulated clouds behind it, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts import console
from tests.acceptance.conftest import HOSTILE
from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import chromium
from tests.harness.cache import locked
from tests.harness.packages import ensure_debian_packages

PACKAGES = ("chromium", "fonts-noto-cjk")
# More than 20 of the first run, which is as many as may be asked for at once.
CLOUDS: dict[str, dict[str, object]] = {
    "north-dc": {"instances": 36, "regions": 2, "cloud_id": "north"},
    "denied": {"instances": 6, "regions": 1, "faults": "kind:volume=denied"},
    "hostile": {"seed_file": HOSTILE},
}


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
        ask = Asking(shell, server)
        for name, config in CLOUDS.items():
            ask.connect(name, **config)
        ask.sync(outcome="partial")
        running = ask.resources('account = "north-dc" AND kind = "instance" AND state = "running"', limit=3)
        ask.act("instance.stop", *(instance["id"] for instance in running))
        yield server.url
