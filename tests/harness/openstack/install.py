"""Installs the Debian packages and the pinned OpenStack release that a cloud runs on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.harness import HarnessUnavailable, packages
from tests.harness.openstack import paths

_DISTRIBUTIONS = (
    "keystone",
    "openstack-placement",
    "glance",
    "neutron",
    "cinder",
    "nova",
    "openstacksdk",
    "pymysql",
    "pyuwsgi",
)
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_INSTALL_LIMIT_S = 1800


def ensure_installed() -> Path:
    """Returns the installation's folder (`venv/`, `plugins/`), making it when it is not there yet.

    Raises HarnessUnavailable when this machine does not allow it. Takes 5 s with uv and a warm package cache, minutes
    with pip and a cold one.
    """
    needed = ["mariadb-server", "rabbitmq-server"]
    if _uv() is None and Path(sys.base_prefix) == Path("/usr"):
        needed.append("python3-venv")
    if reason := packages.ensure_debian_packages(needed):
        raise HarnessUnavailable(reason)
    target = paths.installation()
    with paths.locked("install"):
        if not (target / "complete").exists():
            # A virtual environment cannot be moved, so a half-made one is thrown away instead of being made elsewhere.
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            _install_python_packages(target / "venv")
            _install_plugins(target / "plugins")
            (target / "complete").touch()
    return target


def _install_python_packages(venv: Path) -> None:
    interpreter = getattr(sys, "_base_executable", sys.executable)
    python = str(venv / "bin" / "python")
    wanted = ["--constraint", str(paths.CONSTRAINTS), *_DISTRIBUTIONS]
    if uv := _uv():
        _run([uv, "venv", "--quiet", "--no-config", "--python", interpreter, str(venv)])
        # Without byte code a dozen services would each compile the same modules while they start.
        _run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *wanted])
    else:
        _run([interpreter, "-m", "venv", str(venv)])
        _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])


def _install_plugins(folder: Path) -> None:
    """Puts the plugins where the services find them, together with the entry point that neutron looks for."""
    folder.mkdir()
    for source in paths.PLUGINS.glob("*.py"):
        shutil.copy(source, folder)
    metadata = folder / "bind_always-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bind-always\nVersion: 1\n")
    entry_points = "[neutron.ml2.mechanism_drivers]\nbind_always = bind_always:BindAlways\n"
    (metadata / "entry_points.txt").write_text(entry_points)


def _uv() -> str | None:
    own = paths.CHECKOUT / ".tools" / "uv" / "bin" / "uv"
    return str(own) if own.exists() else shutil.which("uv")


def _run(command: list[str]) -> None:
    about_another_python = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"}
    environment = {name: value for name, value in os.environ.items() if name not in about_another_python}
    # uv and older pips do not read the machine's own list of authorities, which a company's proxy may be in.
    environment |= {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    if _SYSTEM_CERTIFICATES.exists():
        environment.setdefault("PIP_CERT", str(_SYSTEM_CERTIFICATES))
    try:
        result = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_INSTALL_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HarnessUnavailable(f"installing OpenStack did not end within {_INSTALL_LIMIT_S} s.") from None
    if result.returncode:
        lines = [line.strip() for line in result.stderr.splitlines() if line.strip()] or ["no message"]
        causes = [line for line in lines if line.lower().startswith(("error", "cause", "×"))] or lines[-1:]
        raise HarnessUnavailable(f"OpenStack cannot be installed from the package index: {' '.join(causes)[:400]}")
