"""Runs the rings: while most tests run, the OpenStack services install and start; their tests come last.

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

from tests.harness import HarnessUnavailable
from tests.harness.openstack import cloud as openstack
from tests.harness.packages import ensure_debian_packages

OPENSTACK_NAME = "tests"
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed|xpassed)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--without-openstack", action="store_true", help="leave out the ring that needs its services")
    options, rest = parser.parse_known_args()
    os.environ["PYTHONHASHSEED"] = "0"
    if options.soak:
        return _summary([_pytest(["-m", "soak", "-p", "no:xdist", *rest])])
    started = time.monotonic()
    with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile() as proofs:
        os.environ["MCM_PROOFS"] = proofs.name
        starting = None
        if not options.without_openstack:
            starting = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.harness.openstack",
                    "up",
                    "--name",
                    OPENSTACK_NAME,
                    "--owner",
                    str(os.getpid()),
                    "--page-limit",
                    "3",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        try:
            # Installed once here, so that workers do not wait for each other inside a test's time limit.
            for reason in filter(None, map(ensure_debian_packages, (["postgresql"], ["chromium", "fonts-noto-cjk"]))):
                print(f"not available: {reason}", flush=True)
            # In the order of the folders: files of few, long tests must not be what one worker is left with.
            spread = ["-n", options.jobs, "--dist", "loadfile", "--no-loadscope-reorder"]
            results = [_pytest(["-m", "not openstack and not soak", *spread, *rest])]
            if starting is not None:
                _wait(starting, log)
                results.append(_pytest(["-m", "openstack and not soak", "-p", "no:xdist", *rest]))
        finally:
            if starting is not None:
                starting.wait()
                openstack.stop_named(OPENSTACK_NAME, purge=True)
        whole = not (rest or options.without_openstack or any(code for code, _ in results))
        # Only a whole run shows everything that can be shown.
        matrix = _matrix(proofs.name) if whole else 0
    print(f"in {time.monotonic() - started:.0f} s")
    return _summary(results) or matrix


def _matrix(proofs: str) -> int:
    """What the tests have shown against what the capability matrix says."""
    return subprocess.run([sys.executable, "-m", "scripts.matrix", "--check", "--proofs", proofs]).returncode


def _wait(starting: "subprocess.Popen[bytes]", log: object) -> None:
    """The ring's own fixture says what is missing; here only what the start itself said is shown."""
    if starting.wait() != 0:
        log.seek(0)  # type: ignore[attr-defined]
        print(log.read().decode(errors="replace")[-4000:], flush=True)  # type: ignore[attr-defined]


def _pytest(arguments: list[str]) -> tuple[int, dict[str, int]]:
    """(exit code, counts by outcome)."""
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
