"""One database under kills: starts victims, ends them at seeded instants, and looks at what they leave."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from mcm.db.engine import build_engine
from tests import lab as labs
from tests.baddays.kills import world
from tests.baddays.kills.inspection import inspect

_ROOT = Path(__file__).parents[3]
_PATIENCE_S = 60.0
# An import of everything and a first sync end well within it on any machine.
_FIRST_SYNC_S = 120.0


class Victims:
    """The process that forks victims; gone with this one."""

    def __init__(self, database_url: str, folder: Path) -> None:
        environment = {
            **os.environ,
            "MCM_DATABASE_URL": database_url,
            "MCM_DATA_DIR": str(folder),
            "MCM_LISTEN": "127.0.0.1:0",
            "MCM_CALLS_PER_SECOND": "100000",
            "MCM_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(_ROOT),
        }
        environment.pop("MCM_SERVER", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.baddays.kills.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=folder,
        )
        assert self._answer() == "ready"

    def start(self, seed: int, journal: Path, seed_file: Path) -> int:
        """The process id of a new victim."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seed}\t{journal}\t{seed_file}\n")
        self._process.stdin.flush()
        return int(self._answer())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate(timeout=_PATIENCE_S)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass
class Killing:
    """What is known across kills. interrupted: runs that a kill ended. hits: kills that ended at least one."""

    database_url: str
    folder: Path
    versions: dict[world.Scope, int] = field(default_factory=dict)
    interrupted: set[str] = field(default_factory=set)
    hits: int = 0
    kills: int = 0
    _takes: dict[str, float] = field(default_factory=lambda: {"start": 0.5, "sync": 0.3})

    def __post_init__(self) -> None:
        self.seed_file = self.folder / "cloud.json"
        world.write(self.seed_file, 0)
        lab = labs.make(self.database_url, self.folder)
        lab.account("cloud", cloud_id=f"killed-{self.folder.name}", seed_file=str(self.seed_file), page_size=15,
                    instances=None, regions=None)  # fmt: skip
        lab.close()

    def round(self, victims: Victims, chance: random.Random) -> list[str]:
        """Starts a victim, kills it at a random instant, and returns everything that is wrong afterwards."""
        journal = self.folder / f"journal-{self.kills}"
        self.kills += 1
        began = time.monotonic()
        pid = victims.start(chance.randrange(2**31), journal, self.seed_file)
        if chance.random() < 0.75:
            # In the middle of its work; otherwise while it starts, which includes taking over from the one before it.
            _wait_for(lambda: bool(_lines(journal)), pid, _FIRST_SYNC_S)
            time.sleep(chance.uniform(0.0, 1.5 * self._takes["sync"]))
        else:
            time.sleep(chance.uniform(0.0, self._takes["start"]))
        os.kill(pid, signal.SIGKILL)
        _wait_for(lambda: not _lives(pid), None, _PATIENCE_S)
        self._learn(began, journal)
        return self._judged(_lines(journal), history=self.kills % 8 == 0)

    def converge(self, victims: Victims) -> list[str]:
        """Lets a victim finish two syncs, ends it, and returns everything that is wrong then."""
        journal = self.folder / f"journal-{self.kills}-converged"
        began = time.monotonic()
        pid = victims.start(0, journal, self.seed_file)
        try:
            _wait_for(lambda: sum(line.startswith("synced") for line in _lines(journal)) > 1, pid, _FIRST_SYNC_S)
        finally:
            os.kill(pid, signal.SIGKILL)
        _wait_for(lambda: not _lives(pid), None, _PATIENCE_S)
        self._learn(began, journal)
        return self._judged(_lines(journal), history=True)

    def _learn(self, began: float, journal: Path) -> None:
        """How long starting and syncing take here and now, so that the kills are spread over them on any machine."""
        moments = [(float(at), words[0]) for at, *words in map(str.split, _text(journal).splitlines())]
        if moments:
            self._takes["start"] = moments[0][0] - began
        for (first, word), (second, next_word) in itertools.pairwise(moments):
            if (word, next_word) == ("wrote", "synced"):
                self._takes["sync"] = (self._takes["sync"] + second - first) / 2

    def _judged(self, lines: list[str], *, history: bool) -> list[str]:
        engine = build_engine(self.database_url, null_pool=True)
        try:
            findings = inspect(engine, history=history)
        finally:
            engine.dispose()
        problems = list(findings.problems)
        problems += [line for line in lines if line.startswith("died")]
        before = dict(self.versions)
        now: int | None = None
        for word, _, text in (line.partition(" ") for line in lines):
            if word == "synced":
                before = dict.fromkeys(findings.versions, int(text))
                now = None
            elif word == "wrote":
                now = int(text)
        for place, version in findings.versions.items():
            if version not in (before.get(place), now):
                problems.append(f"{place}: at version {version}, which is neither {before.get(place)} nor {now}")
        problems += [f"{place}: was read and is no longer" for place in before if place not in findings.versions]
        self.hits += bool(findings.running)
        self.interrupted |= findings.running
        self.versions = findings.versions
        missing = self.interrupted - findings.running - findings.abandoned
        return problems + [f"interrupted runs that the ledger forgot: {missing}"] * bool(missing)


def _text(journal: Path) -> str:
    return journal.read_text() if journal.exists() else ""


def _lines(journal: Path) -> list[str]:
    return [line.partition(" ")[2] for line in _text(journal).splitlines()]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _wait_for(condition: Callable[[], bool], pid: int | None, seconds: float) -> None:
    """Until it holds, or the victim is dead."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the victim did not get there")
        if pid is not None and not _lives(pid):
            return
        time.sleep(0.002)
