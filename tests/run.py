"""Runs the rings: while most tests run, the OpenStack services are installed and started; their tests come last.

    python -m tests.run [--jobs N] [--soak] [pytest arguments]

Each ring is one pytest run; the last line adds them up.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from tests.harness import HarnessUnavailable
from tests.harness.openstack import cloud as openstack
from tests.harness.packages import ensure_debian_packages

OPENSTACK_NAME = "tests"
_START_AT_PERCENT = 60
_FAR = re.compile(r"\[ *(\d+)%\]")
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed|xpassed)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--without-openstack", action="store_true", help="leave out the ring that needs its services")
    options, rest = parser.parse_known_args()
    os.environ["PYTHONHASHSEED"] = "0"
    # Else every command that a test runs compiles all that it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if options.soak:
        os.environ.setdefault("MCM_TEST_PICTURES", "keep")
        return _summary([_pytest(["-m", "soak", "-p", "no:xdist", *rest])])
    started = time.monotonic()
    with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile() as proofs:
        os.environ["MCM_PROOFS"] = proofs.name
        services = None if options.without_openstack else _Services(log)
        try:
            # Installed once here, so that workers do not wait for each other inside a test's time limit.
            for reason in filter(None, map(ensure_debian_packages, (["postgresql"], ["chromium", "fonts-noto-cjk"]))):
                print(f"not available: {reason}", flush=True)
            # In the order of the folders: files of few, long tests must not be what one worker is left with.
            spread = ["-n", options.jobs, "--dist", "loadfile", "--no-loadscope-reorder"]
            results = [_pytest(["-m", "not openstack and not soak", *spread, *rest], services)]
            if services is not None:
                services.wait()
                # Only the files that have such tests: reading all of them takes longer than some of the tests.
                paths = [] if rest else marked("openstack")
                results.append(_pytest(["-m", "openstack and not soak", "-p", "no:xdist", *paths, *rest]))
        finally:
            if services is not None:
                services.stop()
        whole = not (rest or options.without_openstack or any(code for code, _ in results))
        # Only a whole run shows everything that can be shown.
        matrix = _matrix(proofs.name) if whole else 0
    print(f"in {time.monotonic() - started:.0f} s")
    return _summary(results) or matrix


def marked(name: str) -> list[str]:
    """Files that name the marker, as every test that has it must (tests/conftest.py holds them to it)."""
    return [
        str(path) for path in sorted(Path(__file__).parent.rglob("test_*.py")) if f"mark.{name}" in path.read_text()
    ]


class _Services:
    """What is needed from elsewhere: installed beside the first tests, the OpenStack services started beside the last,
    as they cost even while nobody asks them anything. `log` takes what the start says."""

    def __init__(self, log: IO[bytes]) -> None:
        self._log = log
        self._preparing = self._begin("tests.harness.prepare")
        self._starting: subprocess.Popen[bytes] | None = None

    def reached(self, percent: int) -> None:
        if percent >= _START_AT_PERCENT and self._starting is None:
            me = str(os.getpid())
            self._starting = self._begin(
                *("tests.harness.openstack", "up", "--name", OPENSTACK_NAME, "--owner", me, "--page-limit", "3")
            )

    def wait(self) -> None:
        """The ring's own fixture says what is missing; here only what the start itself said is shown."""
        self.reached(100)
        assert self._starting is not None
        if self._starting.wait() != 0:
            self._log.seek(0)
            print(self._log.read().decode(errors="replace")[-4000:], flush=True)

    def stop(self) -> None:
        self._preparing.wait()
        if self._starting is not None:
            self._starting.wait()
            openstack.stop_named(OPENSTACK_NAME, purge=True)

    def _begin(self, *module: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", *module], stdout=self._log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )


def _matrix(proofs: str) -> int:
    """What the tests have shown against what the capability matrix says."""
    return subprocess.run([sys.executable, "-m", "scripts.matrix", "--check", "--proofs", proofs]).returncode


def _pytest(arguments: list[str], services: _Services | None = None) -> tuple[int, dict[str, int]]:
    """(exit code, counts by outcome). services: are told how far it is."""
    root = Path(__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    last = ""
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        if services is not None and (far := _FAR.search(line)):
            services.reached(int(far[1]))
        last = line if _COUNTS.search(line) else last
    counts: dict[str, int] = {}
    for number, outcome in _COUNTS.findall(last):
        counts[outcome.rstrip("s") if outcome == "errors" else outcome] = int(number)
    return process.wait(), counts


def _summary(results: list[tuple[int, dict[str, int]]]) -> int:
    def total(*names: str) -> int:
        return sum(counts.get(name, 0) for _, counts in results for name in names)

    print(
        f"{total('passed', 'xfailed')} passed, {total('failed', 'error', 'xpassed')} failed, {total('skipped')} skipped"
    )
    # 5: a ring found no test, which in a whole run is a mistake too.
    return next((code for code, _ in results if code), 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessUnavailable as unavailable:
        sys.exit(str(unavailable))
