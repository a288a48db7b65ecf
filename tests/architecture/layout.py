"""What the architecture tests look at: the checkout's files, the import graph, the providers, the application."""

import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import anyio.from_thread
import grimp
import httpx
from fastapi import FastAPI

from mcm.app import build_app, build_runtime
from mcm.cli.inprocess import _Transport
from mcm.contract import ProviderDescriptor
from mcm.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MCM = ROOT / "mcm"
PROVIDERS = ROOT / "providers" / "mcm_providers"
ROOMS = ("accounts", "catalog", "inventory", "sync", "system")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root; without git, whatever is not hidden."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0:
        found = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        found = [path for path in found if not any(part.startswith((".", "__pycache__")) for part in path.parts[:-1])]
    return tuple(sorted(path for path in found if (ROOT / path).is_file() and not (ROOT / path).is_symlink()))


def sources(folder: Path) -> Iterator[Path]:
    """The Python files below a folder, absolute."""
    inside = folder.relative_to(ROOT)
    return (ROOT / path for path in files() if path.suffix == ".py" and path.is_relative_to(inside))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@cache
def graph() -> grimp.ImportGraph:
    """What imports what when it runs; imports for type checkers only are left out, those inside functions are in."""
    return grimp.build_graph(
        "mcm", "mcm_providers", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def imports_of(prefix: str) -> Iterator[tuple[str, str]]:
    """(module, what it imports directly) for the package and everything below it."""
    for module in sorted(graph().modules):
        if module == prefix or module.startswith(f"{prefix}."):
            for imported in sorted(graph().find_modules_directly_imported_by(module)):
                yield module, imported


@cache
def descriptors() -> dict[str, ProviderDescriptor]:
    return {point.name: point.load() for point in entry_points(group="mcm.providers")}


@cache
def application() -> FastAPI:
    """The whole HTTP API on a database that is never opened."""
    settings = Settings(data_dir=Path("/nonexistent"), database_url="sqlite://", listen="127.0.0.1:0")
    return build_app(build_runtime(settings), background=False)


@contextmanager
def client(app: FastAPI) -> Iterator[httpx.Client]:
    """Speaks to the application as the command line does without a server."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        httpx.Client(
            transport=_Transport(portal, httpx.ASGITransport(app=app, raise_app_exceptions=False)),
            base_url="http://mcm.invalid",
        ) as http,
    ):
        yield http
