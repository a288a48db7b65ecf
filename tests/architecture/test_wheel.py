"""The built wheel, in a clean environment outside the checkout: without any SDK it works and passes the suite."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.layout import MCM, PROVIDERS, ROOT, project, shown, sources

pytestmark = pytest.mark.timeout(900)

_SUITE = """
import pytest
from mcm.contract.conformance.suite import ProviderConformance
from mcm_providers.simulated.descriptor import DESCRIPTOR


class TestSimulated(ProviderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls):
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls):
        config = {"cloud_id": "wheel", "instances": 23, "page_size": 5, "regions": "2"}
        return DESCRIPTOR.connection.validated(config, {"token": "right"})


def test_this_is_not_the_checkout():
    import mcm, mcm_providers
    assert "site-packages" in mcm.__file__ and "site-packages" in mcm_providers.__file__
"""


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MCM_", "PYTHON", "PYTEST_"))}
    done = subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel, what it declares at the locked versions, and pytest."""
    uv = ROOT / ".tools" / "uv" / "bin" / "uv"
    found = str(uv) if uv.exists() else shutil.which("uv")
    if found is None:
        pytest.skip("uv is not installed: run through make test")
    folder = tmp_path_factory.mktemp("clean")
    _run(found, "venv", "--quiet", "--python", sys.executable, str(folder / "venv"), cwd=folder)
    python = folder / "venv" / "bin" / "python"
    locked = ["--constraint", str(ROOT / "requirements" / "dev.txt"), str(wheel), "pytest"]
    install = [found, "pip", "install", "--quiet", "--python", str(python), *locked]
    # What is cached needs no network; only what is not is fetched.
    if subprocess.run([*install, "--offline"], cwd=folder, capture_output=True).returncode != 0:
        _run(*install, cwd=folder)
    return python.parent


def test_the_wheel_holds_the_code_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    code = {shown(path).removeprefix("providers/") for folder in (MCM, PROVIDERS) for path in sources(folder)}
    assert code <= names
    assert {name.split("/")[0] for name in names} == {"mcm", "mcm_providers", f"mcm-{_version()}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db"))]


def _version() -> str:
    version: str = project()["project"]["version"]
    return version


def test_it_starts_and_knows_its_providers(clean: Path, tmp_path: Path) -> None:
    assert _run(clean / "mcm", "--version", cwd=tmp_path).strip() == _version()
    listed = json.loads(_run(clean / "mcm", "provider", "list", "-o", "json", cwd=tmp_path, MCM_DATA_DIR=str(tmp_path)))
    assert {item["name"] for item in listed} == set(project()["project"]["entry-points"]["mcm.providers"])
    installed = {item["name"]: item["installed"] for item in listed}
    assert installed == {name: name == "simulated" for name in installed}
    assert all(item["missing"] for item in listed if not item["installed"])


def test_it_keeps_an_inventory_there(clean: Path, tmp_path: Path) -> None:
    there = {"MCM_DATA_DIR": str(tmp_path / "data"), "TOKEN": "right"}
    mcm = clean / "mcm"
    added = ["account", "add", "sim", "--provider", "simulated", "--ownership", "private"]
    _run(mcm, *added, "--config", "instances=12", "--secret", "token=env:TOKEN", cwd=tmp_path, **there)
    _run(mcm, "sync", cwd=tmp_path, **there)
    listed = json.loads(_run(mcm, "instance", "list", "-o", "json", cwd=tmp_path, **there))
    assert len(listed) == 12


def test_an_adapter_whose_sdk_is_missing_is_refused_with_the_way_to_get_it(clean: Path, tmp_path: Path) -> None:
    command = [str(clean / "mcm"), "account", "add", "x", "--provider", "vmware", "--ownership", "private"]
    done = subprocess.run(
        [*command, "--config", "host=vc.example", "--secret", "username=env:U", "--secret", "password=env:U"],
        env=os.environ | {"MCM_DATA_DIR": str(tmp_path), "U": "x"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "mcm[vmware]" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_passes_the_conformance_suite_there(clean: Path, tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(_SUITE)
    said = _run(clean / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_suite.py", cwd=tmp_path)
    passed = int(said.rsplit(" passed", 1)[0].split()[-1])
    assert passed > 20, said
