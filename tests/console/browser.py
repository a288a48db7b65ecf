"""A browser that notices what a visitor would not: errors, refused scripts, requests to anywhere else."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from scripts.console import WEB
from tests.harness.cache import cache_dir

CHROMIUM = "/usr/bin/chromium"
# As root, and without the calls that Chromium makes for itself.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip
_WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error(`policy: ${violatedDirective} ${blockedURI}`);
});
"""
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A busy machine, or a real cloud, takes its time.
LONGEST_MS = 60_000
# What has arrived is drawn, and a chunk that is fetched on the way asks its own questions.
_DRAWING_MS = 200

expect.set_options(timeout=LONGEST_MS)


@dataclass
class Visit:
    """A page and what went wrong on it. `expected`: what a test provokes on purpose."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
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
        """Until there is a heading and nothing is being read any more."""
        self.page.locator("h1, [role=alert]").first.wait_for()
        # The stream of events stays open, so the network is never idle; the console says when it waits for answers.
        # A locator and no function: polling one would evaluate text, which the page's policy refuses.
        quiet = self.page.locator("body[aria-busy=false]")
        quiet.wait_for(state="attached")
        self.page.wait_for_timeout(_DRAWING_MS)
        quiet.wait_for(state="attached")

    def barriers(self, inside: str = "html") -> list[str]:
        """What axe finds against the rules of WCAG 2.2 AA inside of a selector; it must have looked at something."""
        # Through the debugger, which the page's policy does not concern.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        # Of what passes only that there is some.
        found = self.page.evaluate(
            f"() => axe.run({json.dumps(inside)}, {{runOnly: {_RULES}, resultTypes: ['violations']}})"
        )
        assert len(found["passes"]) > (10 if inside == "html" else 5), "axe has not looked at the page"
        return [f"{self.page.url} {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]

    def picture(self, name: str) -> Path:
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
    finally:
        context.close()


def _said(message: ConsoleMessage) -> str:
    return f"{message.text} {message.location.get('url', '')}"


def _elsewhere(asked: str, own: str) -> bool:
    return not asked.startswith((f"{own}/", "data:", "blob:"))
