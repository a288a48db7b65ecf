"""Ten minutes of live events, 20 a second, at pages that ask anew after them: what is held in the end.

MCM_HEAP_MINUTES shortens it. The heap is what is left after the browser's garbage collector has run; at both ends the
least of several looks, since a page that is looked at while it draws what it has just read holds that twice.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import CDPSession

from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.events import kinds
from mcm.events.service import emit
from scripts import console
from tests.bench.console import ready, serving
from tests.bench.table import Row
from tests.console.browser import chromium, visiting
from tests.harness import HarnessUnavailable

MINUTES = float(os.environ.get("MCM_HEAP_MINUTES", "10"))
EACH_SECOND = 20
# Until caches are filled and code is compiled: the browser compiles what is called often for about two minutes.
_WARM_S = 120.0
# The pages ask anew every two seconds.
_LOOKS, _APART_S = 8, 0.7
_RESOURCES = 2_000
_PAGES = ("/operations", "/")


def run(rounds: int) -> Iterator[Row]:
    """One round: what grows does so in each."""
    try:
        ready()
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), _RESOURCES) as url,
            chromium() as browser,
            _events(Path(folder)) as sent,
            ExitStack() as open_pages,
        ):
            visits = {path: open_pages.enter_context(visiting(browser, url)) for path in _PAGES}
            for path, visit in visits.items():
                visit.go(path)
            waiting = next(iter(visits.values())).page
            waiting.wait_for_timeout(_WARM_S * 1000)
            heaps = {path: visit.page.context.new_cdp_session(visit.page) for path, visit in visits.items()}
            before, began = {path: _least(heap) for path, heap in heaps.items()}, sent()
            waiting.wait_for_timeout(MINUTES * 60_000)
            for path, heap in heaps.items():
                after, events = _least(heap), sent() - began
                if visits[path].wrong:
                    raise RuntimeError(f"{path}: {visits[path].wrong[:3]}")
                yield Row(f"console: heap of {path} after live events", after / before[path], target=1.1,
                          floor="after two minutes",
                          note=f"MB: {after / 1e6:.1f} against {before[path] / 1e6:.1f}; {events} events in"
                               f" {MINUTES:g} minutes")  # fmt: skip
    except console.NotBuilt as error:
        raise HarnessUnavailable(str(error)) from error


def _least(session: CDPSession) -> float:
    """Bytes."""
    held = []
    for _ in range(_LOOKS):
        held.append(_held(session))
        time.sleep(_APART_S)
    return min(held)


def _held(session: CDPSession) -> float:
    """Bytes. Twice: what finalisers let go of is collected by the second."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


@contextmanager
def _events(folder: Path) -> Iterator[Callable[[], int]]:
    """Writes events beside the server, which sends them on; yields how to ask how many there were."""
    database = Database(build_engine(f"sqlite:///{folder / 'mcm.db'}"))
    ended, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        due = time.monotonic()
        while not ended.is_set():
            with database.writing(durable=False) as session:
                emit(session, kinds.OPERATION_CHANGED, tenant_id="", subject_kind="operation", subject_id="opn-none",
                     data={"status": "sent", "percent": written % 100, "version": written})  # fmt: skip
            written += 1
            due += 1 / EACH_SECOND
            ended.wait(max(due - time.monotonic(), 0))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield lambda: written
    finally:
        ended.set()
        thread.join()
        database.dispose()
