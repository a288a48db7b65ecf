"""A data directory for each test, and a furnished house with a server for tests that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.shell import Shell

HOSTILE = Path(__file__).with_name("hostile.yaml")
SIMULATED = ("--provider", "simulated", "--ownership", "private")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path / "data")
    yield made
    made.search()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A server with three accounts that are read: `lab`, `denied` (no right to volumes), `hostile` (its names)."""
    shell = Shell(tmp_path_factory.mktemp("house") / "data")
    with shell.serving():
        for name, config in (
            ("lab", ["instances=24", "regions=2", "cloud_id=lab"]),
            ("denied", ["instances=6", "regions=1", "cloud_id=denied", "faults=kind:volume=denied"]),
            ("hostile", [f"seed_file={HOSTILE}", "cloud_id=hostile"]),
        ):
            shell.run("account", "add", name, *SIMULATED, *(word for pair in config for word in ("--config", pair)))
        shell.run("sync", "--wait", expect=5)
        yield shell
