"""Starts a replay server as a process of its own and speaks to its control routes."""

from __future__ import annotations

import http.client
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tests.harness.processes import Process

_ROOT = Path(__file__).parents[3]
CONTROL = "/_replay/"


class Replay:
    """A running replay server. It ends with stop(), and with this process however that ends."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self.port = port

    @classmethod
    def start(cls, module: str, arguments: Sequence[str]) -> Self:
        """Returns when the server has rendered its data and listens. Must be called in the main thread."""
        process = Process(module.rpartition(".")[2] + "-replay", stop_signal=signal.SIGKILL)
        try:
            process.start([sys.executable, "-m", module, *arguments], environment={"PYTHONPATH": str(_ROOT)})
            port = int(process.wait_for_line(r"^ready (\d+)$", timeout_seconds=180)[1])
        except BaseException:
            process.stop()
            raise
        return cls(process, port)

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def mutate(self, count: int) -> list[str]:
        """Change `count` instances (state and a tag) and return their ids; the n-th call always changes the same."""
        return list(self._control("mutate", count=count)["changed"])

    def trouble(self, kind: str, page: int, *, times: int = 1) -> None:
        """Spoil page number `page` (1 is the first) of a listing of instances, `times` times (0: always).

        `cut` sends half of it, `repeat` sends the entries of the page before it and its own way on, `empty` sends
        none of its entries but the way on, `end` sends it without the way on, so that the listing seems complete.
        """
        self._control("trouble", kind=kind, page=page, times=times)

    def calm(self) -> None:
        """Forget all trouble."""
        self._control("calm")

    def stats(self) -> dict[str, Any]:
        """`calls` by action, and `cpu_s`, the processor time the server has used since it was ready."""
        return self._control("stats")

    def _control(self, verb: str, **parameters: object) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("POST", f"{CONTROL}{verb}?{urlencode(parameters)}")
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(answer["error"])
        return dict(answer)
