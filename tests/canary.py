"""Canary secrets through the whole suite: every password and key that tests use holds MARK, and where mcm shows or
keeps one in clear (log at DEBUG, answer, database, audit row, export, process list) the test that saw it fails.

Imported by `tests/conftest.py`; a test that means to show a secret carries `@pytest.mark.shows_canary`.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from mcm.cli.logs import QUIET, SafeFormatter
from mcm.edge.headers import EdgeMiddleware

MARK = "kanari7"
_BYTES = MARK.encode()
_EVERY_S = 0.25
_LOOKS = 8
# A process that began in a way not foreseen here is seen later, and not never.
_ASLEEP_S = 30.0
_BEGINNINGS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"})
_found: list[str] = []
_checks = {"records": 0, "answers": 0, "statements": 0, "processes": 0}


def saw(where: str, what: str) -> None:
    """Remembers a leak; the running test fails at its end."""
    if len(_found) < 20:
        _found.append(f"{where}: {what[:300]}")


class _Listener(logging.Handler):
    """mcm's own records as they were logged, those of libraries as mcm's formatter writes them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(SafeFormatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        _checks["records"] += 1
        try:
            text = record.getMessage() if record.name.startswith("mcm") else self.format(record)
        except (TypeError, ValueError):
            return
        if MARK in text:
            saw(f"log {record.name}", text)


_listener = _Listener()


def _watch_answers() -> None:
    inner = EdgeMiddleware.__call__

    async def watched(self: EdgeMiddleware, scope: Any, receive: Any, send: Any) -> None:
        tail = b""

        async def sending(message: Any) -> None:
            nonlocal tail
            _checks["answers"] += 1
            body = message.get("body", b"")
            if _BYTES in tail + body or any(_BYTES in value for _, value in message.get("headers", ())):
                saw(f"answer of {scope.get('path')}", repr(tail + body))
            tail = body[-len(_BYTES) :]
            await send(message)

        await inner(self, scope, receive, sending)

    EdgeMiddleware.__call__ = watched  # type: ignore[method-assign]


def _watch_database(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
    _checks["statements"] += 1
    if MARK in statement or MARK in _text(parameters):
        saw("database", f"{statement[:150]} …")


def _text(parameters: Any) -> str:
    # Only texts: what is sealed is bytes, and numbers hold no words.
    rows = parameters if isinstance(parameters, list) else [parameters]
    found: list[str] = []
    for row in rows:
        values = row.values() if isinstance(row, dict) else row or ()
        found += [value for value in values if isinstance(value, str) and MARK in value]
    return found[0] if found else ""


def _watch_processes(stop: threading.Event, begun: threading.Event) -> None:
    """Arguments of mcm's own processes, which every user of a machine may read. Sleeps while there are none."""
    while not stop.is_set():
        begun.wait(_ASLEEP_S)
        begun.clear()
        looks = 0
        # The word comes before the process does.
        while looks < _LOOKS and not stop.wait(_EVERY_S):
            looks += 1
            for pid in _below(os.getpid()):
                looks = 0
                _look_at(pid)
            _checks["processes"] += 1


def _look_at(pid: int) -> None:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        if _BYTES in words and any(word.rpartition(b"/")[2] == b"mcm" for word in words.split(b"\0")):
            saw("process list", words.replace(b"\0", b" ").decode(errors="replace"))


def _below(pid: int) -> Iterator[int]:
    """Not another worker's, whose test it then is."""
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError):
                for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split():
                    yield int(child)
                    yield from _below(int(child))


@pytest.fixture(scope="session", autouse=True)
def _canaries_watched() -> Iterator[None]:
    stop, begun = threading.Event(), threading.Event()
    for name in ("mcm", "mcm_providers"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    _watch_answers()
    event.listen(Engine, "before_cursor_execute", _watch_database)
    sys.addaudithook(lambda event, _: begun.set() if event in _BEGINNINGS else None)
    threading.Thread(target=_watch_processes, args=(stop, begun), daemon=True, name="canaries").start()
    yield
    stop.set()
    begun.set()


@pytest.fixture(autouse=True)
def _no_canary_seen(request: pytest.FixtureRequest) -> Iterator[None]:
    _found.clear()
    # A test that sets logging up as mcm does takes all handlers away.
    if _listener not in logging.getLogger().handlers:
        logging.getLogger().addHandler(_listener)
    logging.getLogger("mcm").setLevel(logging.DEBUG)
    yield
    if request.node.get_closest_marker("shows_canary") is None:
        assert not _found, "a secret was shown:\n" + "\n".join(_found)
