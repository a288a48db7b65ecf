"""Canary secrets through the whole suite: every password and key that tests use holds MARK, and where mcm shows or
keeps one in clear (log at DEBUG, answer, database, audit row, export, process list) the test that saw it fails.

Imported by `tests/conftest.py`; a test that means to show a secret carries `@pytest.mark.shows_canary`.
"""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from mcm.cli.logs import QUIET, SafeFormatter
from mcm.edge.headers import EdgeMiddleware

MARK = "kanari7"
_BYTES = MARK.encode()
_EVERY_S = 0.25
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


def _watch_processes(stop: threading.Event) -> None:
    """Arguments of mcm's own processes, which every user of a machine may read."""
    while not stop.wait(_EVERY_S):
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                words = Path(entry.path, "cmdline").read_bytes()
            except OSError:
                continue
            named = any(word.rpartition(b"/")[2] == b"mcm" for word in words.split(b"\0"))
            if _BYTES in words and named and _is_below_us(int(entry.name)):
                saw("process list", words.replace(b"\0", b" ").decode(errors="replace"))
        _checks["processes"] += 1


def _is_below_us(pid: int) -> bool:
    """Not another worker's, whose test it then is."""
    while pid > 1 and pid != os.getpid():
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
        except OSError:
            return False
    return pid == os.getpid()


@pytest.fixture(scope="session", autouse=True)
def _canaries_watched() -> Iterator[None]:
    stop = threading.Event()
    for name in ("mcm", "mcm_providers"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    _watch_answers()
    event.listen(Engine, "before_cursor_execute", _watch_database)
    threading.Thread(target=_watch_processes, args=(stop,), daemon=True, name="canaries").start()
    yield
    stop.set()


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
