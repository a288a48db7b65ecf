"""Notes which actions were brought to their end at a real server, by tests that passed: the source of the capability
matrix. `tests.run` names the file in MCM_PROOFS; `python -m scripts.matrix --proofs FILE` writes what follows from it.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from mcm.contract.actions import Actor

_REAL = "tests/integration/"
_seen: set[tuple[str, str]] = set()


def note(actor: Actor, action: str) -> None:
    """From the shared driver, when a look says that it is done."""
    parts = type(actor).__module__.split(".")
    if parts[0] == "mcm_providers":
        _seen.add((parts[1], action))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "setup":
        _seen.clear()
    file = os.environ.get("MCM_PROOFS")
    if file and call.when == "call" and report.passed and item.nodeid.startswith(_REAL):
        with Path(file).open("a") as log:
            log.writelines(f"{provider} {action}\n" for provider, action in sorted(_seen))
    return report


def read(file: Path) -> dict[str, set[str]]:
    """Provider → actions."""
    found: dict[str, set[str]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        provider, _, action = line.partition(" ")
        found.setdefault(provider, set()).add(action)
    return found
