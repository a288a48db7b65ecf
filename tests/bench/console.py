"""The inventory in a browser with 100,000 resources behind it, against a bare table of the same components with static
data; and how much script the first page takes.

Each visit is a browser profile of its own, so that nothing is kept from the one before; the two take turns.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from mcm.db import migrate
from mcm.db.engine import build_engine
from scripts import console
from tests.bench.load import until_ready
from tests.bench.measure import ratio
from tests.bench.table import Row
from tests.console.browser import chromium
from tests.console.conftest import PACKAGES
from tests.harness import HarnessUnavailable
from tests.harness.packages import ensure_debian_packages
from tests.harness.ports import free_port
from tests.rooms.inventory.population import populate

RESOURCES = 100_000
VISITS = 4
_SCRIPT_KB = 500
MCM = str(Path(sys.executable).with_name("mcm"))
# Two frames after the first row's link is there it has been painted. The console's rows of waiting have no link.
_WATCH = """
new MutationObserver((_, self) => {
  if (!document.querySelector("tbody tr td a, tbody tr th a")) return;
  self.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.firstRows = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
_SCRIPTS = """performance.getEntriesByType("resource").filter((each) => each.name.endsWith(".js"))
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def run(rounds: int) -> Iterator[Row]:
    try:
        ready()
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), RESOURCES) as url,
            _bare() as bare,
            chromium() as browser,
        ):
            # Once for the caches of the operating system and of the database.
            _visit(browser, bare)
            first = _visit(browser, f"{url}/inventory")
            pairs = [
                (_visit(browser, f"{url}/inventory"), _visit(browser, bare)) for _ in range(max(rounds, 3) * VISITS)
            ]
    except console.NotBuilt as error:
        raise HarnessUnavailable(str(error)) from error
    ours, floor = [one for (one, _), _ in pairs], [other for _, (other, _) in pairs]
    yield Row("console: first rows of 100,000 resources", ratio(ours, floor), target=2, floor="a bare table",
              note=f"p50 {median(ours):.0f} ms against {median(floor):.0f} ms")  # fmt: skip
    kb = first[1] / 1000
    yield Row("console: script for the first page", value=kb, unit="kB", target=_SCRIPT_KB, note="compressed")


def ready() -> None:
    """Raises HarnessUnavailable, NotBuilt."""
    if reason := ensure_debian_packages(PACKAGES):
        raise HarnessUnavailable(reason)
    console.build()


@contextmanager
def serving(folder: Path, resources: int) -> Iterator[str]:
    engine = build_engine(f"sqlite:///{folder / 'mcm.db'}")
    migrate.upgrade(engine)
    populate(engine, resources)
    with engine.begin() as connection:
        # What was made up has no cloud behind it.
        connection.exec_driver_sql("UPDATE account SET status = 'paused'")
    engine.dispose()
    port = free_port()
    command = [MCM, "serve", "--listen", f"127.0.0.1:{port}"]
    with _running(command, os.environ | {"MCM_DATA_DIR": str(folder)}):
        until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _bare() -> Iterator[str]:
    """The bare table, served by the same code as the console."""
    with tempfile.TemporaryDirectory() as folder:
        console.bare(Path(folder))
        port = free_port()
        with _running([sys.executable, "-m", "tests.bench.console_child", folder, str(port)], dict(os.environ)):
            until_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}/"


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _visit(browser: Browser, url: str) -> tuple[float, int]:
    """Milliseconds from the address to the first rows, and bytes of script that were transferred until then."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    try:
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(url)
        page.locator("tbody tr a").first.wait_for()
        # By asking: polling in the page would evaluate text, which the console's policy refuses.
        while not page.evaluate("window.firstRows || 0"):
            page.wait_for_timeout(20)
        return float(page.evaluate("window.firstRows")), int(page.evaluate(_SCRIPTS))
    finally:
        context.close()
