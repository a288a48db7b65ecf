"""`mcm` as its user runs it: processes of the installed command, with a data directory of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.acceptance.forking import Forked, commands
from tests.canary import MARK, saw

MCM = str(Path(sys.executable).with_name("mcm"))
_LONGEST_S = 240


class Serving:
    """A server that answers at `url`; `errors` is what it wrote to stderr so far."""

    def __init__(self, process: Forked, url: str, log: Path) -> None:
        self.process, self.url, self._log = process, url, log

    @property
    def errors(self) -> str:
        return self._log.read_text(errors="replace")


class Shell:
    """Nothing else of this machine's environment reaches the commands."""

    def __init__(self, directory: Path, **environment: str) -> None:
        self.directory = directory
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        # Other tests keep the machine busy: what reads clouds would let all of them go first.
        own = {"LANG": "C.UTF-8", "MCM_DATA_DIR": str(directory), "MCM_WORKER_NICE": "0"}
        self.environment: Mapping[str, str] = {**kept, **own, **environment}

    def run(self, *words: str, expect: int = 0, typed: str = "", **secrets: str) -> "subprocess.CompletedProcess[str]":
        """secrets: further environment variables. typed: standard input; there is never a terminal."""
        for word in words:
            # The watch over the process list does not see words of a fork.
            if MARK in word:
                saw("arguments", " ".join(words))
        done = commands.run([MCM, *words], {**self.environment, **secrets}, typed, _LONGEST_S)
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        if MARK in done.stdout + done.stderr:
            saw("command", f"{words}: {done.stdout}{done.stderr}")
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "-o", "json").stdout)

    def search(self) -> None:
        """Looks for secrets in clear in everything that mcm keeps: database, write-ahead log, backups, exports."""
        for file in self.directory.rglob("*"):
            if file.is_file() and MARK.encode() in file.read_bytes():
                saw("file", file.name)

    def start(self, *words: str, errors: Path | None = None, **environment: str) -> Forked:
        """errors: the file that stderr goes to, instead of a pipe."""
        return commands.start([MCM, *words], {**self.environment, **environment}, errors)

    @contextmanager
    def serving(self, **environment: str) -> Iterator[Serving]:
        """`mcm serve` on a free port, told to end behind the block; stdout is one line."""
        log = self.directory.with_name(f"{self.directory.name}.serve.log")
        process = self.start("serve", "--listen", "127.0.0.1:0", errors=log, **environment)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("ready http://127.0.0.1:"), log.read_text()
            yield Serving(process, line.removeprefix("ready ").strip(), log)
        finally:
            end(process)
        told = log.read_text()
        assert "Traceback" not in told, told
        if MARK in told:
            saw("server's log", told)
        self.search()


def end(process: Forked, number: signal.Signals = signal.SIGTERM) -> str:
    """Tells it to end and returns the rest of its stdout; one that does not is killed and fails the test."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def children(pid: int) -> list[int]:
    """The processes it has started, and theirs."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread may end between the two.
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in tasks.read_text().split():
                found += [int(child), *children(int(child))]
    return found


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")
