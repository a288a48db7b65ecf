"""A browser that notices what a visitor would not: errors, refused scripts, requests to anywhere else."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from scripts.console import WEB
from tests.harness.cache import cache_dir

CHROMIUM = "/usr/bin/chromium"
# As root, without the calls that Chromium makes for itself, and without a process that only copies what is drawn.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-quic", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
_WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error(`policy: ${violatedDirective} ${blockedURI}`);
});
"""
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_SAID = """({ passes, violations }) => ({
  passes: passes.length, violations: violations.map(({ id, nodes }) => ({ id, html: nodes[0].html.slice(0, 200) })),
})"""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A busy machine, or a real cloud, takes its time.
LONGEST_MS = 60_000
# Two frames, and what was put off until they are painted: behind them stands all that the page is to draw or to ask.
_DRAWN = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)));
})"""
_NEVER_ENDS = "/api/v1/events"
# What every page has and one look suffices for.
_SHELL = ["nav", ".console-top"]

expect.set_options(timeout=LONGEST_MS)


@dataclass
class Visit:
    """A page and what went wrong on it. `expected`: what a test provokes on purpose."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    _asked: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Chunks of the console too, which ask questions of their own once they have come.
        self.page.on("request", lambda request: self._asked.add(request) if _NEVER_ENDS not in request.url else None)
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda request: self._asked.discard(request))

    def go(self, path: str) -> None:
        self._asked.clear()
        self.page.goto(f"{self.url}{path}")
        self.settle()

    def move(self, path: str) -> None:
        """To another page as a link of the console leads there: the console itself is not loaded anew."""
        self.page.evaluate(
            "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
        )
        self.page.locator(f'body[data-at="{path.partition("?")[0]}"]').wait_for(state="attached")
        self.settle()

    def settle(self) -> None:
        """Until there is a heading, nothing is being read any more and what has arrived is drawn."""
        self.page.locator("h1, [role=alert]").first.wait_for()
        # The stream of events stays open, so the network is never idle; the console says when it waits for answers.
        # A locator and no function: polling one would evaluate text, which the page's policy refuses.
        quiet = self.page.locator("body[aria-busy=false]")
        end = time.monotonic() + LONGEST_MS / 1000
        while True:
            quiet.wait_for(state="attached")
            self.page.evaluate(_DRAWN)
            if quiet.count() and not self._asked:
                return
            assert time.monotonic() < end, f"{self.page.url} goes on asking: {[each.url for each in self._asked]}"

    def wide(self) -> int:
        """In pixels, whatever the window shows of it."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def barriers(self, inside: str = "html", *, shell: bool = True) -> list[str]:
        """What axe finds against the rules of WCAG 2.2 AA inside of a selector; it must have looked at something.

        shell: also at what is the same around every page.
        """
        # Through the debugger, which the page's policy does not concern.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        where = {"include": [[inside]], "exclude": [] if shell else [[each] for each in _SHELL]}
        # Of what passes only that there is some, and of the rest no more than is told.
        options = {"runOnly": _RULES, "resultTypes": ["violations"]}
        found = self.page.evaluate(f"() => axe.run({json.dumps(where)}, {json.dumps(options)}).then({_SAID})")
        assert found["passes"] > (10 if inside == "html" else 5), "axe has not looked at the page"
        return [f"{self.page.url} {each['id']}: {each['html']}" for each in found["violations"]]

    def picture(self, name: str) -> Path | None:
        """Where it is kept; None unless MCM_TEST_PICTURES asks for pictures: each costs as much as drawing the page."""
        return self._taken(name) if os.environ.get("MCM_TEST_PICTURES") else None

    def failed(self) -> None:
        """Keeps how the page looked when a test of it failed."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition("::")[2].partition(" ")[0]
        with suppress(Error):
            self._taken(f"failed {test}")

    def _taken(self, name: str) -> Path:
        folder = cache_dir() / "console"
        folder.mkdir(exist_ok=True)
        path = folder / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', name).strip('-')}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser, url: str, *, language: str = "en", theme: str = "light", width: int = 1440, height: int = 900
) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language, reduced_motion="reduce")
    context.set_default_timeout(LONGEST_MS)
    context.add_init_script(_WATCH)
    chosen = f'{{"language":"{language}","theme":"{theme}","timeZone":"UTC"}}'
    context.add_init_script(
        f"localStorage.getItem('mcm.preferences') || localStorage.setItem('mcm.preferences', '{chosen}')"
    )
    page = context.new_page()
    visit = Visit(page, url)
    page.on("console", lambda message: visit.wrong.append(_said(message)) if message.type == "error" else None)
    page.on("pageerror", lambda error: visit.wrong.append(f"thrown: {error}"))
    page.on(
        "request",
        lambda request: visit.wrong.append(f"elsewhere: {request.url}") if _elsewhere(request.url, url) else None,
    )
    try:
        yield visit
    except BaseException:
        visit.failed()
        raise
    finally:
        context.close()


def _said(message: ConsoleMessage) -> str:
    return f"{message.text} {message.location.get('url', '')}"


def _elsewhere(asked: str, own: str) -> bool:
    return not asked.startswith((f"{own}/", "data:", "blob:"))
