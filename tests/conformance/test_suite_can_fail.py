"""Every test of the conformance suite fails for a provider that breaks its obligation, and none for a sound one."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mcm.contract.conformance.suite import ProviderConformance
from tests.conformance.broken.control import Broken

_FOLDER = Path(__file__).parent / "broken"
_MODULES = ("connecting", "reading", "observing", "deadlines", "feeds", "describing", "acting")
_BROKEN: dict[str, type[Broken]] = {
    name: value
    for module in _MODULES
    for name, value in vars(import_module(f"tests.conformance.broken.{module}")).items()
    if name.startswith("Test")
}
_OBLIGATIONS = frozenset(name for name in dir(ProviderConformance) if name.startswith("test_"))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Outcome (failed, skipped, passed, error) → class → tests; every broken provider under the whole suite."""
    report = tmp_path_factory.mktemp("broken") / "report.xml"
    files = [str(_FOLDER / f"{module}.py") for module in _MODULES]
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=--import-mode=importlib"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *files]
    done = subprocess.run(command, cwd=_FOLDER.parents[2], capture_output=True, text=True, timeout=280)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, dict[str, set[str]]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        outcomes = {"failure": "failed", "skipped": "skipped", "error": "error"}
        outcome = next((outcomes[child.tag] for child in case if child.tag in outcomes), "passed")
        name = case.attrib["classname"].rsplit(".", 1)[-1]
        found.setdefault(outcome, {}).setdefault(name, set()).add(case.attrib["name"])
    return found


def test_a_sound_provider_passes_everything(results: dict[str, dict[str, set[str]]]) -> None:
    assert results["passed"]["TestControl"] == _OBLIGATIONS


@pytest.mark.parametrize("name", sorted(set(_BROKEN) - {"TestControl"}))
def test_a_broken_provider_is_noticed(name: str, results: dict[str, dict[str, set[str]]]) -> None:
    must_fail = _BROKEN[name].must_fail
    assert must_fail
    assert must_fail <= results["failed"].get(name, set())


def test_every_obligation_is_broken_by_somebody() -> None:
    assert _OBLIGATIONS - set().union(*(broken.must_fail for broken in _BROKEN.values())) == set()
