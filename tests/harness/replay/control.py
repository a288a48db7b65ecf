"""The control routes every replay server has, and the trouble that one can order for a page."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from tests.harness.replay.http import Ask, Reply

PREFIX = "/_replay/"
KINDS = ("cut", "repeat", "empty", "end")


class Trouble:
    """What is to go wrong with which page; asked once for every page that is answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[int, tuple[str, int]] = {}

    def order(self, kind: str, page: int, times: int) -> None:
        """`times` 0 means always. Raises ValueError for a kind that is not known."""
        if kind not in KINDS:
            raise ValueError(f"no trouble called {kind!r}; known: {', '.join(KINDS)}")
        if kind == "repeat" and page < 2:
            raise ValueError("there is no page before the first to repeat")
        with self._lock:
            self._left[page] = (kind, times or -1)

    def calm(self) -> None:
        with self._lock:
            self._left.clear()

    def take(self, page: int) -> str | None:
        with self._lock:
            kind, times = self._left.get(page, (None, 0))
            if kind is None:
                return None
            if times == 1:
                del self._left[page]
            else:
                self._left[page] = (kind, times - 1 if times > 0 else times)
            return kind


class Control:
    """Counts calls and answers `/_replay/…`; `mutate` changes that many instances and returns their ids."""

    def __init__(self, mutate: Callable[[int], list[str]]) -> None:
        self._mutate = mutate
        self.trouble = Trouble()
        self.calls: Counter[str] = Counter()
        self._started_s = time.process_time()

    def ready(self) -> None:
        """From now on processor time counts."""
        self._started_s = time.process_time()

    def answer(self, ask: Ask) -> Reply:
        parts = urlsplit(ask.target)
        try:
            content = self._do(parts.path.removeprefix(PREFIX), dict(parse_qsl(parts.query)))
        except (KeyError, ValueError) as error:
            return Reply(400, [json.dumps({"error": str(error)}).encode()], "application/json")
        return Reply(200, [json.dumps(content).encode()], "application/json")

    def _do(self, verb: str, parameters: dict[str, str]) -> dict[str, object]:
        if verb == "mutate":
            return {"changed": self._mutate(int(parameters["count"]))}
        if verb == "trouble":
            self.trouble.order(parameters["kind"], int(parameters["page"]), int(parameters.get("times", "1")))
            return {}
        if verb == "calm":
            self.trouble.calm()
            return {}
        if verb == "stats":
            return {"calls": dict(self.calls), "cpu_s": time.process_time() - self._started_s}
        raise ValueError(f"no control route {verb!r}")
