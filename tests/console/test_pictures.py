"""What the demonstration shows in a browser: its tour, its story, and the pictures of the README.

MCM_TEST_PICTURES=write puts the pictures into docs/pictures; with another value they stay among the tests' others.
"""

import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.acceptance.demonstration import demonstrating
from tests.console.browser import Visit, visiting

pytestmark = pytest.mark.timeout(600)
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WEIGHT_BYTES = 200_000
STOPPED = quote('kind = "instance" AND state = "stopped"')
# Where each step of the tour leads: a pattern of the path, and what its heading says.
STEPS = (
    ("/", "All clouds in one view", "所有云，一个视图"),
    ("/accounts/shanghai-vmware", "What cannot be read says so", "读不到的，如实告知"),
    ("/inventory", "One list, one filter", "一个清单，一种过滤"),
    ("/plans/pln_.+", "What destroys waits for somebody else", "有破坏性的操作须他人审批"),
    ("/resources/.+", "The same by command", "同样可用命令完成"),
    ("/settings", "Go anywhere", "快速前往"),
)


@pytest.fixture(scope="module")
def demo(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demonstrating(tmp_path_factory.mktemp("demo")) as serving:
        yield serving.url


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("zh-CN", "dark", 414)])
def test_the_tour(browser: Browser, demo: str, language: str, theme: str, width: int) -> None:
    """It comes by itself, once, points at what is there, and goes by keyboard alone."""
    with visiting(browser, demo, language=language, theme=theme, width=width) as visit:
        page = visit.page
        visit.go("/")
        for number, (path, english, chinese) in enumerate(STEPS, start=1):
            card = page.get_by_role("dialog", name=chinese if language == "zh-CN" else english, exact=True)
            expect(card).to_be_visible()
            expect(page).to_have_url(re.compile(f"{re.escape(demo)}{path}([?].*)?$"))
            visit.settle()
            expect(page.locator("[data-pointed]")).to_have_count(1)
            # And not behind the card.
            assert _top(page.locator("[data-pointed]")) < _top(card)
            visit.picture(f"tour {number} {language} {theme} {width}")
            # The card alone: what it hides a part of can be scrolled to, and pages are looked at without it elsewhere.
            visit.wrong += visit.barriers(".console-tour")
            onward = card.get_by_role("button").last
            onward.focus()
            page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator("[data-pointed]")).to_have_count(0)
        page.reload()
        visit.settle()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert not visit.wrong, visit.wrong


def test_the_tour_can_be_taken_again(browser: Browser, demo: str) -> None:
    with _toured(browser, demo) as visit:
        page = visit.page
        visit.go("/settings")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="local").click()
        page.get_by_role("menuitem", name="Take the tour").click()
        first = page.get_by_role("dialog", name=STEPS[0][1])
        expect(first).to_be_focused()
        page.wait_for_url(f"{demo}/")
        page.keyboard.press("Escape")
        expect(first).to_have_count(0)
        assert not visit.wrong, visit.wrong


def test_the_story(browser: Browser, demo: str) -> None:
    plan = _get(demo, "/plans?status=awaiting_approval")["items"][0]
    machine = _get(demo, f"/resources?filter={STOPPED}&limit=1&order_by=last_changed%20desc")["items"][0]
    with _toured(browser, demo) as visit:
        page = visit.page
        # So high that all clouds are on the picture.
        page.set_viewport_size({"width": 1440, "height": 1240})
        visit.go("/")
        for account in _get(demo, "/accounts")["items"]:
            card = page.locator("[data-tour=clouds] li").filter(has_text=account["name"])
            expect(card).to_contain_text("Failing" if account["name"] == "shanghai-vmware" else "OK")
        expect(page.get_by_role("link", name="“shanghai-vmware” cannot be read")).to_be_visible()
        expect(page.get_by_role("link", name="Plans that wait for your approval: 1")).to_be_visible()
        # Not the first: a cloud may have been read again meanwhile.
        expect(page.get_by_role("table", name="What changed")).to_contain_text(machine["name"])
        _keep(visit, "overview")
        page.set_viewport_size({"width": 1440, "height": 900})

        visit.go(f"/inventory?filter={STOPPED}&order_by=last_changed+desc")
        expect(page.locator("tbody tr").first).to_contain_text(machine["name"])
        expect(page.get_by_text("This is not everything").first).to_be_visible()
        _keep(visit, "inventory")

        visit.go(f"/resources/{machine['id']}?tab=history")
        expect(page.get_by_text("Stopped").first).to_be_visible()
        _keep(visit, "resource")

        visit.go(f"/plans/{plan['id']}")
        expect(page.get_by_role("button", name="Approve", exact=True)).to_be_enabled()
        expect(page.get_by_text("zhang.wei").first).to_be_visible()
        _keep(visit, "plan")
        assert not visit.wrong, visit.wrong


def _keep(visit: Visit, name: str) -> None:
    path = visit.picture(f"story {name}")
    if path is not None and os.environ["MCM_TEST_PICTURES"] == "write":
        assert path.stat().st_size < WEIGHT_BYTES
        PICTURES.mkdir(exist_ok=True)
        shutil.copyfile(path, PICTURES / f"{name}.png")


@contextmanager
def _toured(browser: Browser, url: str) -> Iterator[Visit]:
    """Somebody who has seen the tour."""
    with visiting(browser, url) as visit:
        visit.page.add_init_script("localStorage.setItem('mcm.toured', 'true')")
        yield visit


def _top(of: Locator) -> float:
    box = of.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    return box["y"]


def _get(url: str, path: str) -> Any:
    with urllib.request.urlopen(f"{url}/api/v1{path}") as answer:
        return json.load(answer)
