"""Ends a process at a chosen moment: the proxy holds a request, before it is passed on or after it was answered."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.harness.proxy import Answer, Exchange, Fault
from tests.harness.proxy.messages import NOTHING

_ROOT = Path(__file__).parents[3]
_PATIENCE_S = 60.0


@dataclass
class Hold(Fault):
    """Keeps the request, or (`applied`) its answer, until the client is gone. caught: it has one."""

    applied: bool
    caught: threading.Event = field(default_factory=threading.Event)

    def before(self, exchange: Exchange) -> Answer | None:
        return None if self.applied else self._hold(exchange)

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        return self._hold(exchange)

    def _hold(self, exchange: Exchange) -> Answer:
        self.caught.set()
        exchange.client_gone(_PATIENCE_S)
        return NOTHING


class Victims:
    """The process that forks victims; they are gone with it."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MCM_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.baddays.acting.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "victims.log").open("wb"),
            text=True,
            env=environment | {"PYTHONPATH": str(_ROOT)},
            cwd=folder,
        )
        assert self._answer() == "ready"

    def start(self, settings: dict[str, Any], settle_s: float) -> "Victim":
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"settings": settings, "settle_s": settle_s}) + "\n")
        self._process.stdin.flush()
        return Victim(int(self._answer()))

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


@dataclass(frozen=True)
class Victim:
    pid: int

    @property
    def lives(self) -> bool:
        return Path(f"/proc/{self.pid}").exists()

    def kill(self) -> None:
        """kill -9, and waits until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        until = time.monotonic() + _PATIENCE_S
        while self.lives:
            assert time.monotonic() < until, "the victim does not die"
            time.sleep(0.002)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.lives:
            self.kill()
